"""Named points at which a fault test ends this process as `kill -9` would. The tests set CRASH_AT; production never reads it."""

from __future__ import annotations

import os
import signal
from collections import Counter

from django.conf import settings

_passed: Counter[str] = Counter()


def crash_point(name: str) -> None:
    """The process ends here if CRASH_AT says so: `blob.half`, or `blob.half:3` for the third time that it comes by."""
    wanted: str = settings.CRASH_AT
    if not wanted:
        return
    point, _, times = wanted.partition(":")
    _passed[name] += 1
    if point == name and _passed[name] == int(times or 1):
        os.kill(os.getpid(), signal.SIGKILL)
