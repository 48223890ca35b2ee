"""Bringing events to their subscribers: in order, each once, and a failing one blocks only its ticket."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from helpdesk.base.errors import Conflict
from helpdesk.staff.models import User
from helpdesk.studio.models import Tag
from tests.conftest import Travel
from tests.factories.desk import make_ticket, player_writes
from tests.tickets.deeds import listening, put
from tickets import drain
from tickets.actors import SYSTEM
from tickets.events import MAX_DEPTH, Payload, record, replay, subscribe
from tickets.events.of_messages import MessageReceived
from tickets.events.of_tickets import TicketRenamed
from tickets.locks import lock
from tickets.models import Delivery, Event, Lane, Status, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_other_ears")]
RECEIVED = ["message.received"]


class Ear:
    """Notes what it hears; breaks on tickets that it was told to break on."""

    def __init__(self) -> None:
        self.heard: list[tuple[int, int]] = []
        self.breaks: dict[int, Exception | type[BaseException]] = {}

    def __call__(self, event: Event) -> None:
        Tag.objects.create(name=f"heard {event.pk}")
        if event.ticket_id in self.breaks:
            raise self.breaks[event.ticket_id]
        self.heard.append((event.ticket_id, event.pk))


def waiting(ticket: Ticket | None = None) -> list[Delivery]:
    rows = Delivery.objects.filter(subscriber="ear").order_by("pk")
    return list(rows.filter(ticket_id=ticket.pk) if ticket else rows)


def try_through(travel: Travel, times: int = 7) -> None:
    for _attempt in range(times):
        drain.drain(Lane.NOW)
        travel.forward(hours=3)


def test_each_event_is_heard_once_in_the_order_of_its_ticket(travel: Travel) -> None:
    ear = Ear()
    with listening("ear", RECEIVED, ear):
        first, second = make_ticket(), make_ticket()
        for _n in range(3):
            player_writes(first)
            player_writes(second)

        assert drain.drain(Lane.NOW) == 8
        assert drain.drain(Lane.NOW) == 0

    for ticket in (first, second):
        heard = [event for where, event in ear.heard if where == ticket.pk]
        assert heard == sorted(heard)
        assert len(heard) == 4
    assert waiting() == []


def test_each_subscriber_hears_for_himself(travel: Travel) -> None:
    one, other = Ear(), Ear()
    one.breaks = {0: ValueError()}
    with listening("ear", RECEIVED, one), listening("other ear", ["ticket.opened"], lambda event: other.heard.append((0, event.pk))):
        make_ticket()
        drain.drain(Lane.NOW)

    assert (len(one.heard), len(other.heard)) == (1, 1)


def test_a_failing_delivery_blocks_only_its_ticket(travel: Travel) -> None:
    ear = Ear()
    with listening("ear", RECEIVED, ear):
        bad, good = make_ticket(), make_ticket()
        player_writes(bad)
        player_writes(good)
        ear.breaks[bad.pk] = ValueError("not today")

        drain.drain(Lane.NOW)

    assert [where for where, _event in ear.heard] == [good.pk, good.pk]
    assert [(row.attempts, row.error) for row in waiting(bad)] == [(1, "ValueError: not today"), (0, "")]


def test_what_failed_goes_on_in_order_when_it_is_mended(travel: Travel) -> None:
    ear = Ear()
    with listening("ear", RECEIVED, ear):
        ticket = make_ticket()
        player_writes(ticket)
        ear.breaks[ticket.pk] = ValueError("not today")
        drain.drain(Lane.NOW)
        ear.breaks.clear()

        drain.drain(Lane.NOW)
        assert ear.heard == []  # its pause is not over

        travel.forward(seconds=2)
        drain.drain(Lane.NOW)

    assert [event for _ticket, event in ear.heard] == sorted(event for _ticket, event in ear.heard)
    assert len(ear.heard) == 2


def test_a_failing_handler_leaves_none_of_its_writes(travel: Travel) -> None:
    ear = Ear()
    with listening("ear", RECEIVED, ear):
        ticket = make_ticket()
        ear.breaks[ticket.pk] = ValueError("not today")
        drain.drain(Lane.NOW)

    assert not Tag.objects.exists()


def test_the_pauses_grow_and_then_it_is_parked(travel: Travel) -> None:
    ear, pauses = Ear(), []
    with listening("ear", RECEIVED, ear):
        ticket = make_ticket()
        ear.breaks[ticket.pk] = ValueError("never")
        for _attempt in range(7):
            drain.drain(Lane.NOW)
            row = waiting(ticket)[0]
            if row.parked_at is None:
                pauses.append(row.due_at - travel.moment)
                travel.forward(seconds=pauses[-1].total_seconds())

    assert pauses == drain.PAUSES
    assert row.parked_at == travel.moment


def test_a_parked_one_holds_the_younger_back_until_it_is_tried_again(travel: Travel) -> None:
    ear = Ear()
    with listening("ear", RECEIVED, ear):
        ticket = make_ticket()
        player_writes(ticket)
        ear.breaks[ticket.pk] = ValueError("never")
        try_through(travel)
        ear.breaks.clear()
        try_through(travel)
        assert ear.heard == []

        assert drain.unpark([row.pk for row in waiting(ticket)]) == 1
        drain.drain(Lane.NOW)

    assert len(ear.heard) == 2


def test_or_until_it_is_given_up(travel: Travel) -> None:
    ear = Ear()
    with listening("ear", RECEIVED, ear):
        ticket = make_ticket()
        second = player_writes(ticket)
        ear.breaks[ticket.pk] = ValueError("never")
        try_through(travel)
        ear.breaks.clear()

        assert drain.drop(waiting(ticket)[0].pk)
        drain.drain(Lane.NOW)

    assert [Event.objects.get(pk=event).message_id for _ticket, event in ear.heard] == [second.pk]


def test_only_what_is_parked_can_be_given_up(travel: Travel) -> None:
    with listening("ear", RECEIVED, Ear()):
        make_ticket()

        assert not drain.drop(waiting()[0].pk)


def test_a_services_conflict_is_a_failure_like_any_other(travel: Travel) -> None:
    ear = Ear()
    with listening("ear", RECEIVED, ear):
        ticket = make_ticket()
        ear.breaks[ticket.pk] = Conflict("Somebody was first.")
        drain.drain(Lane.NOW)

        row = waiting(ticket)[0]
        assert (row.error, row.claimed_until) == ("Conflict: Somebody was first.", None)
        try_through(travel)

    assert waiting(ticket)[0].parked_at is not None


def test_a_key_error_is_tried_again_too(travel: Travel) -> None:
    ear = Ear()
    with listening("ear", RECEIVED, ear):
        ticket = make_ticket()
        ear.breaks[ticket.pk] = KeyError("level")
        drain.drain(Lane.NOW)

    assert waiting(ticket)[0].parked_at is None


def test_one_that_kills_its_worker_each_time_is_parked_in_the_end(travel: Travel) -> None:
    class Killed(BaseException):
        pass

    ear = Ear()
    with listening("ear", RECEIVED, ear):
        ticket = make_ticket()
        ear.breaks[ticket.pk] = Killed
        for _attempt in range(7):
            with pytest.raises(Killed):
                drain.drain(Lane.NOW)
            travel.forward(minutes=6)
        drain.drain(Lane.NOW)

    assert waiting(ticket)[0].parked_at == travel.moment


def test_a_killed_workers_claim_lapses(travel: Travel) -> None:
    ear = Ear()
    with listening("ear", RECEIVED, ear):
        make_ticket()
        drain._claim(Lane.NOW, travel.moment + drain.LEASE, ["ear"], None, 10, in_runs=False)

        assert drain.drain(Lane.NOW) == 0
        travel.forward(minutes=5)
        assert drain.drain(Lane.NOW) == 1


def test_who_lost_the_claim_writes_nothing(travel: Travel) -> None:
    def slow(event: Event) -> None:
        Tag.objects.create(name="written by the slow one")
        Delivery.objects.filter(event=event).update(claimed_until=travel.moment + timedelta(hours=1))  # another worker's claim

    with listening("ear", RECEIVED, slow):
        make_ticket()
        assert drain.drain(Lane.NOW) == 0

    assert not Tag.objects.exists()


def test_what_this_release_does_not_know_is_left_to_who_does_and_after_a_day_to_a_person(travel: Travel) -> None:
    with listening("ear", RECEIVED, Ear()):
        make_ticket()

    drain.drain(Lane.NOW)
    travel.forward(hours=23)
    assert drain.park_orphans() == 0
    assert (waiting()[0].attempts, waiting()[0].parked_at) == (0, None)

    travel.forward(hours=2)
    assert drain.park_orphans() == 1
    row = waiting()[0]
    assert row.parked_at is not None
    assert "ear" in row.error
    with listening("ear", RECEIVED, Ear()):  # it came back: a person lets it be heard
        drain.unpark([row.pk])
        assert drain.drain(Lane.NOW) == 1


def test_the_lanes_are_apart_but_a_ticket_keeps_its_order(travel: Travel) -> None:
    ear = Ear()
    with listening("ear", RECEIVED, ear, lane=Lane.BULK):
        ticket = make_ticket()
        assert drain.drain(Lane.NOW) == 0
        Delivery.objects.create(
            event=Event.objects.filter(ticket=ticket).latest("pk"), subscriber="ear two", lane=Lane.NOW, ticket_id=ticket.pk
        )
        assert drain.drain(Lane.BULK) == 1


def test_what_a_handler_records_names_its_cause(anna: User, travel: Travel) -> None:
    def rename(event: Event) -> None:
        with transaction.atomic():
            record(lock(event.ticket), TicketRenamed(), by=SYSTEM)

    with listening("ear", RECEIVED, rename):
        ticket = make_ticket()
        drain.drain(Lane.NOW)

    received, renamed = Event.objects.filter(ticket=ticket).order_by("pk")[1:]
    assert (renamed.cause, renamed.root, renamed.depth) == (received.pk, received.pk, 1)


def test_a_chain_of_automation_that_chases_itself_is_parked(travel: Travel) -> None:
    def again(event: Event) -> None:
        with transaction.atomic():
            record(lock(event.ticket), TicketRenamed(), by=SYSTEM)

    with listening("ear", ["ticket.opened", "ticket.renamed"], again):
        ticket = make_ticket()
        drain.drain(Lane.NOW)

    deepest = Event.objects.filter(ticket=ticket).latest("pk")
    assert deepest.depth == MAX_DEPTH + 1
    assert waiting(ticket)[0].parked_at is not None


def test_a_replay_brings_the_past_once(travel: Travel) -> None:
    ear = Ear()
    ticket = make_ticket()
    with listening("ear", RECEIVED, ear):
        past = Event.objects.filter(ticket=ticket)
        replay("ear", past)
        replay("ear", past)
        drain.drain(Lane.BULK)

    assert len(ear.heard) == 2


def test_what_does_not_matter_to_a_listener_costs_no_delivery(travel: Travel) -> None:
    ear = Ear()
    first, second = make_ticket(), make_ticket()
    with listening("ear", RECEIVED, ear, when=lambda event: event.ticket_id == second.pk):
        player_writes(first)
        player_writes(second)
        assert [delivery.ticket_id for delivery in waiting()] == [second.pk]

        assert replay("ear", Event.objects.filter(kind="message.received")) == 1  # the second's first message; the other one waits already
        drain.drain(Lane.NOW)
        assert ear.heard == []  # what is replayed is older, and comes first though its delivery is younger
        drain.drain(Lane.BULK)
        drain.drain(Lane.NOW)

    assert ear.heard == sorted(ear.heard) and [ticket for ticket, _event in ear.heard] == [second.pk, second.pk]


def test_a_listener_that_changed_its_mind_is_left_alone(travel: Travel) -> None:
    ear = Ear()
    with listening("ear", RECEIVED, ear):
        make_ticket()
    with listening("ear", RECEIVED, ear, when=lambda event: False):
        drain.drain(Lane.NOW)

    assert (ear.heard, waiting()) == ([], [])


def test_an_event_is_gone_when_its_change_was_taken_back(anna: User, travel: Travel) -> None:
    with listening("ear", ["ticket.moved"], Ear()):
        ticket = make_ticket()
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            put(ticket, Status.RESOLVED, anna)
            raise ZeroDivisionError

    assert waiting() == []
    assert not Event.objects.filter(kind="ticket.moved").exists()


def test_events_cannot_be_deleted_nor_subscribers_confused(travel: Travel) -> None:
    make_ticket()
    with pytest.raises(TypeError):
        Event.objects.latest("pk").delete()
    with pytest.raises(ValueError, match="undeclared"):
        subscribe("deaf", [Payload], Ear())
    with listening("ear", RECEIVED, Ear()), pytest.raises(ValueError, match="Two subscribers"):
        subscribe("ear", [MessageReceived], Ear())
