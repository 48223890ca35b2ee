"""`has:attachment`, `-has:note`: whether there is one, asked of whichever field knows it.

Those are the fields of yes and no that are called `has_…`, and some in which nothing may stand: `has:tag` is what is not `tag:none`.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.base.errors import DomainError
from helpdesk.staff.models import User
from tickets.filters import Condition, Field, Kind, Operator, registered
from tickets.filters.spoken import MOST_OFFERED, Offers
from tickets.search.language.names import Names, name_of, same
from tickets.search.language.tree import Case, Value

_PREFIX = "has_"
_ALSO = frozenset({"draft", "tag", "topic", "promise"})


def names() -> Names:
    """The fields, and `has` beside them."""
    return Names((*registered(), HAS))


def had(values: Iterable[Value], reader: User) -> tuple[Case, ...]:
    """One of these is there. DomainError names what can be had; NotAllowed says what this reader may not ask for."""
    fields = {found.name: found for value in values for found in [_field(value.low, reader)]}
    return tuple(_case(asked, reader) for asked in fields.values())


def _case(asked: Field, reader: User) -> Case:
    yes = asked.kind == Kind.YES_NO
    return Case((Condition.of(asked.name, Operator.IS, ["yes" if yes else asked.empty], reader),), reverse=not yes)


def _fields() -> list[Field]:
    return [one for one in registered() if one.name.startswith(_PREFIX) or one.name in _ALSO]


def _field(said: str, reader: User) -> Field:
    for found in _fields():
        if same(said).removeprefix(_PREFIX) in {same(name).removeprefix(_PREFIX) for name in (found.name, *found.names)}:
            return found
    words = ", ".join(word for word, _label in _known("", reader))
    raise DomainError(_("There is no “%(value)s” to have. What can be had: %(words)s.") % {"value": said[:40], "words": words})


def _known(prefix: str, reader: User) -> Offers:
    found = ((name_of(one, same(prefix)).removeprefix(_PREFIX), one) for one in _fields() if one.open_to(reader))
    return [(word, str(one.label)) for word, one in found if word]


def _suggested(prefix: str, reader: User) -> Offers:
    return _known(prefix, reader)[:MOST_OFFERED]


HAS = Field(  # no field of a ticket, and in no registry: it is asked by those that it stands for
    "has", gettext_lazy("There is"), Kind.CHOICE, lambda _operator, _values, _reader: Q(pk__in=[]), names=("есть",), suggest=_suggested
)
