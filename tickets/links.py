"""Links that a message brings and no row holds: made when it is written for its reader, so that nobody at the desk can follow them.

A room whose messages bring links registers what makes them; a channel asks `links_of` and draws them its own way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tickets.models import Message


@dataclass(frozen=True, slots=True)
class Links:
    """`choices`: answers by their number, each with its address; following one only chooses it. `stop`: to be asked no more."""

    choices: tuple[tuple[int, str], ...] = ()
    stop: str = ""


_makers: dict[str, Callable[[int], Links]] = {}


def register(purpose: Message.Purpose, make: Callable[[int], Links]) -> None:
    """Messages with this purpose bring the links that `make` gives for the message's id. In `AppConfig.ready()`."""
    _makers[purpose] = make


def links_of(message: Message) -> Links:
    """None at all for most."""
    make = _makers.get(message.purpose)
    return make(message.pk) if make else Links()
