"""What a person can do and see, in words: every right with where they hold it, and through which grant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from helpdesk.staff.models import Grant, User, parts_of
from helpdesk.staff.rights import Right, groups
from helpdesk.staff.said import Names, grant_words


@dataclass(frozen=True, slots=True)
class Way:
    """One grant that gives a right: its role and where it holds, in words."""

    role: str
    where: str

    def __str__(self) -> str:
        return grant_words(self.role, self.where)


@dataclass(frozen=True, slots=True)
class HeldRight:
    """A right and the grants that give it; none: it is not held."""

    right: Right
    ways: tuple[Way, ...]

    def speaks_of(self, words: str) -> bool:
        """Whether its name, what it opens, or one of its grants holds these words."""
        return words.casefold() in " ".join(map(str, (self.right.label, self.right.about, *self.ways))).casefold()


@dataclass(frozen=True, slots=True)
class Summary:
    """`held`: what somebody may do, group by group; `lacking`: what they may not. Narrowed to what speaks of `asked`."""

    asked: str
    held: list[tuple[Any, list[HeldRight]]]
    lacking: list[Right]


def summary(user: User, asked: str = "") -> Summary:
    """Five queries at most: the grants, the topics beneath theirs, and the names of what they speak of."""
    grants = list(Grant.objects.filter(user=user).select_related("role"))
    parts = parts_of(grants)
    names = Names(parts)
    ways = [(set(grant.role.rights), Way(grant.role.name, names.where(part))) for grant, part in zip(grants, parts, strict=True)]
    held, lacking = [], []
    for group, rights in groups(also={right for given, _way in ways for right in given}):
        lines = [HeldRight(right, tuple(way for given, way in ways if right in given)) for right in rights]
        lines = [line for line in lines if line.speaks_of(asked)]
        lacking += [line.right for line in lines if not line.ways]
        if has := [line for line in lines if line.ways]:
            held.append((group.label, has))
    return Summary(asked, held, lacking)
