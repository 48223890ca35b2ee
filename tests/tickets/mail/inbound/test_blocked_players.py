"""What a blocked player writes by mail is kept, set aside and listed; it comes in when the block is over and somebody says so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from helpdesk.base import parking
from helpdesk.base.clock import now
from helpdesk.staff.models import User
from helpdesk.staff.rights import registered
from helpdesk.studio.models import Game
from players.models import Player
from players.services import add_address, remember_account
from tests.conftest import Travel
from tests.factories.staff import somebody
from tests.tickets.mail.inbound.desk import receive_mail
from tests.tickets.mail.parse.letters import letter, multipart_letter, packed, part
from tickets.actors import operator
from tickets.mail.addressing import reply_address
from tickets.mail.inbound import by_hand, inbox, intake
from tickets.mail.inbound.judge import SENDER_BLOCKED, Outcome
from tickets.mail.models import MailSource, RawMail
from tickets.models import Message, Ticket
from tickets.services.blocks import block_player, bring_in, end_due, kept_aside, unblock_player

pytestmark = pytest.mark.django_db
GREGOR = {"from": "Gregor <gregor@players.example>"}


@pytest.fixture
def olga(db: None) -> User:
    return somebody(*registered(), name="Olga Ward")


@pytest.fixture
def ticket(ember: Game, travel: Travel) -> Ticket:
    """Gregor's."""
    raw = receive_mail(letter("You are thieves.", message_id="<g0@players.example>", **GREGOR))
    assert raw.ticket is not None
    return raw.ticket


def writes(number: int, text: str = "Thieves!", **headers: str) -> RawMail:
    return receive_mail(letter(text, message_id=f"<g{number}@players.example>", **GREGOR | headers))


def aside(raw: RawMail) -> bool:
    raw.refresh_from_db()
    return raw.parked_at is not None and raw.outcome == Outcome.PARK and raw.reason == SENDER_BLOCKED and raw.set_aside_id is not None


def block(ticket: Ticket, olga: User, *, days: int = 7) -> None:
    block_player(ticket.player, on=ticket, until=now() + timedelta(days=days), why="Insults everybody", by=olga)


def test_his_mails_are_set_aside_and_his_tickets_stay_as_they_are(ticket: Ticket, olga: User) -> None:
    block(ticket, olga)

    assert aside(writes(1)), "a new one"
    assert aside(writes(2, in_reply_to="<g0@players.example>")), "one that continues his ticket"
    assert aside(writes(3, to=reply_address(ticket.game.address, ticket.number)))

    assert Message.objects.count() == 1
    assert kept_aside(ticket.player) == 3
    machines = writes(4, auto_submitted="auto-replied")
    assert (machines.outcome, kept_aside(ticket.player)) == (Outcome.IGNORE, 3), "what is ignored anyway is ignored"


def test_a_mail_from_another_address_is_nobody_we_blocked(ticket: Ticket, olga: User) -> None:
    block(ticket, olga)

    other = receive_mail(letter("Hello", message_id="<o@x.example>"))
    stranger = receive_mail(letter("Me again", message_id="<s@x.example>", in_reply_to="<g0@players.example>"))

    assert (other.outcome, other.set_aside) == (Outcome.OPEN, None)
    assert stranger.set_aside is None


def test_whoever_writes_his_address_above_a_mail_harms_nobody_by_it(ticket: Ticket, olga: User, travel: Travel) -> None:
    """A forged sender proves nothing: unblocked, it opens a ticket like any; blocked, it is kept like any; and it blocks nobody."""
    forged = {"received": "from elsewhere.example (203.0.113.9)", "return_path": "<x@elsewhere.example>"}
    for number in range(60):
        writes(100 + number, f"I am Gregor, number {number}", **forged)
    assert not Player.objects.filter(blocked_until__isnull=False).exists()

    block(ticket, olga)
    raw = writes(1, "I am Gregor too", **forged)
    assert aside(raw)
    unblock_player(ticket.player, by=olga)
    travel.forward(hours=2)
    assert bring_in(ticket.player, by=olga) == 1


def test_of_several_on_one_address_the_one_is_blocked_whom_the_desk_would_take_it_for(ticket: Ticket, olga: User, ember: Game) -> None:
    sister = Player.objects.create(name="Odile")
    add_address(sister, "gregor@players.example")
    block(ticket, olga)
    assert aside(writes(1)), "nobody has an account: the first one"

    remember_account(sister, ember, "4711")
    assert writes(2).outcome == Outcome.OPEN, "hers"
    assert aside(writes(3, in_reply_to="<g0@players.example>")), "on his ticket it is he"


