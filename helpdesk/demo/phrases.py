"""The written parts of the demo's stories: whole sentences by topic and language, and which of them go together.

A part may hold slots, `{order}`, and forms for a man and a woman, `<купил|купила>`: whole words chosen by who speaks, so that
grammar is right in every combination. `[pic]` before a part says that a picture comes with it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("en", "ru", "de", "es")
PICTURE = "[pic]"
_GENDER = re.compile(r"<([^<>|]*)\|([^<>|]*)>")
_SLOT = re.compile(r"\{(\w+)\}")

Slots = Mapping[str, str]
Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Opening:
    """One way a topic begins, with everything of the topic that fits it."""

    text: str
    subjects: Parts
    details: Parts
    asks: tuple[tuple[str, Parts], ...]  # our question and the answers that fit it
    solved: Parts
    refused: Parts
    again: Parts
    followups: Parts
    notes: Parts


@dataclass(frozen=True, slots=True)
class Topic:
    """What players write about. `peak`: it swells on patch days; `calm`: nobody is angry about it."""

    name: str
    weight: int
    peak: bool
    calm: bool
    openings: tuple[Opening, ...]
    blunt: tuple[Opening, ...]  # the same matter without manners; small first letter: young or in a hurry, capital: angry
    protests: Parts


CALM = frozenset({"ideas", "how_to", "localisation", "deletion"})


def speak(part: str, slots: Slots, *, woman: bool) -> str:
    """The part as this person says it."""
    chosen = _GENDER.sub(lambda found: found[2 if woman else 1], part.removeprefix(PICTURE))
    return _SLOT.sub(lambda found: slots[found[1]], chosen)


def slots_of(part: str) -> frozenset[str]:
    """The names of the slots in a part."""
    return frozenset(_SLOT.findall(part))


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("helpdesk.demo").joinpath("texts", name).read_text(encoding="utf-8"))


def world() -> dict[str, Any]:
    """Names, places, things, devices."""
    return _read("world.toml")


def manners(language: str) -> dict[str, Any]:
    """Greetings, closings, thanks, notes: what belongs to no topic."""
    return _read(f"{language}/manners.toml")


def _picked(wanted: str, parts: list[str]) -> Parts:
    """`*`, `-` or `0-2,5` of a list."""
    if wanted == "*":
        return tuple(parts)
    if wanted == "-":
        return ()
    chosen: list[str] = []
    for piece in wanted.split(","):
        first, _dash, last = piece.partition("-")
        chosen += [parts[number] for number in range(int(first), int(last or first) + 1)]
    return tuple(chosen)


def _opening(text: str, case: str, topic: dict[str, Any], given: list[Parts]) -> Opening:
    subjects, details, asks, solved, refused, again, followups, notes = case.split("|")
    questions = [(ask, given[number]) for number, ask in enumerate(topic["asks"])]
    numbers = [str(number) for number in range(len(questions))]
    return Opening(
        text=text,
        subjects=_picked(subjects, topic["subjects"]),
        details=_picked(details, topic["details"]),
        asks=tuple(questions[int(number)] for number in _picked(asks, numbers)),
        solved=_picked(solved, topic["solved"]),
        refused=_picked(refused, topic.get("refused", [])),
        again=_picked(again, topic["again"]),
        followups=_picked(followups, topic["followup"]),
        notes=_picked(notes, topic["notes"]),
    )


@cache
def topics(language: str) -> tuple[Topic, ...]:
    """All topics in one language."""
    cases, found = _read("cases.toml"), []
    for name in ("money", "account", "trouble", "talk"):
        for topic, parts in _read(f"{language}/{name}.toml").items():
            case = cases[topic]
            given = [_picked(wanted, parts["given"]) for wanted in case["given"]]
            found.append(
                Topic(
                    name=topic,
                    weight=parts["weight"],
                    peak=parts.get("peak", False),
                    calm=topic in CALM,
                    openings=tuple(_opening(text, line, parts, given) for text, line in zip(parts["opens"], case["opens"], strict=True)),
                    blunt=tuple(_opening(text, line, parts, given) for text, line in zip(parts["blunt"], case["blunt"], strict=True)),
                    protests=tuple(parts.get("protest", ())),
                )
            )
    return tuple(found)
