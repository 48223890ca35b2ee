"""How a person looks at lists: which columns in which order, and how close the rows stand. The address says it, else their last choice.

`columns` and `density` of the address are read here and nowhere else; a saved view keeps just these two and `sort`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from helpdesk.base.errors import DomainError
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right, has_right
from tickets.desk.models import ListLook
from tickets.desk.queue.rows import CELLS, SUBJECT
from tickets.filters import Field
from tickets.filters.columns import choosable, column_of

MOST_COLUMNS = 30
COLUMNS, DENSITY = "columns", "density"  # of the address
ROOMY, COMPACT = ListLook.Density.ROOMY.value, ListLook.Density.COMPACT.value


@dataclass(frozen=True, slots=True)
class Look:
    """The columns of a list, of which `SUBJECT` is always one, and how close its rows stand. `refused`: why something was left out."""

    columns: tuple[Field, ...]
    density: str
    refused: tuple[str, ...] = ()

    @classmethod
    def of(cls, asked: QueryDict, reader: User) -> Look:
        """Read a query string; what it does not say is this person's last choice, or the desk's. At most one query."""
        said, density = asked.get(COLUMNS, ""), asked.get(DENSITY, "")
        density = density if density in ListLook.Density.values else ""
        kept = None if said and density else ListLook.objects.filter(user=reader).first()
        names = said.split(",") if said else kept.columns if kept else usual(reader)
        refused: list[DomainError] = []
        columns = _read(names, reader, refused)
        return cls(columns, density or (kept.density if kept else ROOMY), tuple(map(str, refused)))

    @property
    def compact(self) -> bool:
        return self.density == COMPACT

    @property
    def said(self) -> dict[str, str]:
        """As an address says it."""
        return {COLUMNS: ",".join(one.name for one in self.columns), DENSITY: self.density}

    @property
    def wide(self) -> bool:
        """Whether the columns are more than the page is made for: the table is scrolled sideways then."""
        return any(one.name not in CELLS for one in self.columns)

    def others(self, reader: User) -> list[Field]:
        """What else this person may have as a column, by its label."""
        return sorted((one for one in choosable(reader) if one not in self.columns), key=lambda one: str(one.label).casefold())


def usual(reader: User) -> list[str]:
    """The columns of somebody who has chosen none."""
    who = "player_name" if has_right(reader, Right.SEE_PLAYER) else "game"
    return ["waiting_since", who, SUBJECT, "topic", "status", "language", "assignee"]


def choose(reader: User, *, columns: Sequence[str], density: str) -> Look:
    """Keep somebody's choice, which is theirs from now on. What cannot be a column of theirs is left out."""
    kept = _read(columns, reader, [])
    close = density if density in ListLook.Density.values else ROOMY
    ListLook.objects.update_or_create(user=reader, defaults={"columns": [one.name for one in kept], "density": close})
    return Look(kept, close)


def forget(reader: User) -> None:
    """Back to what the desk shows everybody."""
    ListLook.objects.filter(user=reader).delete()


def _read(names: Sequence[str], reader: User, refused: list[DomainError]) -> tuple[Field, ...]:
    unique = list(dict.fromkeys(filter(None, names)))
    if len(unique) > MOST_COLUMNS:
        refused.append(DomainError(_("A list has at most %(n)s columns.") % {"n": MOST_COLUMNS}))
    found = []
    for name in unique[:MOST_COLUMNS]:
        try:
            found.append(column_of(name, reader))
        except DomainError as error:
            refused.append(error)
    if all(one.name != SUBJECT for one in found):
        found.append(column_of(SUBJECT, reader))
    return tuple(found)
