"""Whoever has a clock of its own looks after one game's tickets and leaves those of the others, however due they are there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction

from helpdesk.staff.models import User
from tests.conftest import Travel
from tests.factories.desk import Post, make_game, make_ticket
from tests.tickets.deeds import listening, reply
from tickets import drain, timers
from tickets.lifecycle.machine import SILENCE
from tickets.locks import lock
from tickets.models import Delivery, Lane, Message, Ticket, Timer
from tickets.services import outbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_other_ears")]


def of_two_games() -> tuple[Ticket, Ticket]:
    return make_ticket(), make_ticket(game=make_game("tideborn"))


def test_only_its_events_are_brought_each_within_the_name_of_its_hearer() -> None:
    told: list[str] = []

    @contextmanager
    def around(subscriber: str) -> Iterator[None]:
        told.append(subscriber)
        yield

    with listening("ear", ["ticket.opened"], lambda _event: None):
        ours, theirs = of_two_games()

        assert drain.drain(Lane.NOW, game=ours.game_id, around=around) == 1

    assert told == ["ear"]
    assert list(Delivery.objects.filter(subscriber="ear").values_list("ticket_id", flat=True)) == [theirs.pk]


def test_only_its_timers_fire(travel: Travel) -> None:
    ours, theirs = of_two_games()
    for ticket in (ours, theirs):
        with transaction.atomic():
            timers.arm(lock(ticket), SILENCE, travel.moment)

    assert timers.fire_due(game=ours.game_id) == 1

    assert list(Timer.objects.filter(kind=SILENCE).values_list("ticket_id", flat=True)) == [theirs.pk]


def test_only_its_messages_leave(anna: User, travel: Travel, the_post: Post) -> None:
    ours, theirs = of_two_games()
    messages = [reply(ticket, anna) for ticket in (ours, theirs)]
    travel.forward(minutes=1)

    assert outbox.send_due(game=ours.game_id) == 1

    assert [Message.objects.get(pk=message.pk).state for message in messages] == ["sent", "queued"]