def test_what_was_set_aside_comes_in_in_its_order(ticket: Ticket, olga: User, travel: Travel) -> None:
    block(ticket, olga, days=1)
    picture = multipart_letter(
        part("Look at this"), packed(b"\x89PNG" + b"x" * 200, "image/png"), headers=GREGOR | {"message_id": "<g1@players.example>"}
    )
    first = receive_mail(picture)
    if first.waiting:
        inbox.process_due()
    travel.forward(minutes=1)
    second = writes(2, "And this answers it", in_reply_to="<g1@players.example>")
    assert aside(first) and aside(second)
    travel.forward(days=2)
    end_due()
    assert aside(first), "what came meanwhile stays set aside"

    assert bring_in(ticket.player, by=olga) == 2
    assert bring_in(ticket.player, by=olga) == 0
    inbox.process_due()
    second.refresh_from_db()
    assert second.waiting and Message.objects.count() == 2, "the second one waits for the first"
    travel.forward(seconds=2)
    inbox.process_due()

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.outcome, second.outcome, second.ticket) == (Outcome.OPEN, Outcome.REPLY, first.ticket)
    assert (first.set_aside, second.set_aside, kept_aside(ticket.player)) == (None, None, 0)


def test_one_can_be_opened_by_hand_while_he_is_blocked(ticket: Ticket, olga: User) -> None:
    block(ticket, olga)
    raw, other = writes(1), writes(2)

    by_hand.open_ticket(raw, by=operator(olga))
    by_hand.dismiss(other)
    inbox.process(raw.pk)

    raw.refresh_from_db()
    assert (raw.outcome, raw.set_aside, kept_aside(ticket.player)) == (Outcome.OPEN, None, 0)
    by_hand.take_back(other)
    assert kept_aside(ticket.player) == 1


def test_a_mail_that_is_being_read_when_he_is_blocked_or_freed_is_lost_in_neither_case(ticket: Ticket, olga: User) -> None:
    known, raw = inbox.studio(), receive_mail(letter("Thieves", message_id="<g1@players.example>", **GREGOR), process=False)
    parsed = intake.read(raw, inbox.content_of(raw), known)
    block(ticket, olga)
    with pytest.raises(intake.Unfit) as unfit:
        intake.take(raw, parsed, known)
    unblock_player(ticket.player, by=olga)

    inbox.park(raw, str(unfit.value))

    assert aside(raw) and kept_aside(ticket.player) == 1, "it is listed though the block was lifted meanwhile"
    assert bring_in(ticket.player, by=olga) == 1
    assert inbox.process(raw.pk)
    raw.refresh_from_db()
    assert (raw.outcome, raw.set_aside) == (Outcome.OPEN, None)


def test_a_mail_of_long_ago_is_history_whoever_wrote_it(ticket: Ticket, olga: User) -> None:
    block(ticket, olga)
    old = inbox.InboundMail(letter("Long ago", message_id="<h@x>", **GREGOR), MailSource.IMAP, "h", history=True)
    raw = inbox.store(old)
    inbox.process(raw.pk)

    raw.refresh_from_db()
    assert (raw.outcome, raw.set_aside) == (Outcome.OPEN, None)


def test_they_have_a_list_of_their_own_and_count_as_nobodys_work(ticket: Ticket, olga: User, client: Client) -> None:
    block(ticket, olga)
    raw = writes(1, subject="Thieves all of you")
    client.force_login(olga)

    page = client.get(reverse("administration:mails")).content.decode()
    listed = client.get(reverse("administration:mails") + "?which=aside").content.decode()
    one = client.get(reverse("administration:mail", args=[raw.pk])).content.decode()

    assert "Thieves all of you" not in page and "Of blocked players" in page
    assert "Thieves all of you" in listed and "its sender is blocked" in listed and "Read the picked ones again" in listed
    assert "its sender is blocked" in one and "until" in one and "Open a ticket for it" in one
    assert parking.counts()["raw_mail"] == 0
    client.post(reverse("administration:retry_mails"), {"mail": [raw.pk]})
    inbox.process(raw.pk)
    assert aside(raw), "read again while he is blocked"
