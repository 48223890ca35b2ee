"""What `field:value` asks of the registry.

Of a choice, an id, or yes and no: `field:a,b` is one of these. Of a number: `:3`, `:>3`, `:>=3`, `:<3`, `:<=3`, `:1..3` with both ends;
of a moment the same with `dates`. Of a text: it has these words in it. `field:none` (empty, нет, пусто) is a field in which nothing stands.
`has:attachment` is asked of another field (`having`).
"""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from helpdesk.base.bounds import EARLIEST, whole_number
from helpdesk.base.errors import DomainError
from helpdesk.staff.models import User
from tickets.filters import Condition, Field, Kind, Operator
from tickets.filters.filter import demand_right
from tickets.search.language import dates
from tickets.search.language.dates import Time
from tickets.search.language.having import HAS, had
from tickets.search.language.names import same, value_of
from tickets.search.language.tree import Case, Value

LISTED = frozenset({Kind.CHOICE, Kind.ID, Kind.YES_NO})  # several values of these are one condition
NONE = frozenset({"none", "empty", "nobody", "нет", "пусто", "никто", "никого"})


def cases(field: Field, how: str, values: tuple[Value, ...], reader: User) -> tuple[Case, ...]:
    """One of these is asked for. DomainError says what of it cannot be; NotAllowed that it is not this reader's."""
    demand_right(field, reader)
    match field.kind:
        case Kind.NUMBER:
            return tuple(_ranged(field, how, value, reader, _number) for value in values)
        case Kind.MOMENT:
            return tuple(_ranged(field, how, value, reader, _moment) for value in values)
    if how:
        raise DomainError(_("“%(field)s” cannot be asked for by “%(how)s”.") % {"field": field.label, "how": how})
    if field is HAS:
        return had(values, reader)
    if field.kind == Kind.TEXT:
        return tuple(Case((Condition.of(field.name, Operator.HAS, [value.low], reader),)) for value in values)
    words = {_stored(field, value.low): value.low for value in values}
    condition = Condition.of(field.name, Operator.IS, list(words), reader)
    if field.kind == Kind.ID and 0 in condition.values:
        gone = next(said for word, said in words.items() if field.read(word, reader) == 0)
        raise DomainError(_("“%(field)s”: there is none called “%(value)s”.") % {"field": field.label, "value": gone[:40]})
    return (Case((condition,)),)


def nothing_in(field: Field) -> str:
    """What people say of a field in which nothing stands."""
    return pgettext("a field", "nobody") if field.empty == "nobody" else pgettext("a field", "empty")


def says_nothing(how: str, value: Value) -> bool:
    """Whether a number or a moment is asked for where none stands."""
    return value.high is None and not how and same(value.low) in NONE


def _stored(field: Field, said: str) -> str:
    """The value in the registry's word."""
    if field.empty and same(said) in {*NONE, same(field.empty)}:
        return field.empty
    return value_of(field, said)


Ends = tuple[object, object]
Reads = Callable[[Field, str, Value], Ends]


def _ranged(field: Field, how: str, value: Value, reader: User, reads: Reads) -> Case:
    if says_nothing(how, value):
        first = EARLIEST.isoformat() if field.kind == Kind.MOMENT else "0"
        return Case((Condition.of(field.name, Operator.AT_LEAST, [first], reader),), reverse=True)
    least, below = reads(field, how, value)
    ends = ((Operator.AT_LEAST, least), (Operator.BELOW, below))
    return Case(tuple(Condition.of(field.name, operator, [str(end)], reader) for operator, end in ends if end is not None))


def _number(field: Field, how: str, value: Value) -> Ends:
    """(at least, below)."""
    low, high = (_whole(field, said) for said in (value.low, value.low if value.high is None else value.high))
    if value.high is not None:
        _demand_order(field, how, value, low, high)
        return low, None if high is None else high + 1
    if low is None:
        raise _cannot_be(field, value.low)
    return {"": low, ">=": low, ">": low + 1}.get(how), {"": low + 1, "<": low, "<=": low + 1}.get(how)


def _whole(field: Field, said: str) -> int | None:
    number = whole_number(said)
    if said in {"", "*"} or number or said == "0":
        return None if said in {"", "*"} else number
    raise _cannot_be(field, said)


def _moment(field: Field, how: str, value: Value) -> Ends:
    """(at least, below), in ISO 8601."""
    low, high = (_time(field, said) for said in (value.low, value.low if value.high is None else value.high))
    if value.high is not None:
        if (low is not None and low.ago) or (high is not None and high.ago):
            low, high = high, low  # what is longer ago comes first in time
        _demand_order(field, how, value, low and low.start, high and high.end)
        return low and low.start.isoformat(), high and high.end.isoformat()
    if low is None:
        raise _cannot_be(field, value.low)
    if low.start == low.end and not how:
        words = _("“%(name)s”: say whether longer (:>%(value)s) or shorter (:<%(value)s).")
        raise DomainError(words % {"name": field.label, "value": value.low})
    if low.ago:
        how = how.translate(str.maketrans("<>", "><"))
    return (
        {"": low.start, ">=": low.start, ">": low.end}.get(how),
        {"": low.end, "<": low.start, "<=": low.end}.get(how),
    )


def _time(field: Field, said: str) -> Time | None:
    if said in {"", "*"}:
        return None
    if found := dates.read(said):
        return found
    raise _cannot_be(field, said)


def _demand_order(field: Field, how: str, value: Value, low: object, high: object) -> None:
    said = f"{value.low}..{value.high}"
    if how or (low is None and high is None):
        raise _cannot_be(field, f"{how}{said}")
    if low is not None and high is not None and low > high:  # type: ignore[operator]  # both numbers, or both moments
        raise DomainError(_("“%(field)s”: “%(value)s” ends before it begins.") % {"field": field.label, "value": said})


def _cannot_be(field: Field, said: str) -> DomainError:
    return DomainError(_("“%(field)s” cannot be “%(value)s”.") % {"field": field.label, "value": said[:40]}, field=field.name)
