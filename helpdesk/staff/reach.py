"""Who gains and who loses what by a change of roles or grants: how all of them stood before it, compared with how they stand after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from django.utils.translation import ngettext

from helpdesk.audit.models import AuditEntry
from helpdesk.staff.models import Grant, User, parts_of
from helpdesk.staff.rights import ANY, Part, Right, groups
from helpdesk.staff.said import Names, grant_words


class Held(NamedTuple):
    """A grant as it stands at one moment: whose, of which role, where, and what it gives."""

    id: int
    user: int
    role: str
    part: Part
    rights: frozenset[str]
    may_grant: frozenset[str]

    def gives(self, kind: str, right: str) -> bool:
        names: frozenset[str] = getattr(self, kind)
        return right in names or (kind == "may_grant" and ANY in names)


class Fate(StrEnum):
    """What becomes of a right in somebody's hands. Kept, had: what one grant takes or brings another one gives there anyway."""

    GAINS = "gains"
    LOSES = "loses"
    KEEPS = "keeps"
    HAD = "had"

    def words(self, count: int) -> str:
        """For so many people: "3 people gain it"."""
        said = {
            Fate.GAINS: ngettext("%(n)s person gains it", "%(n)s people gain it", count),
            Fate.LOSES: ngettext("%(n)s person loses it", "%(n)s people lose it", count),
            Fate.KEEPS: ngettext("%(n)s person keeps it by another grant", "%(n)s people keep it by another grant", count),
            Fate.HAD: ngettext("%(n)s person has it already by another grant", "%(n)s people have it already by another grant", count),
        }
        return said[self] % {"n": count}


class Line(NamedTuple):
    """One person's fate: through which grant, and by which others it is kept, was had, or is held in part."""

    fate: Fate
    user: int
    through: Held
    others: tuple[Held, ...]


@dataclass(slots=True)
class Block:
    """Rights of which the same becomes of the same people. `kind`: "rights" that they have, "may_grant" that they may give."""

    kind: str
    rights: list[Right]
    lines: tuple[Line, ...]


@dataclass(slots=True)
class Review:
    """What a change comes to. `noted`: what the audit is told of it; `seen`: the newest change that was made before (`newest`)."""

    blocks: list[Block]
    seen: int
    noted: list[AuditEntry] = field(default_factory=list)

    def takes_from(self, person: User) -> bool:
        """Whether this person loses anything."""
        return any(line.user == person.pk and line.fate == Fate.LOSES for block in self.blocks for line in block.lines)

    def words(self) -> list[dict[str, Any]]:
        """For pages: each block with its rights' labels and, for each fate, its people by name with their grants in words. Four queries."""
        every = {held for block in self.blocks for line in block.lines for held in (line.through, *line.others)}
        names = Names(held.part for held in every)
        said = {held.id: grant_words(held.role, names.where(held.part)) for held in every}
        people = User.objects.in_bulk({line.user for block in self.blocks for line in block.lines})
        return [
            {
                "gives": block.kind == "may_grant",
                "rights": block.rights,
                "fates": [
                    {"fate": fate, "said": fate.words(len({line.user for line in lines})), "lines": _lines(lines, people, said)}
                    for fate in Fate
                    if (lines := [line for line in block.lines if line.fate == fate])
                ],
            }
            for block in self.blocks
        ]


def _lines(lines: list[Line], people: dict[int, User], said: dict[int, str]) -> list[dict[str, Any]]:
    found = [
        {"person": people[line.user], "through": said[line.through.id], "others": [said[other.id] for other in line.others]}
        for line in lines
    ]
    return sorted(found, key=lambda one: (one["person"].name, one["person"].pk))


def standing() -> dict[int, list[Held]]:
    """All grants by person, as they stand; two queries."""
    grants = list(Grant.objects.select_related("role").order_by("pk"))
    found: dict[int, list[Held]] = defaultdict(list)
    for grant, part in zip(grants, parts_of(grants), strict=True):
        role = grant.role
        held = Held(grant.pk, grant.user_id, role.name, part, frozenset(role.rights), frozenset(role.may_grant))
        found[grant.user_id].append(held)
    return found


def compared(before: dict[int, list[Held]], after: dict[int, list[Held]]) -> list[Block]:
    """What changed, in the order of the list of rights; people whose grants stand as before cost nothing."""
    touched = [user for user in before.keys() | after.keys() if before.get(user) != after.get(user)]
    lines: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for user in sorted(touched):
        old, new = before.get(user, []), after.get(user, [])
        for kind in ("rights", "may_grant"):
            for right in {name for held in (*old, *new) for name in getattr(held, kind)}:
                had, has = ([held for held in grants if held.gives(kind, right)] for grants in (old, new))
                lines[kind, right] += [*_fates(has, had, Fate.GAINS, Fate.HAD), *_fates(had, has, Fate.LOSES, Fate.KEEPS)]
    return _blocks({key: tuple(found) for key, found in lines.items() if found})


def _fates(these: list[Held], those: list[Held], alone: Fate, covered: Fate) -> Iterable[Line]:
    """Of grants that stand on one side alone: what becomes of what they give, seen from the other side."""
    there = {held.id for held in those}
    for held in these:
        if held.id not in there:
            wide = tuple(other for other in those if held.part.lies_in(other.part))
            narrow = tuple(other for other in those if other.part.lies_in(held.part))
            yield Line(covered if wide else alone, held.user, held, wide or narrow)


def _blocks(lines: dict[tuple[str, str], tuple[Line, ...]]) -> list[Block]:
    known = {str(right): right for _group, rights in groups(also={name for _kind, name in lines} - {ANY}) for right in rights}
    blocks: dict[tuple[str, tuple[Line, ...]], Block] = {}
    for kind in ("rights", "may_grant"):
        for name, right in ({str(ANY): ANY} | known).items():
            if found := lines.get((kind, name)):
                blocks.setdefault((kind, found), Block(kind, [], found)).rights.append(right)
    return list(blocks.values())
