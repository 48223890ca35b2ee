"""Texts that players read: found by scope and language, filled by name, never changed."""

from __future__ import annotations

import pytest

from helpdesk.base.errors import DomainError
from helpdesk.base.models import Text
from helpdesk.base.texts import Wording, wording, write

pytestmark = pytest.mark.django_db


def text(scope: str = "", *places: str, **bodies: str) -> Text:
    row = Text.objects.create(key="greeting", scope=scope, label="Greeting", placeholders=list(places))
    for language, body in bodies.items():
        write(row, language=language, subject="", body=body, author_id=None)
    return row


def said(*languages: str, scopes: tuple[str, ...] = ("game:emberfall",)) -> str | None:
    found = wording("greeting", scopes=scopes, languages=languages)
    return found.body if found else None


def test_the_games_own_stands_before_the_one_for_all() -> None:
    text(en="Hello")
    text("game:emberfall", en="Hail")

    assert said("en") == "Hail"
    assert said("en", scopes=("game:ashvale",)) == "Hello"


def test_the_players_language_stands_before_the_games_own_wording() -> None:
    text(en="Hello", ru="Здравствуйте")
    text("game:emberfall", en="Hail")

    assert said("ru", "en") == "Здравствуйте"


def test_the_next_language_is_the_default_behind_it() -> None:
    text(en="Hello")

    assert said("fi", "en") == "Hello"


def test_what_nobody_wrote_is_none() -> None:
    text(en="Hello")

    assert said("fi") is None
    assert wording("farewell", scopes=[], languages=["en"]) is None


def test_an_edit_is_a_new_version_and_the_old_one_stays() -> None:
    row = text(en="Hello")
    before = wording("greeting", scopes=[], languages=["en"])

    write(row, language="en", subject="", body="Good day", author_id=None)

    after = wording("greeting", scopes=[], languages=["en"])
    assert (after.body, row.versions.get(pk=before.version_id).body) == ("Good day", "Hello")
    assert [version.version for version in row.versions.order_by("pk")] == [1, 2]


def test_places_are_filled_by_name_and_braces_never_reach_a_player() -> None:
    filled = Wording(1, "en", "For {player}", "Hi { player }, {unknown}your {game_name}{Player}!").filled(
        {"player": "Mira", "game_name": "Emberfall"}
    )

    assert (filled.subject, filled.body) == ("For Mira", "Hi Mira, your Emberfall!")


def test_a_value_cannot_smuggle_a_place_in() -> None:
    assert Wording(1, "en", "", "{player}").filled({"player": "{game}", "game": "secret"}).body == "{game}"


@pytest.mark.parametrize("body", ["Hi {plaier}", "Hi { plaier }", "Hi {Player}", "Hi {player.email}{plaier}"])
def test_an_unknown_place_is_refused_by_name(body: str) -> None:
    row = text("", "player")

    with pytest.raises(DomainError) as refusal:
        write(row, language="en", subject="", body=body, author_id=None)

    assert refusal.value.field == "body"


def test_finding_costs_two_queries(django_assert_num_queries) -> None:
    text(en="Hello", ru="Здравствуйте")

    with django_assert_num_queries(2):
        said("ru", "en")


def test_a_text_that_was_emptied_falls_back() -> None:
    common = Text.objects.create(key="x.words", scope="", label="X", placeholders=[])
    own = Text.objects.create(key="x.words", scope="game:tide", label="X", placeholders=[])
    for text, language, body in ((common, "en", "Hello"), (own, "de", "Hallo Tide"), (common, "de", "Hallo")):
        write(text, language=language, subject="", body=body, author_id=None)

    def serves() -> str:
        found = wording("x.words", scopes=["game:tide"], languages=["de", "en"])
        return found.body if found else ""

    assert serves() == "Hallo Tide"
    for text, language, then in ((own, "de", "Hallo"), (common, "de", "Hello"), (common, "en", "")):
        write(text, language=language, subject="", body=" \n", author_id=None)
        assert serves() == then
