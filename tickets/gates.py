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


Gate = Callable[[Message], GateHold | None]


def objections(message: Message) -> list[tuple[str, GateHold]]:
    """What the gates say to this reply, as (gate's dotted path, objection). Empty: it may leave."""
    said = []
    for path in settings.REPLY_GATES:
        gate: Gate = import_string(path)
        objection = gate(message)
        if objection:
            said.append((path, objection))
    return said
