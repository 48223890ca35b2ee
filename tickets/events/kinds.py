"""The kinds of events: what each says beside its ticket's state, in which words it is told, and who may hear of it.

A kind is a small frozen dataclass below `Payload`. Its fields hold ids, numbers, yes or no, moments and words out of our own lists. Events
are never changed and never erased: a subject, a name, an address or an error's text in one would stay for ever, so such words stand in
a row that can be emptied, and the event names the row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import datetime
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import structlog
from django.conf import settings
from django.utils.dateparse import parse_datetime

from helpdesk.base.bounds import LARGEST
from helpdesk.staff.rights import Right
from tickets.events.lines import Line, Names
from tickets.models import Event

log = structlog.get_logger(__name__)

MOST = 500  # ids in one list; what is more is left out and counted by who records it
_WORD = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.\-]{0,119}\Z")  # no blank, no @, nothing beyond ASCII


@dataclass(frozen=True, slots=True)
class Of:
    """The id of a row of this table, as `app.Model`."""

    table: str


@dataclass(frozen=True, slots=True)
class In:
    """A number of these."""

    unit: str


class _Word:
    """A word out of our own lists: a language, a gate's name, the key of a text, a purpose."""


Word = Annotated[str, _Word]
Seconds = Annotated[int, In("seconds")]
Characters = Annotated[int, In("characters")]
AddressId = Annotated[int, Of("players.Address")]
BlockId = Annotated[int, Of("players.PlayerBlock")]
CardValueId = Annotated[int, Of("players.CardValue")]
DepartmentId = Annotated[int, Of("games.Department")]
HoldId = Annotated[int, Of("tickets.Hold")]
MessageId = Annotated[int, Of("tickets.Message")]
PledgeId = Annotated[int, Of("tickets.Pledge")]
ReasonId = Annotated[int, Of("games.Reason")]
PlayerId = Annotated[int, Of("players.Player")]
RuleId = Annotated[int, Of("tickets.LifecycleRule")]
TagId = Annotated[int, Of("games.Tag")]
TeamId = Annotated[int, Of("staff.Team")]
TextVersionId = Annotated[int, Of("base.TextVersion")]
TicketId = Annotated[int, Of("tickets.Ticket")]
TopicId = Annotated[int, Of("games.Topic")]
UserId = Annotated[int, Of("staff.User")]
EventId = Annotated[int, Of("tickets.Event")]


def fact(means: str, *, since: int = 1, default: Any = MISSING) -> Any:
    """A field of a payload: what it means, for the documentation, and the version of the kind that brought it.

    An event of an older version is read with None there (an empty tuple where it is a list), so such a field must take that.
    """
    return field(default=default, metadata={"means": means, "since": since})


@dataclass(frozen=True, slots=True)
class Fact:
    """A field as the registry knows it. `type`: int, float, bool, str, datetime; `words`: the only ones it may say, if they are listed."""

    name: str
    means: str
    since: int
    type: type
    table: str
    unit: str
    many: bool
    optional: bool
    words: tuple[str, ...]

    def may_say(self, value: Any) -> bool:
        """Whether a value may stand in an event under this name."""
        if self.many:
            return isinstance(value, tuple) and len(value) <= MOST and all(self._one(each) for each in value)
        return (value is None and self.optional) or self._one(value)

    def read(self, value: Any) -> Any:
        """What a row says, as this field takes it; None, or an empty tuple, where that is nothing of its kind."""
        if self.many:
            said = value if isinstance(value, list) else [value]
            return tuple(each for each in map(self._parsed, said) if self._one(each))
        parsed = self._parsed(value)
        return parsed if self._one(parsed) else None

    def _parsed(self, value: Any) -> Any:
        if self.type is datetime and isinstance(value, str):
            try:
                return parse_datetime(value)
            except ValueError:
                return None
        return value

    def _one(self, value: Any) -> bool:
        if self.type is str:
            return isinstance(value, str) and bool(value in self.words if self.words else _WORD.match(value))
        if self.type is float:
            return type(value) in {int, float}
        return type(value) is self.type and (not self.table or 0 < cast(int, value) <= LARGEST)


