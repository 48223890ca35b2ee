"""Who hears many events at once: in order, each once, and one that cannot be heard keeps back its own ticket alone."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk.base import outward
from helpdesk.studio.models import Tag
from tests.conftest import Travel
from tests.factories.desk import make_ticket, player_writes
from tests.tickets.deeds import listening
from tickets import drain
from tickets.events import deliver, replay
from tickets.models import Delivery, Event, Lane, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_other_ears")]
RECEIVED = ["message.received"]


class Ear:
    """Notes the batches that it hears, writes a row for each event, and breaks on events that it was told to break on."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.breaks: set[int] = set()

    def __call__(self, events: Sequence[Event]) -> None:
        for event in events:
            Tag.objects.create(name=f"heard {event.pk}")
            if event.pk in self.breaks:
                raise ValueError(f"not {event.pk}")
        self.batches.append([event.pk for event in events])

    @property
    def heard(self) -> list[int]:
        return [pk for batch in self.batches for pk in batch]


def batch(ear: Any, **more: Any) -> AbstractContextManager[None]:
    return listening("ear", RECEIVED, ear, batches=True, **({"lane": Lane.NOW} | more))


def received(*tickets: Ticket) -> list[int]:
    return list(Event.objects.filter(ticket__in=tickets, kind="message.received").order_by("pk").values_list("pk", flat=True))


def test_all_that_waits_is_heard_in_one_go_and_in_order(travel: Travel) -> None:
    ear = Ear()
    with batch(ear):
        one, other = make_ticket(), make_ticket()
        for _n in range(3):
            player_writes(one)
            player_writes(other)

        assert drain.drain(Lane.NOW) == 8

    assert ear.batches == [received(one, other)]
    assert not Delivery.objects.exists()


def test_it_is_no_more_than_five_hundred(travel: Travel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drain, "BATCH", 3)
    ear = Ear()
    with batch(ear):
        one, other = make_ticket(), make_ticket()
        for _n in range(3):
            player_writes(one)
            player_writes(other)
        drain.drain(Lane.NOW)

    assert [len(each) for each in ear.batches] == [3, 3, 2]
    assert ear.heard == received(one, other)


def test_a_batch_that_breaks_falls_apart_and_the_poisoned_one_keeps_its_own_ticket_back(travel: Travel) -> None:
    ear = Ear()
    with batch(ear):
        bad, good = make_ticket(), make_ticket()
        for _n in range(3):
            player_writes(bad)
            player_writes(good)
        first, poison, *rest = received(bad)
        ear.breaks = {poison}

        drain.drain(Lane.NOW)

        assert ear.heard == sorted([first, *received(good)])
        assert set(Tag.objects.values_list("name", flat=True)) == {f"heard {pk}" for pk in ear.heard}  # nothing is left of what broke
        left = Delivery.objects.order_by("event_id").values_list("event_id", "attempts", "claimed_until")
        assert list(left) == [(poison, 1, None), *((pk, 0, None) for pk in rest)]

        drain.drain(Lane.NOW)
        assert len(ear.heard) == 5  # its pause is not over, and nothing passes it by
        ear.breaks.clear()
        travel.forward(seconds=2)
        drain.drain(Lane.NOW)

    assert ear.batches[-1] == [poison, *rest]


def test_one_that_can_never_be_heard_is_parked_alone_and_stops_its_ticket_until_a_person_decides(travel: Travel) -> None:
    ear = Ear()
    with batch(ear):
        bad, good = make_ticket(), make_ticket()
        player_writes(bad)
        poison, behind = received(bad)
        ear.breaks = {poison}
        for _try in range(8):
            drain.drain(Lane.NOW)
            travel.forward(hours=3)

        row = Delivery.objects.get(event=poison)
        assert row.parked_at is not None and f"not {poison}" in row.error
        assert ear.heard == received(good)

        assert drain.drop(row.pk)
        drain.drain(Lane.NOW)

    assert ear.batches[-1] == [behind]


def test_where_only_the_newest_matters_the_older_ones_go_with_it(travel: Travel) -> None:
    ear = Ear()
    with batch(ear, newest=True):
        one, other = make_ticket(), make_ticket()
        for _n in range(3):
            player_writes(one)
        assert drain.drain(Lane.NOW) == 5

    assert sorted(ear.heard) == sorted([received(one)[-1], received(other)[-1]])
    assert not Delivery.objects.exists()


def test_a_killed_workers_batch_comes_again(travel: Travel) -> None:
    ear = Ear()
    with batch(ear):
        make_ticket()
        drain._claim(Lane.NOW, travel.moment + drain.LEASE, ["ear"], None, 500, in_runs=True)
        assert drain.drain(Lane.NOW) == 0

        travel.forward(minutes=5)
        assert drain.drain(Lane.NOW) == 1


def test_who_lost_a_claim_of_his_batch_writes_nothing(travel: Travel) -> None:
    def slow(events: Sequence[Event]) -> None:
        Tag.objects.create(name="written by the slow one")
        Delivery.objects.filter(event=events[-1]).update(claimed_until=travel.moment + drain.LEASE * 2)

    with batch(slow):
        make_ticket()
        make_ticket()
        assert drain.drain(Lane.NOW) == 0

    assert not Tag.objects.exists()


def test_what_is_replayed_comes_before_what_is_younger(travel: Travel) -> None:
    ticket, ear = make_ticket(), Ear()
    with batch(ear):
        player_writes(ticket)
        assert replay("ear", Event.objects.filter(pk=received(ticket)[0])) == 1
        drain.drain(Lane.NOW)
        assert ear.heard == []
        drain.drain(Lane.BULK)
        drain.drain(Lane.NOW)

    assert ear.heard == received(ticket)


def test_who_speaks_to_the_outside_hears_no_replay_and_nothing_while_nothing_may_leave(travel: Travel, settings: Any) -> None:
    ear = Ear()
    with batch(ear, outward=True):
        ticket = make_ticket()
        with pytest.raises(ValueError, match="no replay"):
            replay("ear", Event.objects.filter(ticket=ticket))

        settings.OUTWARD = False
        outward.forget()
        assert drain.drain(Lane.NOW) == 0
        settings.OUTWARD = True
        outward.forget()
        assert drain.drain(Lane.NOW) == 1
        assert deliver("ear", Event.objects.filter(pk__in=received(ticket))) == 1  # its own timer may ask for it
    outward.forget()


@given(breaks=st.sets(st.integers(0, 11), max_size=4), most=st.integers(1, 12), newest=st.booleans())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_whatever_breaks_order_holds_and_all_is_heard_in_the_end(breaks: set[int], most: int, newest: bool, travel: Travel) -> None:
    Delivery.objects.all().delete()
    ear = Ear()
    with batch(ear, newest=newest):
        tickets = [make_ticket() for _n in range(3)]
        for _n in range(3):
            for ticket in tickets:
                player_writes(ticket)
        every = received(*tickets)
        ear.breaks = {every[place] for place in breaks}
        for _try in range(3):
            drain.drain(Lane.NOW, most=most)
            travel.forward(seconds=15)
        ear.breaks.clear()
        for _try in range(4):
            travel.forward(hours=1)
            drain.drain(Lane.NOW)

    for ticket in tickets:
        mine = [pk for pk in ear.heard if pk in received(ticket)]
        assert mine == sorted(set(mine)) and mine[-1] == received(ticket)[-1]
    assert newest or sorted(ear.heard) == every
    assert not Delivery.objects.exists()
