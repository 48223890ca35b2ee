"""What a person can do and see, in words: every right with where they hold it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from helpdesk.staff.models import Grant, Team, User
from helpdesk.staff.rights import Part, Right, Scope, groups, scope_for
from helpdesk.studio.models import Game, Topic


@dataclass(frozen=True, slots=True)
class HeldRight:
    """A right and where it is held; `where` is empty when it is not held at all, or everywhere."""

    right: Right
    held: bool
    where: tuple[str, ...]


def summary(user: User) -> list[tuple[Any, list[HeldRight]]]:
    """All rights by group. Five queries at most: the grants, the topics beneath theirs, and the names of what they speak of."""
    names = _Names(user)
    held = {right for grant in user.held_grants() for right in grant.rights}
    return [(group.label, [names.line(right, scope_for(user, right)) for right in rights]) for group, rights in groups(also=held)]


def part_words(part: Part, games: dict[int, str], teams: dict[int, str], topics: dict[int, str]) -> str:
    """A part of the work as a person says it: "Emberfall, Russian"."""
    words = []
    if part.game_id is not None:
        words.append(games.get(part.game_id, "?"))
    if part.team_id is not None:
        words.append(_("team %(name)s") % {"name": teams.get(part.team_id, "?")})
    if part.language:
        words.append(_("language %(code)s") % {"code": part.language})
    if part.topics:
        words.append(_("topic %(name)s") % {"name": topics.get(part.topics[0], "?")})
    return ", ".join(words) or _("everything")


def grant_words(grant: Grant) -> str:
    """Where a role is given, as a person says it. It names the rows that the grant points to: fetch them with it."""
    topics = (grant.topic_id or 0,) if grant.topic_id or grant.topic_slug else ()
    named = ((grant.game_id, grant.game), (grant.team_id, grant.team), (grant.topic_id, grant.topic))
    part = Part(grant.game_id, grant.team_id, grant.language, topics)
    return part_words(part, *({pk: row.name} if pk and row else {} for pk, row in named))


class _Names:
    def __init__(self, user: User) -> None:
        parts = [grant.part for grant in user.held_grants()]
        games = {part.game_id for part in parts if part.game_id}
        teams = {part.team_id for part in parts if part.team_id}
        topics = {part.topics[0] for part in parts if part.topics}
        self.games = dict(Game.objects.filter(pk__in=games).values_list("pk", "name")) if games else {}
        self.teams = dict(Team.objects.filter(pk__in=teams).values_list("pk", "name")) if teams else {}
        self.topics = dict(Topic.objects.filter(pk__in=topics).values_list("pk", "name")) if topics else {}

    def line(self, right: Right, scope: Scope) -> HeldRight:
        return HeldRight(right, not scope.nothing, tuple(part_words(part, self.games, self.teams, self.topics) for part in scope.parts))
