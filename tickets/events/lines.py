"""How an event is put into words: its line, and what the rows are called that it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tickets.actors import ActorKind


@dataclass(frozen=True, slots=True)
class Line:
    """A quiet line of the history: a sentence whose subject, the actor, stands before it."""

    icon: str
    words: str | SafeString


@dataclass(frozen=True, slots=True)
class Names:
    """What the rows are called that events name, by table and id: `{"staff.User": {7: "Anna Krylova"}}`.

    A ticket that the reader may not see has no name here.
    """

    found: Mapping[str, Mapping[int, str]]

    def name(self, table: str, pk: int | None, otherwise: str = "?") -> str:
        """The name of a row, or `otherwise` where it is gone or not to be seen."""
        return self.found.get(table, {}).get(pk or 0, otherwise)

    def user(self, pk: int | None) -> str:
        """An operator."""
        return self.name("staff.User", pk, _("somebody"))

    def actor(self, kind: str, pk: int | None) -> str:
        """Who did it: a name, or what kind of hand it was."""
        if kind == ActorKind.OPERATOR:
            return self.user(pk)
        return {ActorKind.PLAYER: _("The player"), ActorKind.FLOW: _("A flow"), ActorKind.SYSTEM: _("The desk")}.get(ActorKind(kind), "")


def strong(words: str) -> SafeString:
    """What changed, in bold."""
    return format_html("<b>{}</b>", words)
