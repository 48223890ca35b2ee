"""What leaves the house by TCP leaves by this: HTTP to a declared `Service`, anything else over a connection of `connect`."""

from __future__ import annotations

from helpdesk.base.outgoing.exchange import Answer, Refused
from helpdesk.base.outgoing.network import Inside, Target, Unreachable, connect, is_public, look_up
from helpdesk.base.outgoing.service import Resting, Service, breaker, places, register, services

__all__ = [
    "Answer", "Inside", "Refused", "Resting", "Service", "Target", "Unreachable", "breaker", "connect", "is_public", "look_up", "places",
    "register", "services",
]  # fmt: skip
