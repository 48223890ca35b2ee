"""What the house does with a room that no file of it names. Told in a process of its own, by `tests/house/test_toy_room.py`."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from helpdesk.audit.services import note_audit
from helpdesk.base.jobs import running, verbs
from helpdesk.staff import staff_mail
from helpdesk.staff.models import MailCopies, Role, User
from helpdesk.staff.rights import Right
from helpdesk.studio.capabilities import mode, switch
from helpdesk.studio.models import Mode
from players import erasure
from players.giving_out import archive
from tests.conftest import Travel
from tests.factories.desk import Post, make_game, make_ticket, newest_question, player_writes
from tests.factories.staff import GrantFactory, somebody
from tests.toy import parcels
from tests.toy.hears import REMIND
from tests.toy.models import Wish
from tests.toy.rights import PLAY
from tickets import drain, timers
from tickets.actors import operator
from tickets.models import Event, Lane, Message, Ticket, Timer
from tickets.services import outbox
from tickets.services.held import release
from tickets.services.reply import OutgoingMessage, send_reply

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket(travel: Travel, the_post: Post) -> Ticket:
    return make_ticket()


@pytest.fixture
def wished(ticket: Ticket) -> Ticket:
    """A player has wished for a bear, in a game that sends toys."""
    switch("toys", ticket.game, Mode.ON)
    player_writes(ticket, "I wish for a bear")
    drain.drain(Lane.NOW)
    return ticket


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def words(client: Client, name: str, *args: Any) -> str:
    return client.get(reverse(name, args=args)).content.decode()


def test_its_right_is_shown_given_and_asked_for(wished: Ticket) -> None:
    keeper, olga = as_(somebody(Right.MANAGE_ROLES, name="Vera Holm")), somebody(Right.VIEW, name="Olga Ward")
    role = Role.objects.create(name="Players", slug="players", rights=[Right.VIEW])
    page = words(keeper, "staff:role", role.pk)
    assert page.index("Toys") < page.index("The studio") and "Play with toys" in page
    assert as_(olga).get("/toys/").status_code == 403

    keeper.post(reverse("staff:role", args=[role.pk]), {"name": "Players", "rights_work": [Right.VIEW], "rights_toys": [PLAY]})
    GrantFactory.create(user=olga, role=role)

    assert "I wish for a bear" in words(as_(olga), "toy:wishes")
    role.refresh_from_db()
    assert role.rights == ["ticket.view", "toy.play"]


def test_its_panel_is_drawn_beside_a_ticket_for_who_may_see_it_there(wished: Ticket) -> None:
    plays, works = as_(somebody(Right.VIEW, PLAY)), as_(somebody(Right.VIEW))
    elsewhere = as_(somebody(Right.VIEW, PLAY, game=make_game("tideborn")))
    panel = f"/tickets/{wished.number}/toys/"

    assert f'hx-get="{panel}"' in words(plays, "desk:ticket", wished.number)
    assert "I wish for a bear" in plays.get(panel).content.decode()
    assert panel not in words(works, "desk:ticket", wished.number)
    assert (works.get(panel).status_code, elsewhere.get(panel).status_code) == (403, 404)


def test_its_page_stands_in_the_menu_of_the_settings() -> None:
    plays = as_(somebody(PLAY))

    assert "What players wish for" in words(plays, "staff:settings")
    assert as_(somebody(Right.VIEW)).get(reverse("staff:settings")).status_code == 403


def test_the_rail_counts_it(wished: Ticket) -> None:
    plays, works = as_(somebody(Right.VIEW, PLAY)), as_(somebody(Right.VIEW))

    assert 'href="/toys/"' in words(plays, "desk:queue") and "rail-toys" in words(plays, "desk:queue")
    assert "rail-toys" not in words(works, "desk:queue") + words(works, "desk:rail")
    counted = words(plays, "desk:rail")
    assert counted[counted.index("rail-toys") :].split(">", 1)[1].startswith("1")
    assert 'aria-current="page"' in words(plays, "toy:wishes")


def test_the_queue_is_filtered_by_it_for_who_may_see_it(wished: Ticket) -> None:
    other = make_ticket()
    plays, works = as_(somebody(Right.VIEW, PLAY)), as_(somebody(Right.VIEW))
    elsewhere = as_(somebody(Right.VIEW, PLAY, game=make_game("tideborn")))

    def found(client: Client, wishes: int) -> tuple[bool, bool, bool]:
        page = client.get(reverse("desk:queue"), {"toy.wishes": wishes}).content.decode()
        return wished.number in page, other.number in page, f"Wishes: {wishes}" in page

    assert (found(plays, 1), found(plays, 2), found(plays, 0)) == ((True, False, True), (False, False, True), (True, True, True))
    assert found(elsewhere, 0) == (False, False, True)
    assert found(works, 1) == (True, True, False)
    listed = works.get(reverse("desk:queue"), {"columns": "toy.wishes", "sort": "-toy.wishes"}).content.decode()
    assert "You may not see “Wishes”" in listed
    assert "You may not filter by “Wishes”" in works.get(reverse("desk:queue"), {"toy.wishes": 1}).content.decode()


def test_the_audit_has_its_words(anna: User) -> None:
    note_audit("toy.wished", by=anna, subject=("toy.wish", 1), size=3)

    page = words(as_(somebody(Right.SEE_AUDIT)), "staff:audit")

    for told in ("wished for a toy", "wish", "size of the toy"):
        assert told in page


def test_its_notice_rings_and_its_copy_goes_by_mail(ticket: Ticket, mailoutbox: list[Any]) -> None:
    olga = somebody(Right.VIEW, name="Olga Ward", mail_copies=MailCopies.IMPORTANT)
    switch("toys", ticket.game, Mode.ON)
    player_writes(ticket, "I wish for a bear")
    drain.drain(Lane.NOW)

    assert f"A toy is wished for in {ticket.number}" in words(as_(olga), "staff:notices")
    staff_mail.send_due()
    assert ticket.number in mailoutbox[0].subject


@override_settings(METRICS_TOKEN="")
def test_probes_and_numbers_tell_of_it(wished: Ticket, travel: Travel) -> None:
    travel.forward(hours=2)

    parts = Client().get("/readyz").json()["parts"]
    numbers = Client().get("/metrics").content.decode()

    assert (parts["toy_box"], parts["wishes"]) == ("ok", "degraded")
    assert 'helpdesk_toys{state="reminded"} 0.0' in numbers
    assert 'helpdesk_waiting{work="wish"} 1.0' in numbers
    assert "helpdesk_unread_numbers{" not in numbers


def test_the_server_that_it_calls_stands_among_the_others() -> None:
    assert "The toy maker" in words(as_(somebody(Right.MANAGE_DELIVERIES)), "administration:outgoing")


def test_it_is_switched_on_the_games_page(ticket: Ticket) -> None:
    page = words(as_(somebody(Right.MANAGE_GAMES)), "staff:game", ticket.game_id)

    assert "Send toys" in page and 'name="mode_toys"' in page
    assert mode("toys", ticket.game) == Mode.OFF
    player_writes(ticket, "I wish for a bear")
    drain.drain(Lane.NOW)
    assert not Wish.objects.exists()


def test_it_hears_what_happens_and_its_timer_fires(wished: Ticket, travel: Travel) -> None:
    assert [wish.words for wish in Wish.objects.all()] == ["I wish for a bear"]
    assert Event.objects.filter(ticket=wished, kind="toy.wished").count() == 1
    assert Timer.objects.filter(ticket=wished, kind=Timer.key(REMIND, Wish.objects.get().pk)).exists()
    assert "Somebody is reminded of a wish" in words(as_(somebody(Right.VIEW)), "desk:card", wished.number)

    travel.forward(hours=25)
    timers.fire_due()

    assert Wish.objects.get().reminded_at is not None
    assert "wishes for a toy" in words(as_(somebody(Right.VIEW, PLAY)), "desk:ticket", wished.number)
    assert "wishes for a toy" not in words(as_(somebody(Right.VIEW)), "desk:ticket", wished.number)  # its line has the kind's right


def test_its_gate_holds_a_reply_and_a_person_releases_it(ticket: Ticket, anna: User, boris: User, travel: Travel, the_post: Post) -> None:
    message = send_reply(ticket, OutgoingMessage("Take some glue", answers_upto=newest_question(ticket)), by=operator(anna))

    assert [hold.reason for hold in message.holds.all()] == ["It speaks of glue."]
    release(message.holds.get(), by=operator(boris))
    travel.forward(minutes=1)
    outbox.send_due()
    message.refresh_from_db()
    assert message.state == Message.State.SENT


def test_its_channel_carries_a_reply(anna: User, travel: Travel) -> None:
    parcels.sent.clear()
    ticket = make_ticket(channel="parcel")
    send_reply(ticket, OutgoingMessage("A bear", answers_upto=newest_question(ticket)), by=operator(anna))

    travel.forward(minutes=1)
    outbox.send_due()

    assert parcels.sent == ["A bear"]


def test_its_long_work_is_done_beside_and_shown(wished: Ticket, travel: Travel) -> None:
    olga = somebody(Right.VIEW, PLAY, name="Olga Ward")
    verbs.start("toy.tidy", owner=olga.pk, total=1)
    assert "waiting its turn" in words(as_(olga), "staff:jobs")

    running.run_due()

    assert Wish.objects.get().reminded_at is not None
    page = words(as_(olga), "staff:jobs")
    assert "All toys, one by one" in page and "1 of 1" in page


def test_a_players_wishes_are_given_out_and_erased(wished: Ticket, travel: Travel) -> None:
    packed = zipfile.ZipFile(io.BytesIO(b"".join(archive(wished.player_id))))
    assert {"kept_by": "toy", "wish": "I wish for a bear"} in json.loads(packed.read("data.json"))

    erasure.ask(wished.player, by=None, at_once=True)
    travel.forward(minutes=1)
    erasure.run_due()

    assert Wish.objects.get().words == ""
