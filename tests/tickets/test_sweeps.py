"""No row can stop a sweep: whatever a row holds, its neighbours' work is done, and it is done too or parked with its reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError, connection

from helpdesk.base import clock, parking
from helpdesk.base.errors import Conflict
from helpdesk.base.sweeps import each_alone
from helpdesk.staff import staff_mail
from helpdesk.staff.models import Notice, StaffMail, User
from helpdesk.staff.rights import Right
from tests.conftest import Travel
from tests.factories.desk import Post, make_ticket
from tests.factories.staff import somebody
from tests.tickets.deeds import listening, reply
from tickets import drain, timers
from tickets.locks import lock
from tickets.mail.inbound import imap
from tickets.mail.models import Mailbox
from tickets.models import Delivery, Event, Lane, Message, Timer
from tickets.services import outbox

pytestmark = pytest.mark.django_db
State = Message.State
BEYOND = ["infinity", "-infinity", "10000-01-01 04:59+00", "0044-03-15 12:00+00 BC", "9999-12-31 23:59+00"]


def poison(table: str, pk: int, **values: str) -> None:
    """Write into a row what no form, service or constraint lets through."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'", [table])
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        changes = ", ".join(f"{column} = %s" for column in values)
        cursor.execute(f"UPDATE {table} SET {changes} WHERE id = %s", [*values.values(), pk])  # noqa: S608


def parked(kind: str) -> dict[int, str]:
    lot = parking.lot(kind)
    assert lot
    return {one.pk: one.reason for one in parking.newest(10, [lot])}


@pytest.mark.parametrize("moment", BEYOND)
@pytest.mark.parametrize("column", ["then_pending_until", "at", "state_at", "sent_at", "first_tried_at"])
def test_a_message_with_any_moment_stops_no_other(anna: User, travel: Travel, the_post: Post, column: str, moment: str) -> None:
    bad = reply(make_ticket(), anna, then_status="pending", pending_on="billing")
    good = reply(make_ticket(), anna)
    poison("tickets_message", bad.pk, **{column: moment})
    travel.forward(seconds=16)

    outbox.send_due()

    assert good.pk in the_post.sent
    state = Message.objects.get(pk=bad.pk).state
    assert state == State.SENT or bad.pk in parked("message")


@pytest.mark.parametrize("moment", ["-infinity", "0044-03-15 12:00+00 BC"])
def test_a_message_due_since_for_ever_leaves(anna: User, travel: Travel, the_post: Post, moment: str) -> None:
    message = reply(make_ticket(), anna)
    poison("tickets_message", message.pk, leaves_at=moment)

    outbox.send_due()

    assert the_post.sent == [message.pk]


def test_a_message_whose_ticket_is_gone_is_parked_and_told(anna: User, travel: Travel, the_post: Post) -> None:
    chief = somebody(Right.MANAGE_DELIVERIES)
    lost, good = reply(make_ticket(), anna), reply(make_ticket(), anna)
    poison("tickets_message", lost.pk, ticket_id="0")
    travel.forward(seconds=16)

    outbox.send_due()
    outbox.send_due()

    assert (the_post.sent, parked("message")) == ([good.pk], {lost.pk: "LookupError: Its ticket is gone."})
    assert [notice.kind for notice in Notice.objects.filter(user=chief)] == ["desk.parked"]


def test_a_message_that_breaks_after_it_has_left_is_parked_and_never_sent_again(anna: User, travel: Travel, the_post: Post) -> None:
    bad, good = reply(make_ticket(), anna), reply(make_ticket(), anna)
    poison("tickets_message", bad.pk, author_kind="ghost")
    travel.forward(seconds=16)

    outbox.send_due()
    travel.forward(hours=3)
    outbox.recover()
    outbox.send_due()

    assert (sorted(the_post.sent), list(parked("message"))) == ([bad.pk, good.pk], [bad.pk])
    assert outbox.give_up(bad.pk)
    assert (Message.objects.get(pk=bad.pk).state, parked("message")) == (State.UNCERTAIN, {})


def test_what_a_killed_worker_left_is_found_behind_a_poisoned_row(anna: User, travel: Travel) -> None:
    lost, good = reply(make_ticket(), anna), reply(make_ticket(), anna)
    Message.objects.filter(kind=Message.Kind.REPLY).update(state=State.SENDING, claimed_until=clock.now())
    poison("tickets_message", lost.pk, ticket_id="0")
    travel.forward(minutes=6)

    outbox.recover()

    assert Message.objects.get(pk=good.pk).state == State.QUEUED
    assert list(parked("message")) == [lost.pk]


