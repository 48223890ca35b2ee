"""A hold with a day promises the player an answer. The ledger says what became of it, and what is owed is owed until it is answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from helpdesk.base import clock
from helpdesk.staff.models import Notice, Team, User
from helpdesk.staff.rights import Right
from tests.conftest import Travel
from tests.factories.desk import make_ticket, player_writes
from tests.factories.staff import MOVES, GrantFactory, RoleFactory, somebody
from tests.tickets.deeds import answer, hours_pass, kinds, put, reply
from tickets import drain
from tickets.actors import operator
from tickets.lifecycle import promises
from tickets.models import Event, Lane, Message, Pledge, Status, Ticket, Timer
from tickets.past import state_at
from tickets.services import delivery_updates, outbox
from tickets.services.assign import assign, set_team
from tickets.services.merge import merge, unmerge
from tickets.services.open import put_away
from tickets.services.reply import OutgoingMessage, send_automatic
from tickets.services.take_back import Standing, take_back

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("the_post")]
IN_PROGRESS, PENDING, WAITING = Status.IN_PROGRESS, Status.PENDING, Status.WAITING


@pytest.fixture(autouse=True)
def _they_see_tickets(anna: User, boris: User) -> None:
    for user in (anna, boris):
        GrantFactory.create(user=user, role=RoleFactory.create(rights=[Right.VIEW]))


def promised(anna: User, travel: Travel, hours: float = 5, ticket: Ticket | None = None, *, told: str = "") -> Ticket:
    until = travel.moment + timedelta(hours=hours)
    return put(ticket or make_ticket(), PENDING, anna, on="Billing", until=until, told=told)


def ledger(ticket: Ticket) -> list[tuple[str, str, bool]]:
    """How each promise of a ticket ended, why, and whether it was broken."""
    rows = Pledge.objects.filter(ticket=ticket, until__isnull=False).order_by("pk")
    return [(row.outcome, row.why, row.broken_at is not None) for row in rows]


def words(ticket: Ticket) -> list[str]:
    return [kind.partition(".")[2] for kind in kinds(ticket) if kind.startswith("promise.")]


def agrees(ticket: Ticket) -> bool:
    """Whether the row and the log say the same of what is owed."""
    ticket.refresh_from_db()
    past, open_ = state_at(ticket), Pledge.objects.filter(ticket=ticket, until__isnull=False, ended_at=None).first()
    facts = (open_.pk, open_.until, open_.broken_at is not None) if open_ else (None, None, False)
    return (past.promise_id, past.promised_until, past.promise_broken) == facts and ticket.promised_until == facts[1]


def told(user: User, kind: str = "notices.promise_broken") -> int:
    for lane in Lane:
        drain.drain(lane)
    return Notice.objects.filter(user=user, kind=kind).count()


def test_it_is_kept_by_a_persons_answer_before_its_day(anna: User, travel: Travel) -> None:
    ticket = promised(anna, travel, told="We check the payment.")
    pledge = Pledge.objects.get()
    assert (pledge.on, pledge.told, pledge.by_kind, pledge.by_id) == ("Billing", "We check the payment.", "operator", anna.pk)

    travel.forward(hours=2)
    message = answer(ticket, anna, travel)

    pledge.refresh_from_db()
    assert (pledge.outcome, pledge.ended_at, pledge.ended_by, pledge.answered_by) == ("kept", message.sent_at, anna.pk, message.pk)
    assert words(ticket) == ["made", "kept"] and agrees(ticket)
    assert not Timer.objects.filter(ticket=ticket, kind=promises.KIND).exists()


def test_it_does_not_end_with_the_hold(anna: User, travel: Travel) -> None:
    ticket = promised(anna, travel)

    for status in (WAITING, IN_PROGRESS):
        put(ticket, status, anna)
    assert (ticket.promised_until, ticket.pending_until) == (travel.moment + timedelta(hours=5), None)
    hours_pass(travel, 6, ticket)

    assert (ledger(ticket), ticket.overdue) == ([("", "", True)], True)


def test_broken_it_is_told_once_and_owed_until_it_is_answered_late(anna: User, boris: User, travel: Travel) -> None:
    ticket = promised(anna, travel)
    assign(ticket, to=boris, by=operator(anna))

    hours_pass(travel, 6, ticket)
    hours_pass(travel, 90, ticket)
    assert (ledger(ticket), ticket.overdue, words(ticket)) == ([("", "", True)], True, ["made", "broken"])
    assert (told(anna), told(boris)) == (1, 1)

    answer(ticket, boris, travel)

    assert ledger(ticket) == [("late", "", True)] and agrees(ticket)
    assert not ticket.overdue or ticket.pending_until
    kept = Event.objects.get(ticket=ticket, kind="promise.kept")
    assert kept.data["late"] >= 91 * 3600


def test_nobody_has_it_so_the_team_hears_of_it(anna: User, boris: User, travel: Travel) -> None:
    payments = Team.objects.create(name="Payments", slug="payments")
    payments.memberships.create(user=boris)
    ticket = promised(anna, travel)
    set_team(ticket, to=payments, by=operator(anna))

    hours_pass(travel, 6)

    assert (told(anna), told(boris)) == (1, 1)


def test_an_answer_after_the_day_is_late_even_if_no_clock_has_said_so(anna: User, travel: Travel) -> None:
    ticket = promised(anna, travel)
    travel.forward(hours=6)

    answer(ticket, anna, travel)

    assert (ledger(ticket), words(ticket)) == ([("late", "", True)], ["made", "broken", "kept"])


def test_another_day_replaces_it_and_the_former_stays_to_be_read(anna: User, travel: Travel) -> None:
    ticket = promised(anna, travel)
    first = Pledge.objects.get()

    promised(anna, travel, 50, ticket)

    second = Pledge.objects.exclude(pk=first.pk).get()
    first.refresh_from_db()
    assert (first.outcome, first.why, first.instead, first.ended_by) == ("withdrawn", "replaced", second.pk, anna.pk)
    hours_pass(travel, 6, ticket)
    assert (words(ticket), ticket.overdue) == (["made", "withdrawn", "made"], False) and agrees(ticket)


def test_the_same_said_again_is_the_same_promise(anna: User, travel: Travel) -> None:
    ticket = promised(anna, travel)

    promised(anna, travel, 5, ticket)

    assert (Pledge.objects.count(), words(ticket)) == (1, ["made"])


def test_a_hold_that_loses_its_day_takes_it_back(anna: User, travel: Travel) -> None:
    ticket = promised(anna, travel)

    put(ticket, PENDING, anna, on="Billing")

    assert ledger(ticket) == [("withdrawn", "no_day", False)] and agrees(ticket)


def test_a_broken_one_is_owed_however_the_hold_is_worded_anew(anna: User, travel: Travel) -> None:
    ticket = promised(anna, travel)
    hours_pass(travel, 6)

    put(ticket, PENDING, anna, on="Legal")

    assert (ledger(ticket), ticket.overdue) == ([("", "", True)], True) and agrees(ticket)


@pytest.mark.parametrize("to", [Status.ANSWERED, Status.RESOLVED])
def test_a_matter_that_is_settled_without_an_answer_withdraws_it(anna: User, travel: Travel, to: Status) -> None:
    ticket = promised(anna, travel)

    put(ticket, to, anna)

    assert ledger(ticket) == [("withdrawn", "settled", False)] and agrees(ticket)
    assert Event.objects.get(kind="promise.withdrawn").actor_id == anna.pk


def test_a_machines_answer_keeps_nothing(anna: User, travel: Travel) -> None:
    ticket = promised(anna, travel)

    message = send_automatic(ticket, OutgoingMessage("We have your message."), purpose=Message.Purpose.AUTOMATIC)
    assert message is not None
    outbox.send(message.pk)

    assert ledger(ticket) == [("", "", False)]


def test_a_reply_that_was_written_before_it_does_not_keep_it(anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    reply(ticket, anna, then_status="waiting")
    travel.forward(seconds=5)
    promised(anna, travel, 5, ticket)

    travel.forward(seconds=20)
    outbox.send_due()

    assert ledger(ticket) == [("", "", False)]


def test_the_reply_that_makes_it_makes_it_when_it_leaves(anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    until = travel.moment + timedelta(hours=20)
    message = reply(ticket, anna, then_status="in_progress", pending_until=until)
    assert not Pledge.objects.exists()

    travel.forward(seconds=16)
    outbox.send_due()

    pledge = Pledge.objects.get()
    assert (pledge.on, pledge.until, pledge.by_id) == ("", until, anna.pk)
    assert Event.objects.get(kind="promise.made").message_id == message.pk
    ticket.refresh_from_db()
    assert (ticket.status, ticket.pending_until, ticket.promised_until) == (IN_PROGRESS, until, until)


def test_a_reply_that_puts_the_day_off_replaces_it_and_one_that_repeats_it_leaves_it_open(anna: User, travel: Travel) -> None:
    ticket = promised(anna, travel, 10)
    first = travel.moment + timedelta(hours=10)

    answer(ticket, anna, travel, then_status="pending", pending_on="Billing", pending_until=first)
    assert ledger(ticket) == [("", "", False)]
    answer(ticket, anna, travel, then_status="pending", pending_on="Billing", pending_until=first + timedelta(days=2))

    assert ledger(ticket) == [("withdrawn", "replaced", False), ("", "", False)] and agrees(ticket)


def test_an_answer_that_comes_back_brings_it_back(anna: User, travel: Travel) -> None:
    ticket = promised(anna, travel)
    message = answer(ticket, anna, travel)
    assert ledger(ticket) == [("kept", "", False)]

    delivery_updates.bounced(message.pk, clock.now(), reason="550")
    assert ledger(ticket) == [("", "", False)] and agrees(ticket)
    hours_pass(travel, 6, ticket)

    assert (words(ticket), ledger(ticket)) == (["made", "kept", "reopened", "broken"], [("", "", True)])


def test_a_merge_takes_it_along_and_parting_brings_it_back(anna: User, travel: Travel) -> None:
    by, ticket = operator(anna), promised(anna, travel)
    other = make_ticket(player=ticket.player)

    merge(ticket, into=other, by=by)
    assert (ledger(ticket), ledger(other)) == ([("withdrawn", "merged", False)], [("", "", False)])
    assert agrees(ticket) and agrees(other)
    carried = Pledge.objects.get(ticket=other)
    assert (carried.on, carried.by_id) == ("Billing", anna.pk)

    unmerge(ticket, out_of=other, by=by)

    assert (ledger(ticket), ledger(other)) == ([("", "", False)], [("withdrawn", "parted", False)])
    assert agrees(ticket) and agrees(other)


@pytest.mark.parametrize(("mine", "theirs"), [(5, 50), (50, 5)])
def test_of_two_promises_the_nearer_one_stands_after_a_merge(anna: User, travel: Travel, mine: int, theirs: int) -> None:
    ticket = promised(anna, travel, mine)
    other = promised(anna, travel, theirs, make_ticket(player=ticket.player))

    merge(ticket, into=other, by=operator(anna))

    other.refresh_from_db()
    assert other.promised_until == travel.moment + timedelta(hours=5)
    assert agrees(ticket) and agrees(other)
    unmerge(ticket, out_of=other, by=operator(anna))
    assert agrees(ticket) and agrees(other)
    assert ticket.promised_until == travel.moment + timedelta(hours=mine)


def test_what_was_answered_while_merged_stays_answered(anna: User, travel: Travel) -> None:
    ticket = promised(anna, travel)
    other = make_ticket(player=ticket.player)
    merge(ticket, into=other, by=operator(anna))
    travel.forward(minutes=1)
    answer(other, anna, travel)

    unmerge(ticket, out_of=other, by=operator(anna))

    assert (ledger(ticket), ledger(other)) == ([("withdrawn", "merged", False)], [("kept", "", False)])


def test_what_is_taken_back_in_the_queue_brings_it_back(anna: User, travel: Travel) -> None:
    ticket = promised(anna, travel)
    put(ticket, WAITING, anna)
    stood = Standing.of(ticket)
    put(ticket, Status.RESOLVED, anna)
    assert ledger(ticket) == [("withdrawn", "settled", False)]

    take_back(replace(stood, upto=ticket.last_event_id), ticket, by=operator(anna))

    ticket.refresh_from_db()
    assert (ticket.status, ledger(ticket)) == (WAITING, [("", "", False)]) and agrees(ticket)


def test_what_a_former_release_has_closed_is_withdrawn_by_its_clock(anna: User, travel: Travel) -> None:
    ticket = promised(anna, travel)
    Ticket.objects.filter(pk=ticket.pk).update(status=Status.CLOSED, pending_on="", pending_until=None)

    hours_pass(travel, 6, ticket)

    assert ledger(ticket) == [("withdrawn", "settled", False)] and agrees(ticket)


def test_a_matter_of_the_past_that_is_put_away_owes_nothing(anna: User, travel: Travel) -> None:
    ticket = make_ticket()

    put_away(ticket)

    assert ledger(ticket) == []


def test_the_ticket_and_the_queue_say_what_was_promised(client: Client, anna: User, travel: Travel) -> None:
    client.force_login(somebody(Right.VIEW, *MOVES, Right.REPLY))
    ticket = promised(anna, travel)
    put(ticket, WAITING, anna)
    page = reverse("desk:ticket", args=[ticket.number])
    assert "We promised an answer by" in client.get(page).content.decode()
    assert "late-text" not in client.get(page).content.decode().partition('id="facts"')[2].partition("We promised")[0]

    hours_pass(travel, 6)

    assert "by which <b>Billing</b> owed an answer" in client.get(page).content.decode()
    assert "late-text" in client.get(reverse("desk:queue")).content.decode()


def test_the_queue_of_a_hold_begins_with_what_is_due_first(client: Client, anna: User, travel: Travel) -> None:
    client.force_login(somebody(Right.VIEW))
    later, soon, never = promised(anna, travel, 50), promised(anna, travel, 5), put(make_ticket(), PENDING, anna, on="Legal")

    rows = client.get(reverse("desk:queue") + "?status=pending").content.decode()

    assert rows.index(soon.number) < rows.index(later.number) < rows.index(never.number)
    steps = {way: client.get(reverse("desk:step", args=[later.number, way]) + "?status=pending").url for way in ("next", "before")}
    assert never.number in steps["next"] and soon.number in steps["before"]


def test_a_promise_is_found_by_its_state(client: Client, anna: User, travel: Travel) -> None:
    client.force_login(somebody(Right.VIEW))
    broken = promised(anna, travel)
    hours_pass(travel, 6)
    open_, none = promised(anna, travel), make_ticket()
    day = travel.moment.isoformat().replace("+", "%2B")

    def found(asked: str) -> set[str]:
        page = client.get(reverse("desk:queue") + f"?status=all&{asked}").content.decode()
        return {ticket.number for ticket in (broken, open_, none) if ticket.number in page}

    assert found("promise=open") == {open_.number}
    assert found("promise=broken") == found("overdue=yes") == {broken.number}
    assert found("promise=none") == {none.number}
    assert found("overdue=no") == {open_.number, none.number}
    assert found(f"promised_until={day}") == {open_.number}


def test_when_the_player_writes_again_it_is_still_owed(anna: User, travel: Travel) -> None:
    ticket = promised(anna, travel)
    player_writes(ticket)

    hours_pass(travel, 6, ticket)

    assert (ticket.status, ledger(ticket)) == (PENDING, [("", "", True)])


def test_a_hold_goes_on_after_an_answer_and_its_own_day_is_told(anna: User, travel: Travel) -> None:
    ticket = promised(anna, travel)
    answer(ticket, anna, travel)
    assert (ticket.status, ledger(ticket)) == (PENDING, [("kept", "", False)])

    hours_pass(travel, 6, ticket)

    assert (ticket.overdue, kinds(ticket).count("ticket.overdue"), words(ticket)) == (True, 1, ["made", "kept"])
    assert told(anna, "notices.overdue") == 1
