"""What an event may carry beside its ticket's state: ids, numbers, yes or no, times, and words out of our own lists.

Events are never changed and never erased. A subject, a name, an address, an error's text in one would stay for ever: such words
stand in a row that can be emptied, and the event names the row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings

log = structlog.get_logger(__name__)

WORDS = frozenset({"before", "gates", "notice", "purpose"})
"""The names under which a word may stand: a language, dotted paths of gates, the key of a text, a message's purpose."""

_WORD = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.\-]{0,119}\Z")  # no blank, no @, nothing beyond ASCII
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?\Z")
_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z")


def proved(kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """`data` as an event may carry it. A text in it is a bug: it raises, and in production is left out and told to the log."""
    odd = [name for name, value in data.items() if not _may_stand(name, value)]
    if not odd:
        return dict(data)
    if not settings.PRODUCTION:
        raise ValueError(f"An event carries ids, numbers, times and words of our own lists, no texts: {kind} has {', '.join(odd)}.")
    log.error("text_kept_out_of_event", kind=kind, names=odd)
    return {name: value for name, value in data.items() if name not in odd}


def _may_stand(name: str, value: Any) -> bool:
    if value is None or isinstance(value, bool | int | float | datetime):
        return True
    if isinstance(value, str):
        return value == "" or bool(_TIME.match(value) or _DAY.match(value) or (name in WORDS and _WORD.match(value)))
    return isinstance(value, list | tuple | set | frozenset) and all(_may_stand(name, one) for one in value)
