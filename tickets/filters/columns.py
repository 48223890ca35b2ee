"""Fields as columns of lists and of files, and as orders: which of them a reader may choose, and what he sees of them in a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.db.models import Case, QuerySet, Value, When
from django.utils.translation import gettext as _

from helpdesk.base.errors import DomainError, NotAllowed
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right, Scope, scope_for
from tickets.filters.fields import Field, Kind, Listed, fetched, field, registered
from tickets.models import FAR, Ticket

HIDDEN: Final = object()  # stands for a value in a row where the reader lacks the field's right
_LEAST = {Kind.NUMBER: Value(0), Kind.MOMENT: Value(FAR)}
FORMERLY = {  # what addresses of earlier days call some orders
    "waiting": "waiting_since",
    "urgent": "priority",
    "newest": "-created",
    "oldest": "created",
    "changed": "-changed",
}
Where = tuple[int, int | None, str, int | None]  # a ticket's game, team, language and topic


def choosable(reader: User) -> list[Field]:
    """What this person may have as a column, in the order of registration."""
    return [one for one in registered() if one.listed is not None and one.open_to(reader)]


def column_of(name: str, reader: User) -> Field:
    """The field of this name, which is to be a column. DomainError where none is called so, NotAllowed where it is not this reader's."""
    found = field(name)
    if found.listed is None:
        raise DomainError(_("“%(field)s” cannot be a column.") % {"field": found.label}, field=name)
    if not found.open_to(reader):
        raise NotAllowed(_("You may not see “%(field)s”.") % {"field": found.label}, field=name)
    return found


@dataclass(frozen=True, slots=True)
class Order:
    """How tickets are sorted: by a field, and whether the greatest comes first. Ties go by the ticket's id, the same way round."""

    field: Field
    descending: bool

    @classmethod
    def of(cls, said: str, reader: User) -> Order:
        """Read “name”, “-name” or a word of earlier days. As `column_of` where that cannot be."""
        said = FORMERLY.get(said, said)
        found = column_of(said.lstrip("+- "), reader)  # a plus is a space in an address
        if not _listed(found).sort:
            raise DomainError(_("One cannot sort by “%(field)s”.") % {"field": found.label}, field=found.name)
        return cls(found, said.startswith("-"))

    @property
    def said(self) -> str:
        """As an address says it."""
        name = self.field.name
        return f"-{name}" if self.descending else f"+{name}" if name in FORMERLY else name

    @property
    def turned(self) -> Order:
        return Order(self.field, not self.descending)

    def key(self, reader: User) -> Any:
        """The expression that rows are sorted by; never NULL. Where the reader may not see the field, all tickets are alike in it."""
        key, scope = fetched(_listed(self.field).sort, reader), scope_for(reader, self.field.right)
        if scope.everything or scope == scope_for(reader, Right.VIEW):
            return key
        return Case(When(scope.q(), then=key), default=_LEAST.get(self.field.kind, Value("")))


def orders(reader: User) -> list[Order]:
    """All that this person may sort by, each as it is mostly meant."""
    sorting = [one for one in registered() if one.listed is not None and one.listed.sort]
    return [Order(one, _listed(one).falls) for one in sorting if one.open_to(reader)]


@dataclass(frozen=True)
class Columns:
    """Some fields for one reader: the query fetches them with the rows, and each row shows of them what he may see there."""

    fields: Sequence[Field]
    reader: User

    @property
    def names(self) -> list[str]:
        """Under which the query knows the fields, in their order."""
        return [f"listed_{place}" for place in range(len(self.fields))]

    def fetched_with(self, rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
        return rows.annotate(**{name: fetched(_listed(one).value, self.reader) for name, one in zip(self.names, self.fields, strict=True)})

    def seen(self, values: Sequence[Any], where: Where) -> list[Any]:
        """The values of one row as its reader may know them: `HIDDEN` for those that he may not."""
        game, team, language, topic = where
        return [
            value
            if (scope is None or scope.allows(game_id=game, team_id=team, language=language, topic_id=topic))
            and not (value is None and _listed(one).hides)
            else HIDDEN
            for value, scope, one in zip(values, self._scopes, self.fields, strict=True)
        ]

    @cached_property
    def _scopes(self) -> list[Scope | None]:
        """Where the reader holds each field's right; None: wherever he sees tickets."""
        return [None if one.right == Right.VIEW else scope_for(self.reader, one.right) for one in self.fields]


def _listed(found: Field) -> Listed:
    assert found.listed is not None
    return found.listed
