"""What somebody asks of tickets: conditions, all of which must hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from helpdesk.base.errors import DomainError, NotAllowed
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right, scope_for
from tickets.access import scope_q
from tickets.filters.fields import Field, Operator, Values, field
from tickets.past import PastTicket

MOST_CONDITIONS = 20
MOST_VALUES = 100
RANGES = frozenset({Operator.AT_LEAST, Operator.BELOW, Operator.HAS})  # of one value each

Said = tuple[str, str, Sequence[str]]  # field, operator ("": the field's first), values


@dataclass(frozen=True)
class Condition:
    """One thing asked of a ticket. `values` are what the field's `read` made of the words."""

    field: Field
    operator: Operator
    values: Values

    @classmethod
    def of(cls, name: str, operator: str, values: Sequence[str], reader: User) -> Condition:
        """Read one. DomainError says what is wrong; NotAllowed that this reader may not ask for it anywhere."""
        asked = field(name)
        chosen = Operator(operator) if operator in set(Operator) else asked.operators[0]
        if (operator and chosen != operator) or chosen not in asked.operators:
            raise DomainError(_("“%(field)s” cannot be asked for by “%(how)s”.") % {"field": asked.label, "how": operator[:40]}, field=name)
        demand_right(asked, reader)
        most = 1 if chosen in RANGES else MOST_VALUES
        if not 0 < len(values) <= most:
            words = _("“%(field)s” takes at least one value and at most %(n)s.")
            raise DomainError(words % {"field": asked.label, "n": most}, field=name)
        return cls(asked, chosen, tuple(dict.fromkeys(asked.read(value, reader) for value in values)))

    def q(self, reader: User) -> Q:
        """The condition on tickets; only those on which the reader has the field's right meet it, whatever is asked."""
        asked = Operator.IS if self.operator == Operator.IS_NOT else self.operator
        found = self.field.q(asked, self.values, reader)
        found = ~found if self.operator == Operator.IS_NOT else found
        return found if self.field.right == Right.VIEW else found & scope_q(reader, self.field.right)

    def holds(self, past: PastTicket, reader: User) -> bool:
        """The same for a ticket as it stood. DomainError where nobody can tell."""
        if self.field.at is None:
            raise DomainError(_("Of earlier days nobody can tell “%(field)s”.") % {"field": self.field.label}, field=self.field.name)
        if self.field.right != Right.VIEW and not _allowed(reader, self.field.right, past):
            return False
        there = self.field.at(past)
        match self.operator:
            case Operator.AT_LEAST:
                return there is not None and bool(there >= self.values[0])
            case Operator.BELOW:
                return there is not None and bool(there < self.values[0])
            case _:
                several = (there or {None}) if isinstance(there, set | frozenset) else {there}
                return self._alike.isdisjoint(several) == (self.operator == Operator.IS_NOT)

    @property
    def words(self) -> str:
        """What is asked for, as people read it."""
        return ", ".join(map(self.field.words, self.values))

    @cached_property
    def _alike(self) -> frozenset[Any]:
        more = self.field.alike(self.values) if self.field.alike else ()
        return frozenset((*self.values, *more))


@dataclass(frozen=True)
class Filter:
    """What one person asks. "me" is this reader; what he may not see he may not ask for. Which tickets he sees `visible_tickets` says."""

    reader: User
    conditions: tuple[Condition, ...] = ()

    @classmethod
    def of(cls, said: Iterable[Said], reader: User, *, refused: list[DomainError] | None = None) -> Filter:
        """Read what was kept or sent. DomainError, its `field` the field's name, for what is unknown, too much or not this reader's; with
        `refused` that is left out instead and told there."""
        conditions: list[Condition] = []
        for place, (name, operator, values) in enumerate(islice(said, MOST_CONDITIONS + 1)):
            try:
                if place == MOST_CONDITIONS:
                    raise DomainError(_("A filter takes at most %(n)s conditions.") % {"n": MOST_CONDITIONS})
                conditions.append(Condition.of(name, operator, values, reader))
            except DomainError as error:
                if refused is None:
                    raise
                refused.append(error)
        return cls(reader, tuple(conditions))

    def q(self) -> Q:
        """The condition on tickets."""
        found = Q()
        for condition in self.conditions:
            found &= condition.q(self.reader)
        return found

    def holds(self, past: PastTicket) -> bool:
        """Whether a ticket met it at one of its events. What is no part of the log (which accounts are closed, who may see what) counts as
        it is now."""
        return all(condition.holds(past, self.reader) for condition in self.conditions)


def demand_right(asked: Field, reader: User) -> None:
    """NotAllowed unless the reader may ask for the field anywhere at all."""
    if not asked.open_to(reader):
        raise NotAllowed(_("You may not filter by “%(field)s”.") % {"field": asked.label}, field=asked.name)


def _allowed(reader: User, right: Right, past: PastTicket) -> bool:
    return scope_for(reader, right).allows(game_id=past.game_id, team_id=past.team_id, language=past.language, topic_id=past.topic_id)
