"""Words are found however they were typed and stored."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk.base.folding import finds
from helpdesk.studio.models import Game
from tests.factories.desk import make_game

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        ("Die STRASSE ist gesperrt", "straße"),
        ("Große Truhe", "GROSSE"),
        ("Große Truhe", "größe"[:2] + "osse"),
        ("Ещё один ёжик", "еще"),
        ("Еще один ежик", "ЁЖИК"),
        ("İstanbul'dan yazıyorum", "istanbul"),
        ("istanbul", "İSTANBUL"),
        ("ısparta", "ISPARTA"),
        ("ISPARTA", "ısparta"),
        ("Żółta łódź", "żółta"),
        ("МОЙ ГЕРОЙ", "мой герой"),
        ("Ελλάς", "ΕΛΛΆΣ"),
        ("100 % off_", "100 % OFF_"),
    ],
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
def test_both_sides_are_folded_alike(stored: str, asked: str, form: str, typed: str) -> None:
    make_game(name=unicodedata.normalize(form, stored))

    assert Game.objects.filter(finds("name", unicodedata.normalize(typed, asked))).exists()


@pytest.mark.parametrize(("stored", "asked"), [("ab", "a%"), ("a_b", "a%b"), ("мой", "мои"), ("Kasse", "Kaße1"), ("a", "b")])
def test_other_words_are_other_words(stored: str, asked: str) -> None:
    make_game(name=stored)

    assert not Game.objects.filter(finds("name", asked)).exists()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(alphabet="aßSsеёЁЕйЙİIıiéÉłŁσςΣ %_\\'", min_size=1, max_size=12))
def test_every_text_finds_itself_in_any_case_and_form(words: str) -> None:
    game = make_game()
    for form in ("NFC", "NFD"):
        Game.objects.filter(pk=game.pk).update(name=unicodedata.normalize(form, words.lower()))
        for asked in (words.upper(), unicodedata.normalize("NFD", words)):
            assert Game.objects.filter(finds("name", asked)).exists(), (form, asked)
