"""A game's hours of the past stay what they were."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from helpdesk.base.clock import now
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from helpdesk.staff.services.games import change_game, make_game
from helpdesk.studio.models import CalendarVersion, Game
from helpdesk.studio.selectors import calendar_at
from tests.conftest import Travel
from tests.factories import desk
from tests.factories.staff import somebody

pytestmark = pytest.mark.django_db

FACTS: dict[str, Any] = {
    "name": "Emberfall", "team_name": "Emberfall Support", "address": "support@emberfall.example", "sender_name": "Emberfall",
}  # fmt: skip
MONDAY = {"0": [["09:00", "18:00"]]}
SUNDAY = {"6": [["09:00", "18:00"]]}
A_MONDAY, A_SUNDAY = (datetime(2026, 12, day, 10, tzinfo=UTC) for day in (21, 20))


@pytest.fixture
def by() -> User:
    return somebody(Right.MANAGE_GAMES, name="Nora Berg")


def test_what_was_in_force_stays_in_force(travel: Travel, by: User) -> None:
    game = make_game(by=by, hours=MONDAY, **FACTS)
    made = now()
    travel.forward(days=3)
    change_game(game, hours=SUNDAY, by=by)
    changed = now()

    early, before, after = (calendar_at(game, at) for at in (made - timedelta(days=900), changed - timedelta(seconds=1), changed))

    assert before.is_open(A_MONDAY) and not before.is_open(A_SUNDAY)
    assert after.is_open(A_SUNDAY) and not after.is_open(A_MONDAY)
    assert early == before
    assert Game.objects.get(pk=game.pk).calendar == after


def test_only_what_changes_the_hours_makes_a_version(travel: Travel, by: User) -> None:
    game = make_game(by=by, hours=MONDAY, **FACTS)
    for facts in ({"name": "Emberfall II"}, {"hours": MONDAY}, {"timezone": "Europe/Prague"}, {"holidays": ["2026-12-25"]}):
        travel.forward(days=1)
        change_game(game, by=by, **facts)

    versions = CalendarVersion.objects.filter(game=game).order_by("valid_from")
    assert list(versions.values_list("timezone", "holidays")) == [
        ("UTC", []), ("Europe/Prague", []), ("Europe/Prague", ["2026-12-25"]),
    ]  # fmt: skip


def test_two_changes_in_one_moment_are_one_version(travel: Travel, by: User) -> None:
    game = make_game(by=by, hours=MONDAY, **FACTS)

    change_game(game, hours=SUNDAY, by=by)

    assert CalendarVersion.objects.get(game=game).hours == SUNDAY


def test_a_game_without_a_version_has_the_hours_that_it_has(travel: Travel) -> None:
    """As processes of a former release make them."""
    game = desk.make_game(hours=MONDAY)

    assert calendar_at(game, now()) == game.calendar
