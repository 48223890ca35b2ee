"""What people do in these stories, in one line each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import contextmanager
from threading import Barrier, Thread
from typing import Any

from django.db import connection, transaction

from helpdesk.staff.models import User
from tests.conftest import Travel
from tests.factories.desk import newest_question
from tickets import events, timers
from tickets.actors import operator
from tickets.events import subscriptions
from tickets.lifecycle import waiting
from tickets.lifecycle.pending import PendingInfo
from tickets.models import ON_HOLD, Event, LifecycleRule, Message, Status, Ticket
from tickets.services import outbox
from tickets.services.edit import set_status
from tickets.services.reply import OutgoingMessage, send_reply


def reply(ticket: Ticket, by: User, text: str = "We look into it.", **words: Any) -> Message:
    """Answer everything that stands on the screen; the message waits for its undo window."""
    return send_reply(ticket, OutgoingMessage(text, **{"answers_upto": newest_question(ticket)} | words), by=operator(by))


def answer(ticket: Ticket, by: User, travel: Travel, text: str = "Here you are.", **words: Any) -> Message:
    """Answer, and let the undo window pass."""
    message = reply(ticket, by, text, **words)
    travel.forward(seconds=16)
    outbox.send_due()
    message.refresh_from_db()
    ticket.refresh_from_db()
    return message


def hours_pass(travel: Travel, hours: float, *tickets: Ticket) -> None:
    """Time passes and the worker fires what is due."""
    travel.forward(hours=hours)
    timers.fire_due()
    for ticket in tickets:
        ticket.refresh_from_db()


def put(ticket: Ticket, to: Status, by: User, *, no_reply_needed_upto: int | None = None, **pending: Any) -> Ticket:
    """Set a status by hand."""
    said = PendingInfo(**({"on": "billing"} if to == Status.PENDING else {}) | pending) if to in ON_HOLD else None
    set_status(ticket, to, by=operator(by), pending=said, no_reply_needed_upto=no_reply_needed_upto)
    ticket.refresh_from_db()
    return ticket


def rule_for(status: Status, trigger: str = "silence") -> LifecycleRule:
    """The general rule that the desk comes with."""
    return LifecycleRule.objects.get(game=None, from_status=status, trigger=trigger)


def kinds(ticket: Ticket) -> list[str]:
    """The ticket's history as kinds of events."""
    return list(Event.objects.filter(ticket=ticket).order_by("pk").values_list("kind", flat=True))


def facts_hold(*tickets: Ticket) -> bool:
    """Whether the rows say what their messages say."""
    return waiting.wrong(list(Ticket.objects.filter(pk__in=[ticket.pk for ticket in tickets]))) == []


@contextmanager
def listening(name: str, kinds: Iterable[str], handler: Callable[[Any], None], **more: Any):
    """A subscriber for the length of a story; `batches` makes it one who takes many at once."""
    before = subscriptions.kept()
    subscribe = events.subscribe_in_batches if more.pop("batches", False) else events.subscribe
    subscribe(name, [events.known_kinds()[kind] for kind in kinds], handler, **more)
    try:
        yield
    finally:
        subscriptions.restore(before)


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Do all of them at the same moment, each in a thread with a connection of its own; what they returned or raised."""
    start = Barrier(len(deeds))
    results: list[Any] = [None] * len(deeds)

    def run(place: int, deed: Callable[[], Any]) -> None:
        try:
            start.wait(10)
            results[place] = deed()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=(place, deed)) for place, deed in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


@contextmanager
def rolled_back():
    """Whatever is written within leaves no trace."""
    everything = transaction.atomic()
    everything._from_testcase = True  # so that what must commit within it may
    with everything:
        try:
            yield
        finally:
            transaction.set_rollback(True)
