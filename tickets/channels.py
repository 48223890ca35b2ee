"""How a message reaches a player, and what the desk must know of that way. A channel's room registers it; the core never imports one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django import forms
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from helpdesk.base.errors import DomainError
from helpdesk.studio.models import Game
from players.models import Address, Player
from tickets.markup import to_html
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


@dataclass(frozen=True, slots=True)
class Unreachable:
    """What we send by this way does not reach the player. `words` are the desk's, `detail` what the other side said (it may name him)."""

    words: str | Promise
    detail: str = ""


class Start(ABC):
    """How a conversation with a player is started by a channel."""

    @abstractmethod
    def field(self) -> forms.Field:
        """Asks whom to write to: its label, and what can be such a name at all."""

    @abstractmethod
    def recipient(self, to: str, *, name: str, language: str, game: Game) -> tuple[Player, Address | None]:
        """Who that is, found or made, and the ticket's contact. DomainError (`field="to"`) when nobody can be written to there."""

    @abstractmethod
    def to(self, ticket: Ticket) -> str:
        """What would stand in that field for the player of this ticket; "" when he cannot be written to first."""


class Channel(ABC):
    """One way to players. What it does not say of itself has a plain default; `deliver` and `prepare` every channel must have."""

    name: str
    label: str | Promise
    way: str | Promise = ""  # "by mail": as the composer and the thread say it; the label where there is nothing better
    start: Start | None = None
    seen_means: str | Promise = ""  # how we know `seen_at`

    @abstractmethod
    def deliver(self, message: Message, handed: Callable[[], None]) -> Outcome:
        """Deliver one message: prepare everything, call `handed()` (which commits) just before the words leave, then send them.

        `handed()` raises `helpdesk.base.errors.Conflict` when the claim was lost: then nothing may be sent.
        """

    @abstractmethod
    def prepare(self, ticket: Ticket, message: Message) -> None:
        """Fix what must be fixed when a message is queued (its Message-ID, its address); it may raise DomainError."""

    @property
    def can_start(self) -> bool:
        """Whether we can write first by it."""
        return self.start is not None

    def unreachable(self, ticket: Ticket) -> Unreachable | None:
        """Why the ticket's player does not get what we send; None when nothing is known against it."""
        return None

    def kept_aside(self, player: Player) -> int:
        """How many messages it has set aside since the player was blocked (`player.is_blocked`), and could let in."""
        return 0

    def bring_in(self, player: Player) -> int:
        """Let those in, in the order in which they were written; returns how many."""
        return 0

    def preview(self, message: Message) -> str:
        """An HTML page of the message as its player will see it; neither message nor ticket need be saved."""
        return format_html('<!doctype html><html><body dir="auto">{}</body></html>', to_html(message.text))

    def signature(self, ticket: Ticket, author: str) -> SafeString:
        """What stands under this author's words, for the composer; empty where nothing does."""
        return SafeString("")

    def seen_at(self, message: Message) -> datetime | None:
        """When the player saw a message of ours; None where the channel does not know."""
        return None

    def why_failed(self, error: str) -> str:
        """A sentence for people about what a machine said of a message; what it said stays beside it."""
        return error


class _Unserved(Channel):
    """Stands for a channel that no room serves (any more): its tickets can be read, and nothing is sent by it."""

    def __init__(self, name: str) -> None:
        self.name = self.label = name

    def deliver(self, message: Message, handed: Callable[[], None]) -> Outcome:
        return Retry(self._words())

    def prepare(self, ticket: Ticket, message: Message) -> None:
        raise DomainError(self._words())

    def unreachable(self, ticket: Ticket) -> Unreachable:
        return Unreachable(self._words())

    def _words(self) -> str:
        return _("Nothing can be sent by “%(channel)s” here.") % {"channel": self.name}


_channels: dict[str, Channel] = {}


def register(channel: Channel) -> None:
    """Add a channel, in `AppConfig.ready()` of its room."""
    _channels[channel.name] = channel


def channel(name: str) -> Channel:
    """The channel of this name; where no room serves it, one that sends nothing and says so."""
    return _channels.get(name) or _Unserved(name)


def channels() -> list[Channel]:
    """All channels by name."""
    return [_channels[name] for name in sorted(_channels)]