def test_a_parked_message_leaves_when_somebody_says_so(anna: User, travel: Travel, the_post: Post) -> None:
    message = reply(make_ticket(), anna)
    outbox.park_message(message.pk, "ValueError: a bug that is mended now")
    travel.forward(hours=1)
    outbox.send_due()
    outbox.send(message.pk)
    assert the_post.sent == []

    lot = parking.lot("message")
    assert lot and lot.retry([message.pk]) == 1
    outbox.send_due()

    assert the_post.sent == [message.pk]


def test_a_parked_message_that_is_given_up_has_failed(anna: User, travel: Travel, the_post: Post) -> None:
    ticket = make_ticket()
    message = reply(ticket, anna)
    outbox.park_message(message.pk, "ValueError: no good")

    assert outbox.give_up(message.pk)

    message.refresh_from_db()
    assert (message.state, message.error, message.parked_at) == (State.FAILED, "ValueError: no good", None)
    assert Event.objects.filter(ticket=ticket, kind="message.failed").exists()
    assert not outbox.give_up(message.pk)


@pytest.fixture
def bell() -> Any:
    rung: list[int] = []

    def ring(due: Any) -> None:
        for ticket, _timer in due:
            if ticket.subject == "a bad one":
                raise ValueError("a bad ticket")
            rung.append(ticket.pk)

    timers.register("tests.bell", ring)
    yield rung
    del timers._kinds["tests.bell"]


def armed(subject: str = "") -> Timer:
    return timers.arm(lock(make_ticket(subject=subject)), "tests.bell", clock.now() + timedelta(minutes=1))


@pytest.mark.parametrize("moment", ["-infinity", "0044-03-15 12:00+00 BC"])
@pytest.mark.parametrize("column", ["due_at", "armed_at"])
def test_a_timer_with_any_moment_stops_no_other(bell: list[int], travel: Travel, column: str, moment: str) -> None:
    bad, good = armed(), armed()
    poison("tickets_timer", bad.pk, **{column: moment})
    travel.forward(minutes=2)

    timers.fire_due()

    assert {bad.ticket_id, good.ticket_id} <= set(bell)


def test_a_timer_that_fails_again_and_again_is_parked(bell: list[int], travel: Travel) -> None:
    bad, good = armed("a bad one"), armed()

    for _try in range(timers.MOST_ATTEMPTS):
        travel.forward(hours=1)
        timers.fire_due()

    assert (bell[-1], parked("timer")) == (good.ticket_id, {bad.pk: "ValueError: a bad ticket"})
    travel.forward(days=3)
    assert timers.fire_due() == 0


def test_a_parked_timer_rings_when_it_is_tried_again_or_set_anew(bell: list[int], travel: Travel) -> None:
    first, second = armed(), armed()
    for timer in (first, second):
        timers.park_timer(timer.pk, "ValueError")
    lot = parking.lot("timer")

    assert lot and lot.retry([first.pk]) == 1
    timers.arm(lock(second.ticket), "tests.bell", clock.now())
    timers.fire_due()

    assert sorted(bell) == sorted([first.ticket_id, second.ticket_id])


def heard(rows: Callable[[], None], *, on: str = "message.received") -> list[int]:
    """What a subscriber hears of two tickets, the older one's event made bad by `rows` before it is brought."""
    ear: list[int] = []
    with listening("ear", [on], lambda event: ear.append(event.ticket_id or 0)):
        rows()
        drain.drain(Lane.NOW)
    return ear


@pytest.mark.parametrize("moment", BEYOND)
@pytest.mark.parametrize("column", ["at", "recorded_at"])
def test_an_event_with_any_moment_is_heard(travel: Travel, column: str, moment: str) -> None:
    made = []

    def rows() -> None:
        made.extend([make_ticket(), make_ticket()])
        poison("tickets_event", made[0].events.get(kind="message.received").pk, **{column: moment})

    assert heard(rows) == [ticket.pk for ticket in made]


def test_a_delivery_whose_event_is_gone_is_parked(travel: Travel) -> None:
    made = []

    def rows() -> None:
        made.extend([make_ticket(), make_ticket()])
        lost = Delivery.objects.get(subscriber="ear", ticket_id=made[0].pk)
        poison("tickets_delivery", lost.pk, event_id="0")

    assert heard(rows) == [made[1].pk]
    assert list(parked("delivery").values()) == ["Its event is gone."]


def test_the_words_of_an_error_may_hold_anything(travel: Travel) -> None:
    made = []

    def hear(event: Event) -> None:
        raise ValueError("NUL \x00 and half a sign \ud83d")

    with listening("ear", ["message.received"], hear):
        made.append(make_ticket())
        drain.drain(Lane.NOW)

    assert "NUL" in Delivery.objects.get(subscriber="ear").error


