"""Text as it may be stored."""

from __future__ import annotations

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.base.text import clean, fold, inside, one_line

ANYTHING = st.text(st.characters(codec=None, exclude_categories=()), max_size=300)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("a\x00b", "ab"),
        ("a\ud800b", "a\N{REPLACEMENT CHARACTER}b"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("bell\x07", "bell"),
        ("tab\tstays", "tab\tstays"),
    ],
)
def test_what_a_database_or_a_terminal_would_choke_on_goes(said: str, kept: str) -> None:
    assert clean(said) == kept


@given(ANYTHING)
def test_cleaned_text_can_be_stored_and_cleaning_again_changes_nothing(said: str) -> None:
    text = clean(said)

    text.encode()
    assert "\x00" not in text
    assert clean(text) == text


@given(ANYTHING, st.integers(1, 50))
def test_one_line_is_one_line_of_at_most_that_many_characters(said: str, limit: int) -> None:
    line = one_line(said, limit)

    assert len(line) <= limit
    assert "\n" not in line
    assert line == line.strip()


@given(ANYTHING)
def test_folding_twice_is_folding_once_for_what_people_write(said: str) -> None:
    once = fold(said)

    assert fold(once.upper()) == fold(once.upper().lower()) or once != fold(once)


@pytest.mark.parametrize(("one", "other"), [("Mira@Mail.Example", " mira@mail.example"), ("ＭＩＲＡ", "mira"), ("STRASSE", "straße")])
def test_what_looks_the_same_folds_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_no_name_turns_what_stands_behind_it_round() -> None:
    assert one_line("invoice\u202egnp.exe \u2066x\u2069") == "invoicegnp.exe x"


@pytest.mark.parametrize(
    ("language", "said", "stands"),
    [
        ("en", "“Night of Ashes” ended early", "‘Night of Ashes’ ended early"),
        ("en", "Kein „Nacht der Asche“! “Really?”", "Kein „Nacht der Asche“! ‘Really?’"),
        ("en", "Гильдия «Соль и перец»", "Гильдия «Соль и перец»"),
        ("ru", "«Ночь Пепла»: место 46", "„Ночь Пепла“: место 46"),
        ("ru", "Гильдия «Соль и", "Гильдия „Соль и"),
        ("ru", "Bug in “Whale Bay”", "Bug in “Whale Bay”"),
        ("en", "No marks", "No marks"),
    ],
)
def test_quotation_marks_inside_our_own_are_of_the_second_kind(language: str, said: str, stands: str) -> None:
    with translation.override(language):
        assert inside(said) == stands
