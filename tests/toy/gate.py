"""Nobody sends glue."""

from __future__ import annotations

from tickets.gates import GateHold, gate
from tickets.models import Message


@gate("toy.glue")
def no_glue(message: Message) -> GateHold | None:
    """The gate."""
    return GateHold("It speaks of glue.") if "glue" in message.text else None
