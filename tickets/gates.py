"""Gates: before a reply leaves, each gate named in the setting REPLY_GATES may hold it back and says why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from tickets.models import Message


@dataclass(frozen=True, slots=True)
class GateHold:
    """A gate's objection. `reason` is shown to the author and to whoever may release it: an English msgid, put into words when read.

    `detail` is what was measured or found, and stays as it is in every language.
    """

    reason: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.reason}\n{self.detail}" if self.detail else self.reason


@dataclass(frozen=True, slots=True)
class Gate:
    """`name` is short, stands in rows and events, and is never changed. `approves`: who lets a reply pass it has approved it, as its
    message then says; a guard against loops asks for no approval."""

    name: str
    ask: Callable[[Message], GateHold | None]
    approves: bool = False


def gate(name: str, *, approves: bool = False) -> Callable[[Callable[[Message], GateHold | None]], Gate]:
    """Make a gate of a function that looks at a reply whose files hang at it already."""
    return lambda ask: Gate(name, ask, approves)


def objections(message: Message) -> list[tuple[Gate, GateHold]]:
    """What the gates say to this reply. Empty: it may leave."""
    said = []
    for path in settings.REPLY_GATES:
        asked: Gate = import_string(path)
        if objection := asked.ask(message):
            said.append((asked, objection))
    return said
