"""One switch for all that leaves the house: what would be sent waits, is told of, and leaves when it may."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from helpdesk.base import outward
from helpdesk.base.models import Outward
from helpdesk.base.outward import Standing, masked
from helpdesk.staff import staff_mail
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from tests.conftest import Travel
from tests.factories.desk import Post, make_ticket
from tests.factories.staff import somebody
from tests.tickets.deeds import reply
from tickets.models import Message
from tickets.services import outbox

pytestmark = pytest.mark.django_db


def printed(*words: str) -> str:
    out = StringIO()
    call_command("outward", *words, stdout=out)
    return out.getvalue()


@pytest.fixture
def waiting(anna: User, travel: Travel) -> Message:
    staff_mail.post(to="nora@studio.example", subject="Hello", text="Hello")
    message = reply(make_ticket(), anna)
    travel.forward(days=3)
    return message


def nothing_leaves(message: Message, the_post: Post, mailoutbox: list[Any]) -> bool:
    outbox.send(message.pk)
    outbox.send_due()
    staff_mail.send_due()
    return (the_post.sent, mailoutbox) == ([], [])


def all_leave(message: Message, the_post: Post, mailoutbox: list[Any]) -> bool:
    outbox.send_due()
    staff_mail.send_due()
    return (the_post.sent, len(mailoutbox)) == ([message.pk], 1)


def test_the_setting_stops_messages_and_letters_and_loses_none(waiting, settings, the_post, mailoutbox) -> None:
    settings.OUTWARD = False
    assert nothing_leaves(waiting, the_post, mailoutbox)
    assert Message.objects.get(pk=waiting.pk).state == Message.State.QUEUED

    settings.OUTWARD = True
    assert all_leave(waiting, the_post, mailoutbox)


def test_so_does_the_command(waiting, the_post, mailoutbox) -> None:
    assert printed("off").startswith("OFF")
    assert nothing_leaves(waiting, the_post, mailoutbox)

    assert printed("on").startswith("on")
    assert all_leave(waiting, the_post, mailoutbox)


def test_a_restored_database_starts_with_it(waiting, the_post, mailoutbox) -> None:
    assert outward.standing() == Standing.ON
    Outward.objects.update(place="7301234567890123456:16384")  # as the backup came from another cluster

    assert outward.standing() == Standing.RESTORED
    assert nothing_leaves(waiting, the_post, mailoutbox)
    printed("on")
    assert all_leave(waiting, the_post, mailoutbox)


def test_a_new_desk_is_on_without_a_word(the_post) -> None:
    assert not Outward.objects.exists()

    assert outward.standing() == outward.standing() == Standing.ON
    assert Outward.objects.count() == 1


def test_a_database_that_is_made_anew_in_its_cluster_is_another_place(transactional_db) -> None:
    outward.standing()
    place = Outward.objects.get().place

    cluster, _colon, database = place.partition(":")
    assert cluster.isdigit() and database.isdigit()


def test_the_command_lists_what_would_leave_with_recipients_masked(waiting) -> None:
    words = printed()

    assert "Letters to colleagues: 1, the oldest since 2026-10-05 09:00 UTC" in words
    assert "1 to n…a@s…o.example" in words
    assert "Messages to players: 1" in words
    assert "nora" not in words


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("kana7@player.example", "k…7@p…r.example"),
        ("al@x.example", "…@….example"),
        ("", "…@…"),
        ("nonsense", "…@n…e"),
        ("a@b@cd.ef", "…@….ef"),
    ],
)
def test_a_masked_address_tells_only_who_knows_it(address: str, shown: str) -> None:
    assert masked(address) == shown


def test_ready_and_the_numbers_say_so(client: Client, waiting, settings) -> None:
    settings.OUTWARD = False

    answer = client.get("/readyz").json()
    numbers = client.get("/metrics").content.decode()

    assert answer["status"] == "degraded"
    assert (answer["parts"]["outward"], answer["parts"]["outgoing_mail"], answer["parts"]["letters"]) == ("off", "off", "off")
    assert 'helpdesk_outward{reason="setting"} 1.0' in numbers
    assert 'helpdesk_outward_waiting{kind="message"} 1.0' in numbers


def test_the_checks_say_so(settings) -> None:
    settings.OUTWARD = False
    assert "helpdesk.W008" in {message.id for message in run_checks()}

    settings.OUTWARD = True
    outward.switch(False)
    assert "helpdesk.W009" in {message.id for message in run_checks(databases=["default"])}


def test_who_looks_after_the_desk_reads_it_on_every_page(client: Client, settings) -> None:
    settings.OUTWARD = False

    for rights, told in (((Right.MANAGE_DELIVERIES, Right.VIEW), True), ((Right.VIEW,), False)):
        client.force_login(somebody(*rights))
        assert ("Nothing leaves the desk" in client.get(reverse("desk:queue")).content.decode()) is told


def test_an_operator_reads_it_at_his_message(client: Client, settings, travel: Travel) -> None:
    settings.OUTWARD = False
    vera = somebody(Right.VIEW, Right.REPLY)
    message = reply(make_ticket(), vera)
    travel.forward(minutes=1)
    client.force_login(vera)

    page = client.get(reverse("desk:ticket", args=[message.ticket.number])).content.decode()

    assert "Nothing leaves the desk at present" in page
