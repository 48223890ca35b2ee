"""The actions in words: a registry. Each room registers the words for what it notes; an action of a room that is not here is shown by
its own name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

_actions: dict[str, Any] = {}
_subjects: dict[str, Any] = {}
_facts: dict[str, Any] = {  # what entries of several rooms say
    "name": _("name"),
    "address": _("mail address"),
    "language": _("language"),
    "game": _("game"),
    "team": _("team"),
    "topic": _("topic"),
    "count": _("how many"),
    "version": _("version"),
    "kind": _("kind"),
    "enabled": _("is on"),
    "reason": _("reason"),
    "error": _("error"),
    "ticket": _("ticket"),
    "tickets": _("tickets"),
    "due": _("when"),
}


def register(
    *, actions: Mapping[str, Any] | None = None, subjects: Mapping[str, Any] | None = None, facts: Mapping[str, Any] | None = None
) -> None:
    """Add a room's words, in its `AppConfig.ready()`: for its actions ("room.verb", told after a name: “Anna invited somebody”), for the
    rows that they are done to (by `app.model`), and for the names in their `data`."""
    _actions.update(actions or {})
    _subjects.update(subjects or {})
    _facts.update(facts or {})


def fact_words(name: str) -> Any:
    """A fact's name, for a reader."""
    return _facts.get(name, name)


def action_words(action: str) -> Any:
    """What was done, for a reader."""
    return _actions.get(action, action)


def subject_words(kind: str) -> Any:
    """What it was done to."""
    return _subjects.get(kind, kind)
