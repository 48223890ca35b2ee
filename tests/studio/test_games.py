"""A game: its hours, its languages, its face."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from helpdesk.studio.models import Game
from tests.factories.desk import make_game

pytestmark = pytest.mark.django_db


def test_the_hours_become_a_calendar() -> None:
    game = make_game(hours={"0": [["09:00", "18:00"]]}, holidays=["2026-12-28"], timezone="Europe/Prague")

    assert game.calendar.is_open(datetime(2026, 12, 21, 8, 0, tzinfo=UTC))  # Monday, nine o'clock there
    assert not game.calendar.is_open(datetime(2026, 12, 21, 7, 59, tzinfo=UTC))
    assert not game.calendar.is_open(datetime(2026, 12, 28, 10, 0, tzinfo=UTC))  # a holiday
    assert not game.calendar.is_open(datetime(2026, 12, 22, 10, 0, tzinfo=UTC))  # Tuesday


def test_without_hours_somebody_is_always_there() -> None:
    assert make_game().calendar.is_open(datetime(2026, 12, 25, 3, 0, tzinfo=UTC))


@pytest.mark.parametrize(("wanted", "written"), [("ru", "ru"), ("fi", "en"), ("", "en")])
def test_we_write_in_a_language_that_the_game_speaks(wanted: str, written: str) -> None:
    assert make_game().language_for(wanted) == written


def test_two_games_never_share_an_address() -> None:
    make_game(address="support@studio.example")

    with pytest.raises(IntegrityError), transaction.atomic():
        Game.objects.create(slug="other", name="Other", team_name="T", sender_name="S", address="Support@Studio.example")


@pytest.mark.parametrize("colour", ["red", "#FFF", "#12345g", "#1234567", "#0f6f7c\n", "url(x)"])
def test_a_colour_is_a_colour_and_nothing_that_a_stylesheet_would_run(colour: str) -> None:
    game = make_game()
    game.colour_main = colour

    with pytest.raises(ValidationError) as refusal:
        game.full_clean()

    assert "colour_main" in refusal.value.message_dict


def test_a_game_finds_its_own_wordings_by_its_slug() -> None:
    assert make_game("ashvale").text_scope == "game:ashvale"
