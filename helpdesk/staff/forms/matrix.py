"""The matrix rights × roles: what a page shows of it, and which cells somebody has changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Count, Q
from django.http import QueryDict

from helpdesk.base.bounds import whole_number
from helpdesk.staff.models import Role, User
from helpdesk.staff.rights import ANY, ELSEWHERE, EVERY, Part, Right, RightGroup, groups
from helpdesk.staff.services.keepers import lacking
from helpdesk.staff.services.roles import DO, GIVE, Cell

KINDS = (DO, GIVE)
Mark = tuple[int, str]  # a role's id and a right's name


class Box(NamedTuple):
    """One cell on the page. `was`: how it stands; `on`: how it is wanted; `open`: whether this reader may change it."""

    role: Role
    was: bool
    on: bool
    open: bool


@dataclass(frozen=True, slots=True)
class Matrix:
    """`columns`: a role with the marks that stand in it, as one word; `groups`: rights with a box for each role."""

    of: str
    columns: list[tuple[Role, str]]
    groups: list[tuple[RightGroup, list[tuple[Right, list[Box]]]]]

    @property
    def gives(self) -> bool:
        return self.of == GIVE


def matrix(reader: User, of: str, wanted: Iterable[Cell] = ()) -> Matrix:
    """The matrix as it stands, with the cells that somebody wants otherwise; six queries at most, however many roles there are."""
    held = Count("grants__user", distinct=True, filter=Q(grants__user__is_active=True))
    roles = list(Role.objects.annotate(held=held).order_by("name", "pk"))  # a count drops the order of the rows
    sets = {role.pk: frozenset(getattr(role, of)) for role in roles}
    turned = {(cell.role, cell.right) for cell in wanted if cell.of == of and (cell.right in sets.get(cell.role, ())) != cell.on}
    also = {name for names in sets.values() for name in names} - {ANY}
    rows = [*([(EVERY, [ANY])] if of == GIVE else []), *groups(also=also)]
    shut = lacking(reader, [right for _group, rights in rows for right in rights], Part())

    def box(role: Role, right: Right, group: RightGroup) -> Box:
        was = right in sets[role.pk]
        return Box(role, was, was != ((role.pk, str(right)) in turned), right not in shut and (was or group != ELSEWHERE))

    return Matrix(
        of,
        [(role, " ".join(sorted(sets[role.pk]))) for role in roles],
        [(group, [(right, [box(role, right, group) for role in roles]) for right in rights]) for group, rights in rows],
    )


def changed_cells(data: QueryDict, of: str, reader: User) -> list[Cell]:
    """What differs between the ticked marks (`is`: "3:ticket.view") and those that the page was drawn with (`was`: "3 ticket.view …").

    Boxes that were shut for the reader are not sent and count as they were.
    """
    before = {(pk, name) for said in data.getlist("was") for pk, names in [_split(said, " ")] if pk for name in names.split()}
    after = {(pk, name) for said in data.getlist("is") for pk, name in [_split(said, ":")] if pk and name}
    shut = lacking(reader, {name for _pk, name in before - after}, Part())
    return [
        *(Cell(pk, name, True, of) for pk, name in sorted(after - before)),
        *(Cell(pk, name, False, of) for pk, name in sorted(before - after) if name not in shut),
    ]


def as_fields(cells: Sequence[Cell], of: str) -> list[tuple[str, Any]]:
    """The same as a form posts it, the changes alone."""
    on = [("is", f"{cell.role}:{cell.right}") for cell in cells if cell.on]
    return [("of", of), *on, *(("was", f"{cell.role} {cell.right}") for cell in cells if not cell.on)]


def _split(said: str, by: str) -> tuple[int | None, str]:
    pk, _sep, rest = said.partition(by)
    return whole_number(pk), rest
