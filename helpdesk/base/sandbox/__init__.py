"""Strangers' bytes are understood apart: by a child process with a budget of seconds and megabytes, which may be killed.

A room that reads what strangers send puts the reading into a module of its own that imports no model and no setting, ends it with
`serve({...})`, and asks it through a `Workshop`. What comes back is checked like any input: plain values of the types that were asked for.
"""

from __future__ import annotations

from helpdesk.base.sandbox.frames import Garbled
from helpdesk.base.sandbox.workshop import Apart, Broken, Failed, Limits, Spent, Workshop

__all__ = ["Apart", "Broken", "Failed", "Garbled", "Limits", "Spent", "Workshop"]