class Payload:
    """What an event of one kind says. `right`: who hears of it must hold this one on the ticket; None: whoever sees the ticket.

    `touches`: whether the ticket counts as changed by it. `line` is its sentence in the history, without the actor.
    """

    __slots__ = ()
    kind: ClassVar[str] = ""
    version: ClassVar[int] = 1
    right: ClassVar[Right | None] = None
    touches: ClassVar[bool] = True
    facts: ClassVar[tuple[Fact, ...]] = ()

    def line(self, event: Event, names: Names) -> Line | None:
        """The event in words, or None: what shows by itself needs no line."""
        return None

    @classmethod
    def brought_up(cls, data: dict[str, Any], event: Event) -> dict[str, Any]:
        """The facts of an older version under today's names."""
        return data

    @classmethod
    def of(cls, event: Event) -> Self:
        """What an event of this kind says, whichever version it was written in. What is no fact of its kind is read as None."""
        data = event.data if isinstance(event.data, dict) else {}
        if event.version < cls.version:
            data = cls.brought_up(dict(data), event)
        return cls(**{each.name: each.read(data.get(each.name)) for each in cls.facts})


P = TypeVar("P", bound=Payload)
_kinds: dict[str, type[Payload]] = {}


def kind(name: str, *, version: int = 1, right: Right | None = None, touches: bool = True) -> Callable[[type[P]], type[P]]:
    """Declare a kind, “room.verb”, above its payload, a frozen dataclass.

    ValueError when it is there already; TypeError when a field could hold a text, or could not be read from an older event.
    """

    def declared(payload: type[P]) -> type[P]:
        if name in _kinds:
            raise ValueError(f"Event kind {name} is declared twice.")
        payload.kind, payload.version, payload.right, payload.touches = name, version, right, touches
        hints = get_type_hints(payload, include_extras=True)
        payload.facts = tuple(_fact(name, each.name, hints[each.name], each.metadata) for each in fields(cast(Any, payload)))
        _kinds[name] = payload
        return payload

    return declared


def known_kinds() -> dict[str, type[Payload]]:
    """All kinds by name."""
    return dict(sorted(_kinds.items()))


def payload_class(name: str) -> type[Payload] | None:
    """The kind of this name, or None where no room of this house knows it."""
    return _kinds.get(name)


def has_line(payload: type[Payload]) -> bool:
    """Whether events of this kind may have a line in the history."""
    return payload.line is not Payload.line


def payload_of(event: Event) -> Payload:
    """What an event says. KeyError when no room of this house knows its kind."""
    return _kinds[event.kind].of(event)


def touches(event: Event) -> bool:
    """Whether its ticket counts as changed by it."""
    return _kinds[event.kind].touches


def _fact(kind: str, name: str, hint: Any, metadata: Mapping[str, Any]) -> Fact:
    if hasattr(Payload, name):
        raise TypeError(f"{kind}: {name} is what a kind itself says.")
    optional = many = False
    if get_origin(hint) in {Union, UnionType}:
        inner = [one for one in get_args(hint) if one is not NoneType]
        optional, hint = len(inner) < len(get_args(hint)), inner[0] if len(inner) == 1 else object
    if get_origin(hint) is tuple:
        many, hint = True, get_args(hint)[0]
    notes = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    words = get_args(hint) if get_origin(hint) is Literal else ()
    held = str if words else get_args(hint)[0] if notes else hint
    if held not in {int, float, bool, datetime} and not (held is str and (words or _Word in notes)):
        raise TypeError(f"{kind}: {name} holds neither an id, a number, yes or no, a moment nor a word of our own lists.")
    if metadata.get("since", 1) > 1 and not (optional or many):
        raise TypeError(f"{kind}: {name} came later, so it must take None.")
    table = next((note.table for note in notes if isinstance(note, Of)), "")
    unit = next((note.unit for note in notes if isinstance(note, In)), "")
    return Fact(name, metadata["means"], metadata["since"], held, table, unit, many, optional, words)


def data_of(payload: Payload) -> dict[str, Any]:
    """What is stored of a payload: what says something. What may not stand there is a bug: it raises, and in production is left out
    and told to the log."""
    said = {each: getattr(payload, each.name) for each in payload.facts}
    odd = [each.name for each, value in said.items() if not each.may_say(value)]
    if odd and not settings.PRODUCTION:
        raise ValueError(f"An event carries ids, numbers, times and words of our own lists, no texts: {payload.kind} has {', '.join(odd)}.")
    if odd:
        log.error("text_kept_out_of_event", kind=payload.kind, names=odd)
    return {each.name: _stored(value) for each, value in said.items() if each.name not in odd and value not in (None, ())}


def _stored(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return [_stored(one) for one in value] if isinstance(value, tuple) else value
