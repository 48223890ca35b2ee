"""Grants in words: "Agent, in Emberfall, German, topic Payments and below". Pages, reviews and the audit say them by this."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf.locale import LANG_INFO
from django.utils.translation import gettext as _

from helpdesk.staff.models import Grant, Team
from helpdesk.staff.rights import Part
from helpdesk.studio.models import Game, Topic


def grant_words(role: str, where: str) -> str:
    """The whole of it; `where` as `where_words` says it."""
    return f"{role}, {where}"


def where_words(sides: Mapping[str, str]) -> str:
    """Where a grant holds, of the names on its sides: `{"game": "Emberfall", "language": "de"}`. No side: everywhere."""
    said = {
        "game": _("in %(name)s"),
        "team": _("team %(name)s"),
        "language": "%(name)s",
        "topic": _("topic %(name)s and below"),
    }
    named = {**sides, "language": _language(sides.get("language", ""))}
    return ", ".join(words % {"name": named[side]} for side, words in said.items() if named.get(side)) or _("everywhere")


def sides_of(grant: Grant) -> dict[str, str]:
    """The sides with their names, as the audit keeps them: what is called otherwise later was called so when it was given."""
    named = {"game": grant.game, "team": grant.team, "topic": grant.topic}
    sides = {side: row.name if row else "" for side, row in named.items()} | {"language": grant.language}
    return {side: name for side, name in sides.items() if name}


class Names:
    """What the games, teams and topics of some parts are called: three queries at most, however many parts there are."""

    def __init__(self, parts: Iterable[Part]) -> None:
        parts = list(parts)
        self._games = _called(Game, {part.game_id for part in parts if part.game_id is not None})
        self._teams = _called(Team, {part.team_id for part in parts if part.team_id is not None})
        self._topics = _called(Topic, {part.topics[0] for part in parts if part.topics})

    def where(self, part: Part) -> str:
        """In words; what is gone is a question mark."""
        sides = {"language": part.language}
        if part.game_id is not None:
            sides["game"] = self._games.get(part.game_id, "?")
        if part.team_id is not None:
            sides["team"] = self._teams.get(part.team_id, "?")
        if part.topics:
            sides["topic"] = self._topics.get(part.topics[0], "?")
        return where_words(sides)


def _called(model: Any, ids: set[int]) -> dict[int, str]:
    return dict(model.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}


def _language(code: str) -> str:
    """In the reader's own words: "German"; a code that nobody knows as it is."""
    name = LANG_INFO.get(code.lower(), {}).get("name", "")
    said = _(name) if name else code
    return said if said == name else said.lower()  # Russian writes them small within a sentence
