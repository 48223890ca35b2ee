"""What one may ask of a ticket, field by field."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from helpdesk.base.bounds import is_sane, shown, whole_number
from helpdesk.base.errors import DomainError
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right, has_right
from tickets.past import PastTicket

LONGEST = 200  # characters of one value

# headings among all fields
TICKET, PEOPLE, PLAYER = _("Ticket"), _("Who works on it"), _("Player")
MESSAGES, TIMES, HELD = _("Messages"), _("Times"), _("On hold and promised")


class Kind(StrEnum):
    """What the values of a field are."""

    CHOICE = "choice"
    ID = "id"
    TEXT = "text"
    NUMBER = "number"
    MOMENT = "moment"
    YES_NO = "yes_no"


class Operator(StrEnum):
    """`is`: one of the values; `is_not`: none of them, an empty field too. Ranges are half open, so that two of them meet: a value is
    `at_least` its beginning and `below` its end; an empty field is neither. `has`: these words stand in it."""

    IS = "is"
    IS_NOT = "is_not"
    AT_LEAST = "at_least"
    BELOW = "below"
    HAS = "has"


OF_KIND = {  # the first one is meant where none is named, as in an address
    Kind.CHOICE: (Operator.IS, Operator.IS_NOT),
    Kind.ID: (Operator.IS, Operator.IS_NOT),
    Kind.TEXT: (Operator.HAS,),
    Kind.NUMBER: (Operator.AT_LEAST, Operator.BELOW),
    Kind.MOMENT: (Operator.AT_LEAST, Operator.BELOW),
    Kind.YES_NO: (Operator.IS,),
}

Values = tuple[Any, ...]
Finds = Callable[[Operator, Values, User], Q]
Fetched = str | Callable[[User], Any]  # a lookup from the ticket ("game__name"), or what makes an expression for a reader's query


@dataclass(frozen=True, slots=True)
class Listed:
    """How a field stands in lists and in files: what the query that finds the tickets fetches of each, in that same statement.

    `value`: a text, a number, a moment, yes or no, a list of texts, or None; of a choice the stored word, of a row its name. `sort`: what
    tickets are ordered by, never NULL and with an index; empty: one cannot sort by it. `falls`: who sorts by it means the greatest first.
    `hides`: None is not an empty value but one that the reader may not know; the field's right alone does not tell.
    """

    value: Fetched
    sort: Fetched = ""
    falls: bool = False
    hides: bool = False


def fetched(what: Fetched, reader: User) -> Any:
    """It as an expression of this reader's query."""
    return F(what) if isinstance(what, str) else what(reader)


