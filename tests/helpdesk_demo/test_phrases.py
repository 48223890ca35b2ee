"""The written parts: the same order in every language, nothing left open, nothing sloppy."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from importlib.resources import files
from random import Random
from typing import Any

import pytest

from helpdesk.demo import phrases
from helpdesk.demo.people import Profile, facts, profile
from helpdesk.demo.phrases import LANGUAGES, slots_of, topics

FILES = ("money", "account", "trouble", "talk", "manners")


def _read(language: str, name: str) -> dict[str, Any]:
    return tomllib.loads(files("helpdesk.demo").joinpath("texts", language, f"{name}.toml").read_text("utf-8"))


def _shape(part: object) -> object:
    if isinstance(part, dict):
        return {key: _shape(value) for key, value in part.items()}
    return len(part) if isinstance(part, list) else type(part).__name__


def _parts(part: object) -> list[str]:
    if isinstance(part, dict):
        return [text for value in part.values() for text in _parts(value)]
    if isinstance(part, list):
        return [text for value in part for text in _parts(value)]
    return [part] if isinstance(part, str) else []


ALL = [(language, text) for language in LANGUAGES for name in FILES for text in _parts(_read(language, name))]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FILES[:4])
def test_a_topic_has_the_same_lists_in_every_language(language: str, name: str) -> None:
    english = _read("en", name)

    for topic, parts in _read(language, name).items():
        ours, theirs = _shape(parts), _shape(english[topic])
        for of_languages_own in ("subjects", "details"):
            assert len(parts[of_languages_own]) == len(english[topic][of_languages_own])
        assert ours == theirs, topic


def test_every_language_has_the_same_sixteen_topics() -> None:
    names = {language: [topic.name for topic in topics(language)] for language in LANGUAGES}

    assert all(those == names["en"] for those in names.values())
    assert len(names["en"]) == 16


def test_every_part_is_well_formed() -> None:
    known = set(_facts()) | {"operator", "department", "s"}

    for language, text in ALL:
        assert "  " not in text, text
        assert text == text.strip(), text
        assert not re.search(r" [,.;?!](?!\.)", text.replace(" ?", "" if language == "fr" else " ?")), text
        assert text.count("<") == text.count(">") == text.count("|"), text
        assert text.count("{") == text.count("}"), text
        assert slots_of(text) <= known, (language, text, slots_of(text) - known)
        assert "..." not in text, text


def test_quotation_marks_come_in_pairs_of_their_language() -> None:
    pairs = {"en": ("“", "”"), "ru": ("«", "»"), "de": ("„", "“"), "es": ("«", "»")}
    for language, text in ALL:
        opening, closing = pairs[language]
        assert text.count(opening) == text.count(closing), text
        assert '"' not in text, text


def test_who_speaks_chooses_the_form() -> None:
    assert phrases.speak("<Купил|Купила> {pack}.", {"pack": "«Семь морей»"}, woman=True) == "Купила «Семь морей»."
    assert phrases.speak("перезаходил<|а>", {}, woman=False) == "перезаходил"


def _facts() -> dict[str, str]:
    who: Profile = profile(Random(1), 1, game="emberfall", language="en", taken=set())
    return facts(Random(1), who, game="emberfall", opened=datetime(2026, 3, 1, tzinfo=UTC), patch="4.7.1", friend="Moth")
