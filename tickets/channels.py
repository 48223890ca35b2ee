"""How a message reaches a player. A channel's room registers its deliverer; the core never imports it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from helpdesk.base.errors import DomainError
from tickets.models import Message, Ticket


@dataclass(frozen=True, slots=True)
class Sent:
    """The other side has taken it."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Nothing has left; try again later."""

    reason: str
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Away:
    """Nothing has left, and nothing was said of this message: who carries the channel's messages away cannot be reached at all.

    `doubtful`: it was there and then fell silent or closed the door, which may after all be for this message.
    """

    reason: str
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """The other side has refused it for good."""

    reason: str


@dataclass(frozen=True, slots=True)
class Uncertain:
    """It was handed over, and whether it arrived nobody can tell: a human decides, it is never blindly sent again."""

    reason: str


Outcome = Sent | Retry | Away | Failed | Uncertain


class Deliverer(Protocol):
    """Delivers one message. Prepares everything, calls `handed()` (which commits) just before the words leave, then sends them.

    `handed()` raises `helpdesk.base.errors.Conflict` when the claim was lost: then nothing may be sent.
    """

    def __call__(self, message: Message, handed: Callable[[], None]) -> Outcome: ...


@dataclass(frozen=True, slots=True)
class Channel:
    """`prepare` fixes what must be fixed when a message is queued (its Message-ID, its address); it may raise DomainError."""

    name: str
    label: str | Promise
    deliver: Deliverer
    prepare: Callable[[Ticket, Message], None]


_channels: dict[str, Channel] = {}


def register(name: str, *, label: str | Promise, deliver: Deliverer, prepare: Callable[[Ticket, Message], None]) -> None:
    """Add a channel, in `AppConfig.ready()` of its room."""
    _channels[name] = Channel(name, label, deliver, prepare)


def channel(name: str) -> Channel:
    """The channel of this name; DomainError when no room serves it."""
    try:
        return _channels[name]
    except KeyError:
        raise DomainError(_("Nothing can be sent by “%(channel)s” here.") % {"channel": name}) from None


def channels() -> list[Channel]:
    """All channels by name."""
    return [_channels[name] for name in sorted(_channels)]