@dataclass(frozen=True, slots=True)
class Field:
    """`name` ("game", a room's "room.what") stands in addresses and in what is kept, and is never changed.

    `q(operator, values, reader)` is the condition on tickets, by a column, IN or EXISTS, so that no row comes twice; `is_not` is made of
    its `is`. `at(past)` is the value at an event, or the set of them; None: nobody can tell how it stood (no event holds a text).
    `right`: who may filter by it, and on which tickets; who may see a ticket may ask for what needs no more than `VIEW`.
    `names` are what people call it in a search, beside its own name: lower-case words in English and Russian, each of one field alone.

    `choices` are the values of a choice, where there is a list. `word(said, reader)` reads an id that is said by a word (a slug, "me");
    None: there can be none like that. `empty` is the word for a field in which nothing stands, if it may be empty. `alike(values)` gives
    what counts as these values beside them when a past ticket is looked at; it is asked once per filter. `called(value)` is what people
    call a value, such as the name of the row whose id it is. `suggest(prefix, reader)` gives the values that begin like this, of those
    that the reader may know: at most ten of (the word for it, what people call it). `offered(reader)` says whether there is anything to ask
    for, where that depends on the studio. `listed`: how it is a column, if it can be one.

    `group` is the heading under which it stands among all fields. `frequent` ones have a place above the queue's rows also while nobody
    asks for them.
    """

    name: str
    label: str | Promise
    kind: Kind
    q: Finds
    at: Callable[[PastTicket], Any] | None = None
    right: Right = Right.VIEW
    choices: Callable[[], Collection[str]] | None = None
    word: Callable[[str, User], Any] | None = None
    empty: str = ""
    alike: Callable[[Values], Iterable[Any]] | None = None
    called: Callable[[Any], str | Promise] | None = None
    names: tuple[str, ...] = ()
    suggest: Callable[[str, User], Iterable[tuple[str, str]]] | None = None
    listed: Listed | None = None
    offered: Callable[[User], bool] | None = None
    group: str | Promise = TICKET
    frequent: bool = False

    def __post_init__(self) -> None:
        if self.kind == Kind.TEXT and self.at is not None:
            raise ValueError(f"{self.name}: events hold no texts")

    @property
    def operators(self) -> tuple[Operator, ...]:
        return OF_KIND[self.kind]

    def open_to(self, reader: User) -> bool:
        """Whether this person may ask for it anywhere at all."""
        return has_right(reader, self.right) and (self.offered is None or self.offered(reader))

    def read(self, said: str, reader: User) -> Any:
        """The value that somebody said; DomainError where the field can have none like that. A row that is not there is no error: it finds
        nothing."""
        if 0 < len(said) <= LONGEST and "\x00" not in said:
            if said == self.empty:
                return None
            if (value := self._value(said, reader)) is not None:
                return value
        raise DomainError(_("“%(field)s” cannot be “%(value)s”.") % {"field": self.label, "value": said[:40]}, field=self.name)

    def words(self, value: Any) -> str:
        """A value as people read it: one that is asked for, or one that stands in a list."""
        if value is None or value == []:
            return "–"
        if isinstance(value, list):
            return ", ".join(map(self.words, value))
        if isinstance(value, bool):
            return str(_("yes") if value else _("no"))
        if isinstance(value, datetime):
            return date_format(timezone.localtime(shown(value)), "SHORT_DATETIME_FORMAT")
        if self.called is None or (self.kind == Kind.ID and isinstance(value, str)):
            return str(value)
        return str(self.called(value))

    def _value(self, said: str, reader: User) -> Any:
        match self.kind:
            case Kind.CHOICE:
                return said if self.choices is None or said in self.choices() else None
            case Kind.ID:
                return self.word(said, reader) if self.word else whole_number(said) or None
            case Kind.NUMBER:
                return whole_number(said) or (0 if said == "0" else None)
            case Kind.YES_NO:
                return {"yes": True, "no": False}.get(said)
            case Kind.MOMENT:
                return _moment(said)
            case _:
                return said.strip() or None


def column(name: str) -> Finds:
    """The conditions on a column of the ticket's own row."""

    def found(operator: Operator, values: Values, _reader: User) -> Q:
        match operator:
            case Operator.AT_LEAST:
                return Q(**{f"{name}__gte": values[0]})
            case Operator.BELOW:
                return Q(**{f"{name}__lt": values[0]})
            case _:
                return among(name, values)

    return found


def yes_no(there: Q, values: Values) -> Q:
    """The condition that something is so, or is not, or either."""
    return Q() if {True, False} <= set(values) else there if values[0] else ~there


def so(condition: Q) -> Any:
    """Whether it is so, as an expression: what a column of yes and no fetches."""
    return Case(When(condition, then=Value(True)), default=Value(False))


def among(name: str, values: Values) -> Q:
    """One of these stands in the column; None: nothing stands there."""
    some = [value for value in values if value is not None]
    if not some:
        return Q(**{f"{name}__isnull": True})
    found = Q(**{name: some[0]}) if len(some) == 1 else Q(**{f"{name}__in": some})
    return found if len(some) == len(values) else Q(**{f"{name}__isnull": True}) | found


def _moment(said: str) -> datetime | None:
    """ISO 8601; without a time zone it is meant in the reader's own."""
    try:
        at = datetime.fromisoformat(said)
        at = at if at.tzinfo else timezone.make_aware(at)
        return at if is_sane(at) else None
    except (ValueError, OverflowError):
        return None


_fields: dict[str, Field] = {}


def register(*fields: Field) -> None:
    """Add fields, in `AppConfig.ready()` of their room."""
    _fields.update({field.name: field for field in fields})


def field(name: str) -> Field:
    """The field of this name. DomainError where no room has one."""
    if name not in _fields:
        raise DomainError(_("There is nothing called “%(name)s” to filter by.") % {"name": name[:40]}, field=name[:40])
    return _fields[name]


def registered() -> list[Field]:
    """All fields, in the order of registration."""
    return list(_fields.values())
