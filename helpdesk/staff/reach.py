"""Who gains and who loses what by a change of roles or grants: how all of them stood before it, compared with how they stand after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from django.utils.translation import ngettext

from helpdesk.audit.models import AuditEntry
from helpdesk.staff.models import Grant, Membership, User, parts_of
from helpdesk.staff.rights import ANY, Part, Right, groups
from helpdesk.staff.said import Names, grant_words


class Held(NamedTuple):
    """A grant as it stands at one moment: whose, of which role, where, what it gives, and which people's time is planned through it."""

    id: int
    user: int
    role: str
    part: Part
    rights: frozenset[str]
    may_grant: frozenset[str]
    plans: frozenset[int] = frozenset()

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


class Planning(NamedTuple):
    """Whose time is planned through a grant from now on, and whose not any more."""

    through: Held
    joins: frozenset[int]
    leaves: frozenset[int]


@dataclass(slots=True)
class Review:
    """What a change comes to. `noted`: what the audit is told of it; `seen`: the newest change that was made before (`newest`)."""

    blocks: list[Block]
    planning: list[Planning]
    seen: int
    noted: list[AuditEntry] = field(default_factory=list)

    @property
    def touches(self) -> bool:
        """Whether it changes anything for anybody."""
        return bool(self.blocks or self.planning)

    def takes_from(self, person: User) -> bool:
        """Whether this person loses anything."""
        return any(line.user == person.pk and line.fate == Fate.LOSES for block in self.blocks for line in block.lines)

    def words(self) -> dict[str, Any]:
        """For pages: `blocks` with their rights and, for each fate, its people by name with their grants in words; `planning` likewise.
        Four queries."""
        lines = [line for block in self.blocks for line in block.lines]
        grants = {*(held for line in lines for held in (line.through, *line.others)), *(one.through for one in self.planning)}
        names = Names(held.part for held in grants)
        said = {held.id: grant_words(held.role, names.where(held.part)) for held in grants}
        people = User.objects.in_bulk(
            {line.user for line in lines} | {pk for one in self.planning for pk in (one.through.user, *one.joins, *one.leaves)}
        )

        def called(pks: Iterable[int]) -> list[User]:
            return sorted((people[pk] for pk in pks), key=lambda person: (person.name, person.pk))

        def fates(block: Block) -> Iterator[dict[str, Any]]:
            for fate in Fate:
                found: list[dict[str, Any]] = [
                    {"person": people[line.user], "through": said[line.through.id], "others": [said[other.id] for other in line.others]}
                    for line in block.lines
                    if line.fate == fate
                ]
                if found:
                    count = len({one["person"].pk for one in found})
                    found.sort(key=lambda one: (one["person"].name, one["person"].pk))
                    yield {"fate": fate, "said": fate.words(count), "lines": found}

        return {
            "blocks": [{"gives": each.kind == "may_grant", "rights": each.rights, "fates": list(fates(each))} for each in self.blocks],
            "planning": [
                {
                    "person": people[one.through.user], "through": said[one.through.id],
                    "joins": called(one.joins), "leaves": called(one.leaves),
                }
                for one in self.planning
            ],
        }  # fmt: skip


def standing() -> dict[int, list[Held]]:
    """All grants by person, as they stand; three queries."""
    grants = list(Grant.objects.select_related("role").order_by("pk"))
    members: dict[int, set[int]] = defaultdict(set)
    for team, user in Membership.objects.values_list("team", "user"):
        members[team].add(user)
    found: dict[int, list[Held]] = defaultdict(list)
    for grant, part in zip(grants, parts_of(grants), strict=True):
        role = grant.role
        plans = members[grant.team_id] if grant.team_id and part == Part(team_id=grant.team_id) and Right.PLAN_SHIFTS in role.rights else ()
        held = Held(grant.pk, grant.user_id, role.name, part, frozenset(role.rights), frozenset(role.may_grant), frozenset(plans))
        found[grant.user_id].append(held)
    return found


def replanned(before: dict[int, list[Held]], after: dict[int, list[Held]]) -> list[Planning]:
    """Of grants that stand on both sides: for whom they count differently."""
    old = {held.id: held for grants in before.values() for held in grants}
    return [
        Planning(held, held.plans - old[held.id].plans, old[held.id].plans - held.plans)
        for grants in after.values()
        for held in grants
        if held.id in old and held.plans != old[held.id].plans
    ]


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
