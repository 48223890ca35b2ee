"""Much to do at once: each sweep stops when its turn is over, and the next one goes on where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest
from django.db import transaction

from helpdesk.base import clock, queue, turns
from helpdesk.staff import staff_mail
from helpdesk.staff import tasks as staff_tasks
from helpdesk.staff.models import StaffMail, StaffMailState, User
from tests.conftest import Travel
from tests.factories.desk import Post, make_game, make_ticket, newest_question
from tests.tickets.deeds import listening
from tests.tickets.mail.inbound.desk import receive_mail
from tests.tickets.mail.parse.letters import letter
from tickets import drain, tasks, timers
from tickets.actors import SYSTEM, operator
from tickets.events import record
from tickets.events.of_tickets import TicketRenamed
from tickets.locks import lock
from tickets.mail import tasks as mail_tasks
from tickets.mail.inbound import inbox
from tickets.mail.models import RawMail
from tickets.models import Delivery, Event, Lane, Message, Timer
from tickets.services.reply import OutgoingMessage, send_reply

pytestmark = pytest.mark.django_db
MANY = 3


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look at the watch is fifteen seconds after the one before: a turn has time for one batch. And a batch holds one."""
    watch = iter(range(0, 10_000, 15))
    monkeypatch.setattr(turns, "monotonic", lambda: float(next(watch)))
    for room in (timers, drain, inbox):
        monkeypatch.setattr(room, "HEADS" if room is drain else "BATCH", 1)


def takes_turns(sweep: Callable[[], None], left: Callable[[], int]) -> None:
    seen = [left()]
    for _turn in range(MANY + 1):
        sweep()
        seen.append(left())
    assert seen == [*range(MANY, -1, -1), 0]


def _rename(due: Sequence[timers.Due]) -> None:
    for ticket, _timer in due:
        record(ticket, TicketRenamed(), by=SYSTEM)


def _renames_again(event: Event) -> None:
    if event.depth < 1:
        record(lock(event.ticket), TicketRenamed(), by=SYSTEM)


@pytest.fixture
def bell() -> Iterator[None]:
    timers.register("tests.bell", _rename)
    yield
    del timers._kinds["tests.bell"]


def test_timers(slow, bell, travel: Travel):
    for ticket in [make_ticket() for _ in range(MANY)]:
        with transaction.atomic():
            timers.arm(lock(ticket), "tests.bell", travel.moment)

    takes_turns(tasks.fire_timers, Timer.objects.filter(kind="tests.bell").count)


@pytest.mark.parametrize(("lane", "sweep"), [(Lane.NOW, tasks.drain_now), (Lane.BULK, tasks.drain_bulk)])
def test_deliveries(slow, no_other_ears, travel: Travel, lane: Lane, sweep: Callable[[], None]):
    with listening("ear", ["message.received"], lambda event: None):
        for _ in range(MANY):
            make_ticket()
        Delivery.objects.update(lane=lane)

        takes_turns(sweep, Delivery.objects.count)


def test_mails(slow, travel: Travel):
    make_game("ember", address="help@ember.example")
    for number in range(MANY):
        receive_mail(letter(f"Question {number}", message_id=f"<{number}@players.example>"), process=False)

    takes_turns(mail_tasks.process_due, RawMail.objects.filter(processed_at=None).count)


def test_replies(slow, anna: User, travel: Travel, the_post: Post):
    for ticket in [make_ticket(channel="post") for _ in range(MANY)]:
        send_reply(ticket, OutgoingMessage("Here it is.", answers_upto=newest_question(ticket)), by=operator(anna))
    travel.forward(minutes=1)

    takes_turns(tasks.send_due, Message.objects.filter(state=Message.State.QUEUED).count)


def test_letters_to_staff(slow, travel: Travel):
    for number in range(MANY):
        staff_mail.post(to=f"nora{number}@studio.example", subject="News", text="News")

    takes_turns(staff_tasks.send_letters, StaffMail.objects.filter(state=StaffMailState.QUEUED).count)


@pytest.mark.django_db(transaction=True)
def test_whoever_follows_is_told_once_and_not_for_each_batch(slow, no_other_ears, bell, travel: Travel, monkeypatch: pytest.MonkeyPatch):
    told: list[str] = []
    with listening("first", ["ticket.renamed"], _renames_again, lane=Lane.BULK):
        for ticket in [make_ticket() for _ in range(MANY)]:
            with transaction.atomic():
                timers.arm(lock(ticket), "tests.bell", travel.moment)
        monkeypatch.setattr(queue.Nudge, "send", lambda self: told.append(self.task))

        timers.fire_due()
        assert told == ["tickets.drain_bulk"]

        assert drain.drain(Lane.BULK) == 2 * MANY
        assert told == ["tickets.drain_bulk"] * 2


def test_who_runs_the_loop_himself_has_all_the_time(slow, bell, travel: Travel):
    for ticket in [make_ticket() for _ in range(MANY)]:
        with transaction.atomic():
            timers.arm(lock(ticket), "tests.bell", clock.now())

    assert timers.fire_due() == MANY
