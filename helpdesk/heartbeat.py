"""Does the beat run, and does somebody serve each queue? Each writes down that it lives; silence tells that it does not."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta

from helpdesk.base import watch
from helpdesk.base.clock import now
from helpdesk.models import Heartbeat

INTERVAL = 10.0  # seconds between two signs of life
BEAT = "beat"
SILENCE = watch.Number("helpdesk_silence_seconds", "Seconds since the beat, or a worker of this queue, was seen alive.", "part")
PATIENCE: Mapping[str, timedelta] = {  # part: the silence after which something is wrong
    BEAT: timedelta(seconds=45),
    "now": timedelta(seconds=90),
    "mail": timedelta(minutes=3),  # a turn takes 20 seconds, and the last mail in it may be a hard one
    "bulk": timedelta(minutes=6),  # long work is its trade; a task is ended after five minutes
    "learn": timedelta(minutes=6),
}


def show(part: str) -> None:
    """This part is alive."""
    Heartbeat.objects.bulk_create([Heartbeat(part=part, at=now())], update_conflicts=True, unique_fields=["part"], update_fields=["at"])


def silences(at: datetime) -> dict[str, timedelta | None]:
    """Since when each part has been silent; `None` for one that was never seen."""
    seen = dict(Heartbeat.objects.filter(part__in=list(PATIENCE)).values_list("part", "at"))
    return {part: max(timedelta(), at - seen[part]) if part in seen else None for part in PATIENCE}


def states(at: datetime) -> dict[str, str]:
    """Each part: ok, silent, or (a queue while the beat is silent: nobody asks it) unknown."""
    silent = {part: since is None or since > PATIENCE[part] for part, since in silences(at).items()}
    return {part: "ok" if not is_silent else "unknown" if silent[BEAT] and part != BEAT else "silent" for part, is_silent in silent.items()}


def register() -> None:
    """What the probes and the numbers show of them; called in `ready()`."""
    watch.register_states("heartbeat", _parts)
    watch.register_number(SILENCE, _seconds)


def _parts(at: datetime) -> dict[str, str]:
    """The beat and the worker of each queue. While the beat is silent nobody asks the workers, so of them nothing is known."""
    words = {name if name == BEAT else f"worker_{name}": state for name, state in states(at).items()}
    return {name: "degraded" if state == "silent" else state for name, state in words.items()}


def _seconds(at: datetime) -> dict[str, float]:
    """How long each part has been silent; without end for one that was never seen."""
    return {part: math.inf if since is None else since.total_seconds() for part, since in silences(at).items()}
