"""One page for all that stands still: seen with its reason, tried again, or given up."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from helpdesk.audit.models import AuditEntry, Remark
from helpdesk.base import clock
from helpdesk.base.blobs import keep
from helpdesk.staff import staff_mail
from helpdesk.staff.models import StaffMail, User
from helpdesk.staff.rights import Right
from tests.conftest import Travel
from tests.factories.desk import make_ticket
from tests.factories.staff import somebody
from tests.tickets.deeds import reply
from tickets import parked, timers
from tickets.locks import lock
from tickets.mail.models import MailSource, RawMail
from tickets.models import Delivery, Message, Timer

pytestmark = pytest.mark.django_db
PAGE = "administration:parked"


@pytest.fixture
def one_of_each(anna: User, travel: Travel) -> dict[str, int]:
    ticket = make_ticket()
    message = reply(ticket, anna)
    timers.register("tests.bell", lambda due: None)
    timer = timers.arm(lock(ticket), "tests.bell", clock.now())
    event = ticket.events.latest("pk")
    delivery = Delivery.objects.create(event=event, subscriber="ear", lane="now", ticket_id=ticket.pk)
    letter = staff_mail.post(to="nora@studio.example", subject="Hello", text="Hello")
    raw = RawMail.objects.create(blob=keep(b"x"), source=MailSource.PIPE, parked_at=clock.now(), reason="an unreadable mail")
    parked.park_message(message.pk, "ValueError: an odd message")
    parked.park_timer(timer.pk, "ValueError: an odd timer")
    parked.park_delivery(delivery.pk, "ValueError: an odd delivery")
    staff_mail.park(letter.pk, "ValueError: an odd letter")
    yield {"message": message.pk, "timer": timer.pk, "delivery": delivery.pk, "letter": letter.pk, "raw_mail": raw.pk}
    del timers._kinds["tests.bell"]


def test_everything_stands_on_one_page_with_its_reason(client: Client, one_of_each: dict[str, int]) -> None:
    client.force_login(somebody(Right.MANAGE_DELIVERIES, Right.MANAGE_MAIL))

    page = client.get(reverse(PAGE)).content.decode()

    for reason in ("an odd message", "an odd timer", "an odd delivery", "an odd letter", "an unreadable mail"):
        assert reason in page
    assert Message.objects.get(pk=one_of_each["message"]).ticket.number in page
    for kind in ("message", "timer", "delivery", "letter"):
        assert reverse("administration:dismiss_parked", args=[kind, one_of_each[kind]]) in page


def test_mails_are_seen_only_with_their_own_right(client: Client, one_of_each: dict[str, int]) -> None:
    client.force_login(somebody(Right.MANAGE_DELIVERIES))

    assert "an unreadable mail" not in client.get(reverse(PAGE)).content.decode()
    retried = client.post(reverse("administration:retry_parked", args=["raw_mail"]), {"row": one_of_each["raw_mail"]})
    assert retried.status_code == 404


@pytest.mark.parametrize("page", ["parked", "dismiss_parked"])
def test_an_address_in_a_reason_takes_the_right_to_read_it(client: Client, one_of_each: dict[str, int], page: str) -> None:
    parked.park_message(one_of_each["message"], "SMTPDataError: <mirabelle@mail.example> is over its quota")
    address = reverse(f"administration:{page}", args=["message", one_of_each["message"]] if page == "dismiss_parked" else [])

    client.force_login(somebody(Right.MANAGE_DELIVERIES))
    without = client.get(address).content.decode()
    client.force_login(somebody(Right.MANAGE_DELIVERIES, Right.SEE_PLAYER_CONTACT))
    with_it = client.get(address).content.decode()

    assert "is over its quota" in without and "mirabelle" not in without
    assert "mirabelle@mail.example" in with_it


@pytest.mark.parametrize("kind", ["message", "timer", "delivery", "letter", "raw_mail"])
def test_each_kind_is_tried_again(client: Client, one_of_each: dict[str, int], kind: str) -> None:
    client.force_login(somebody(Right.MANAGE_DELIVERIES, Right.MANAGE_MAIL))

    client.post(reverse("administration:retry_parked", args=[kind]), {"row": [one_of_each[kind], "²", "9" * 40, "x"]})

    page = client.get(reverse(PAGE), {"kind": kind}).content.decode()
    assert ("an odd " + kind in page, "an unreadable mail" in page) == (False, False)
    assert AuditEntry.objects.get(action="parked.retried").data["kind"] == kind


@pytest.mark.parametrize("kind", ["message", "timer", "delivery", "letter"])
def test_each_kind_is_given_up_with_a_reason(client: Client, one_of_each: dict[str, int], kind: str) -> None:
    client.force_login(somebody(Right.MANAGE_DELIVERIES))
    url = reverse("administration:dismiss_parked", args=[kind, one_of_each[kind]])

    assert client.get(url).status_code == 200
    assert client.post(url, {"reason": " "}).status_code == 422
    client.post(url, {"reason": "Nobody needs it"})

    assert client.get(url).status_code == 404
    assert AuditEntry.objects.get(action="parked.dismissed").data == {
        "kind": kind, "rows": [one_of_each[kind]],
    }  # fmt: skip
    assert Remark.objects.get(entry__action="parked.dismissed").text == "Nobody needs it"
    still = {
        "message": Message.objects.filter(pk=one_of_each["message"]).exclude(state="failed"),
        "timer": Timer.objects.filter(pk=one_of_each["timer"]),
        "delivery": Delivery.objects.filter(pk=one_of_each["delivery"]),
        "letter": StaffMail.objects.filter(pk=one_of_each["letter"]).exclude(state="failed", text=""),
    }
    assert not still[kind].exists()


def test_a_kind_that_nobody_knows_is_no_page(client: Client) -> None:
    client.force_login(somebody(Right.MANAGE_DELIVERIES))

    assert client.post(reverse("administration:retry_parked", args=["x"])).status_code == 404
    assert client.get(reverse(PAGE), {"kind": "x"}).status_code == 200


def test_the_numbers_count_each_kind(client: Client, one_of_each: dict[str, int]) -> None:
    numbers = client.get("/metrics").content.decode()

    for kind in one_of_each:
        assert f'helpdesk_parked{{work="{kind}"}} 1.0' in numbers