@pytest.mark.parametrize("column", ["queued_at", "due_at"])
@pytest.mark.parametrize("moment", ["-infinity", "0044-03-15 12:00+00 BC"])
def test_a_letter_with_any_moment_stops_no_other(mailoutbox: list[Any], travel: Travel, column: str, moment: str) -> None:
    bad = staff_mail.post(to="nora@studio.example", subject="One", text="One")
    staff_mail.post(to="emil@studio.example", subject="Two", text="Two")
    poison("staff_staffmail", bad.pk, **{column: moment})

    assert staff_mail.send_due() == 2


def test_a_letter_that_cannot_be_written_down_is_parked(monkeypatch: pytest.MonkeyPatch, mailoutbox: list[Any], travel: Travel) -> None:
    bad = staff_mail.post(to="nora@studio.example", subject="One", text="One")
    staff_mail.post(to="emil@studio.example", subject="Two", text="Two")
    whole = staff_mail._deliver
    monkeypatch.setattr(staff_mail, "_deliver", lambda letter: 1 // 0 if letter.pk == bad.pk else whole(letter))

    staff_mail.send_due()

    assert [mail.to for mail in mailoutbox] == [["emil@studio.example"]]
    assert parked("letter") == {bad.pk: "ZeroDivisionError: integer division or modulo by zero"}
    assert staff_mail.give_up(bad.pk)
    assert (StaffMail.objects.get(pk=bad.pk).state, StaffMail.objects.get(pk=bad.pk).text) == ("failed", "")


def test_a_mailbox_that_raises_keeps_no_other_from_being_polled(monkeypatch: pytest.MonkeyPatch, travel: Travel) -> None:
    facts = {"host": "imap.example", "user": "u", "password_name": "MAILBOX_PASSWORD_X"}
    bad, good = (Mailbox.objects.create(address=f"{name}@ember.example", **facts) for name in ("a", "b"))
    polled = []

    def poll(pk: int) -> int:
        polled.append(pk)
        if pk == bad.pk:
            raise RuntimeError("nobody thought of this")
        return 3

    monkeypatch.setattr(imap, "poll", poll)

    assert imap.poll_all() == 3
    assert sorted(polled) == [bad.pk, good.pk]
    bad.refresh_from_db()
    assert (bad.error, bad.failures, bad.claimed_until) == ("RuntimeError: nobody thought of this", 1, None)


def test_a_poll_ends_with_its_turn(monkeypatch: pytest.MonkeyPatch, travel: Travel) -> None:
    Mailbox.objects.create(address="a@ember.example", host="imap.example", user="u", password_name="MAILBOX_PASSWORD_X")
    monkeypatch.setattr(imap, "poll", lambda pk: pytest.fail("its turn was over"))

    assert imap.poll_all(seconds=0) == 0
    assert Mailbox.objects.get().claimed_until is None


def taken(errors: dict[int, Exception]) -> tuple[list[int], dict[int, str]]:
    """What is done of four rows, and what is parked, when some of them raise."""
    done: list[int] = []
    put_aside: dict[int, str] = {}

    def work(pk: int) -> None:
        if pk in errors:
            raise errors[pk]
        done.append(pk)

    each_alone([1, 2, 3, 4], work, park=lambda pk, reason: put_aside.update({pk: reason}))
    return done, put_aside


def test_what_a_row_raises_parks_it_alone() -> None:
    assert taken({2: ValueError("two\nlines")}) == ([1, 3, 4], {2: "ValueError: two lines"})


@pytest.mark.parametrize("error", [OperationalError("deadlock detected"), Conflict("somebody was first")])
def test_what_is_not_the_rows_fault_is_left_for_the_next_tick(error: Exception) -> None:
    assert taken({2: error}) == ([1, 3, 4], {})


def test_a_row_that_takes_all_the_time_is_parked_and_ends_the_turn() -> None:
    put_aside = []

    def work(pk: int) -> None:
        raise SoftTimeLimitExceeded

    with pytest.raises(SoftTimeLimitExceeded):
        each_alone([7, 8], work, park=lambda pk, reason: put_aside.append(pk))

    assert put_aside == [7]


def test_a_row_that_cannot_even_be_parked_stops_nobody() -> None:
    done = []

    def work(pk: int) -> None:
        if pk == 1:
            raise ValueError
        done.append(pk)

    def park(pk: int, reason: str) -> None:
        raise ValueError("nor this")

    each_alone([1, 2], work, park=park)

    assert done == [2]
