"""Events in words: one quiet line each.

A line is a sentence with the actor in front. What a message shows by itself (that it came, left, was opened) is no line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import structlog
from django.apps import apps
from django.db.models import CharField, F, QuerySet, Value
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from tickets.access import visible_tickets
from tickets.actors import ActorKind
from tickets.events import payload_of
from tickets.events.kinds import Fact, has_line, payload_class
from tickets.events.lines import Line, Names
from tickets.models import Event

log = structlog.get_logger(__name__)

RUN = 3  # so many lines without a message between them are folded into one
NAMED_BY = {"tickets.Ticket": "number", "tickets.Pledge": "on"}  # the column that names a row, where it is not `name`


def names_of(events: Sequence[Event], more_users: Iterable[int | None] = (), *, reader: User) -> Names:
    """What is called how that events name, their actors and assignees among it. One query, whatever they name."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for event in events:
        for table, pk in _named_by(event):
            wanted[table].add(pk)
    wanted["staff.User"] |= {pk for pk in more_users if pk}
    parts = [
        _rows(table, reader)
        .filter(pk__in=pks)
        .order_by()
        .values_list(Value(table, output_field=CharField()), "pk", F(NAMED_BY.get(table, "name")))
        for table, pks in wanted.items()
        if pks and _has_names(table)
    ]
    found: dict[str, dict[int, str]] = defaultdict(dict)
    if parts:
        for table, pk, name in parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]:
            found[table][pk] = name
    return Names(found)


def _named_by(event: Event) -> Iterator[tuple[str, int]]:
    """The rows that an event's line may name: (table, id). An event that cannot be read names nobody."""
    actor = event.actor_id if event.actor_kind == ActorKind.OPERATOR else None
    columns = (("staff.User", actor), ("staff.User", event.assignee_id), ("staff.Team", event.team_id), ("games.Topic", event.topic_id))
    yield from ((table, pk) for table, pk in columns if pk)
    payload = payload_class(event.kind)
    if payload is not None and (naming := _naming(event.kind)):
        said = payload.of(event)
        for each in naming:
            value = getattr(said, each.name)
            yield from ((each.table, pk) for pk in (value if each.many else [value]) if pk)


@cache
def _naming(kind: str) -> tuple[Fact, ...]:
    """The fields whose rows a line of this kind may name."""
    payload = payload_class(kind)
    if payload is None or not has_line(payload):
        return ()
    return tuple(each for each in payload.facts if each.table and _has_names(each.table))


@cache
def _has_names(table: str) -> bool:
    """Whether rows of this table are called anything."""
    return any(field.name == NAMED_BY.get(table, "name") for field in apps.get_model(table)._meta.concrete_fields)


def _rows(table: str, reader: User) -> QuerySet[Any]:
    return visible_tickets(reader) if table == "tickets.Ticket" else apps.get_model(table)._default_manager.all()


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One event as the thread shows it."""

    event_id: int
    at: datetime
    icon: str
    who: str
    words: str | SafeString
    kind: str
    actor_id: int | None = None


def lines(events: Iterable[Event], names: Names, may: Callable[[Right], bool] = lambda _right: True) -> list[HistoryLine]:
    """The events that get a line, in their order; `may` says whether the reader holds the right that a kind demands."""
    found = []
    for event in events:
        payload = payload_class(event.kind)
        if payload is None or not has_line(payload) or (payload.right and not may(payload.right)):
            continue
        line = _line(event, names)
        if line is not None:
            actor = event.actor_id if event.actor_kind == ActorKind.OPERATOR else None
            found.append(HistoryLine(event.pk, event.at, line.icon, _who(event, names), line.words, event.kind, actor))
    return found


def _line(event: Event, names: Names) -> Line | None:
    """An event in words. One that cannot be worded is told of all the same: it bricks no page."""
    try:
        return payload_of(event).line(event, names)
    except Exception:
        log.exception("event_not_worded", id=event.pk, kind=event.kind)
        return Line("circle-alert", format_html(_("did something that cannot be put into words ({})"), event.kind))


def _who(event: Event, names: Names) -> str:
    try:
        return names.actor(event.actor_kind, event.actor_id)
    except ValueError:  # a kind of hand that this house does not know
        return _("Somebody")


def summary(run: Sequence[HistoryLine]) -> str:
    """What a folded run is called."""
    return str(ngettext_lazy("%(n)s change", "%(n)s changes", len(run)) % {"n": len(run)})
