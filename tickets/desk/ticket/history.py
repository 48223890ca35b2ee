"""Events in words: one quiet line each.

A line is a sentence with the actor in front. What a message shows by itself (that it came, left, was opened) is no line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.db.models import CharField, F, Value
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from helpdesk.base.bounds import LARGEST
from helpdesk.base.templatetags.ui import moment_words
from helpdesk.staff.models import Team, User
from tickets.access import visible_tickets
from tickets.actors import ActorKind
from tickets.models import Event, Pledge, Status, Tag, Topic

log = structlog.get_logger(__name__)

MERGES = {"ticket.merged": ("merged", "into"), "ticket.unmerged": ("parted", "parted_from")}  # what came here, where this one went
NAMED_BY = {"ticket": "number", "pledge": "on"}  # the column that names a row, where it is not `name`
RUN = 3  # so many lines without a message between them are folded into one


def _ids(data: Any, name: str) -> list[int]:
    """The ids that an event names, whatever its data have become."""
    found = data.get(name) if isinstance(data, dict) else None
    return [pk for pk in (found if isinstance(found, list) else [found]) if type(pk) is int and 0 < pk <= LARGEST]


@dataclass(frozen=True, slots=True)
class Names:
    """What ids in events are called."""

    users: dict[int, str]
    teams: dict[int, str]
    topics: dict[int, str]
    tags: dict[int, str]
    pledges: dict[int, str]  # who owed an answer
    tickets: dict[int, str]  # their numbers, where the reader may see them

    @classmethod
    def of(cls, events: Sequence[Event], more_users: Iterable[int | None] = (), *, reader: User) -> Names:
        """One query, whatever the events name."""
        people = {e.actor_id for e in events if e.actor_kind == ActorKind.OPERATOR} | {e.assignee_id for e in events} | set(more_users)
        teams, topics = {e.team_id for e in events}, {e.topic_id for e in events}
        tags = {pk for e in events if e.kind == "ticket.tagged" for side in ("added", "removed") for pk in _ids(e.data, side)}
        pledges = {pk for e in events for pk in _ids(e.data, "pledge")}
        others = {pk for e in events if e.kind in MERGES for side in MERGES[e.kind] for pk in _ids(e.data, side)}
        found: dict[str, dict[int, str]] = {"user": {}, "team": {}, "topic": {}, "tag": {}, "pledge": {}, "ticket": {}}
        parts = [
            ("user", User.objects.all(), people - {None}),
            ("team", Team.objects.all(), teams - {None}),
            ("topic", Topic.objects.all(), topics - {None}),
            ("tag", Tag.objects.all(), tags),
            ("pledge", Pledge.objects.all(), pledges),
            *([("ticket", visible_tickets(reader), others)] if others else []),
        ]
        wanted = [
            rows.filter(pk__in=ids).order_by().values_list(Value(kind, output_field=CharField()), "pk", F(NAMED_BY.get(kind, "name")))
            for kind, rows, ids in parts
            if ids
        ]
        if wanted:
            for kind, pk, name in wanted[0].union(*wanted[1:], all=True) if len(wanted) > 1 else wanted[0]:
                found[kind][pk] = name
        return cls(found["user"], found["team"], found["topic"], found["tag"], found["pledge"], found["ticket"])

    def user(self, pk: int | None) -> str:
        return self.users.get(pk or 0, _("somebody"))

    def actor(self, kind: str, pk: int | None) -> str:
        """Who did it: a name, or what kind of hand it was."""
        if kind == ActorKind.OPERATOR:
            return self.user(pk)
        return {ActorKind.PLAYER: _("The player"), ActorKind.FLOW: _("A flow"), ActorKind.SYSTEM: _("The desk")}.get(ActorKind(kind), "")


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


def _b(words: str) -> SafeString:
    return format_html("<b>{}</b>", words)


def _moved(event: Event, names: Names) -> tuple[str, str | SafeString]:
    data: dict[str, Any] = event.data
    label = _b(str(Status(event.status).label))
    by_rule = event.actor_kind == ActorKind.SYSTEM and data.get("rule")
    if event.status == Status.PENDING:
        until = parse_datetime(data["until"]) if data.get("until") else None
        owes = _owes(event, names)
        if until:
            return "pause", format_html(_("set Pending on {} until {}"), owes, moment_words(until))
        return "pause", format_html(_("set Pending on {}"), owes)
    icon = {Status.RESOLVED: "circle-check", Status.CLOSED: "archive", Status.IN_PROGRESS: "pause"}.get(Status(event.status), "arrow-right")
    if by_rule and event.status in {Status.RESOLVED, Status.CLOSED}:
        return icon, format_html(_("set {} after silence"), label)
    if event.actor_kind == ActorKind.PLAYER:
        return "corner-up-left", format_html(_("came back: {}"), label)
    return icon, format_html(_("set {}"), label)


def _owes(event: Event, names: Names) -> SafeString:
    """The department that owes an answer; a dash where its name is gone."""
    return _b(next((names.pledges[pk] for pk in _ids(event.data, "pledge") if names.pledges.get(pk)), "–"))


def _assigned(event: Event, names: Names) -> tuple[str, str | SafeString]:
    if event.assignee_id is None:
        return "user-round-x", _("put it back into the queue")
    if event.assignee_id == event.actor_id and event.actor_kind == ActorKind.OPERATOR:
        return "user-round-check", _("has it now, by answering") if event.data.get("answered") else _("took it")
    return "user-round", format_html(_("gave it to {}"), _b(names.user(event.assignee_id)))


def _team(event: Event, names: Names) -> tuple[str, str | SafeString]:
    if event.team_id is None:
        return "users", _("took it from its team")
    return "users", format_html(_("gave it to the team {}"), _b(names.teams.get(event.team_id, "?")))


def _topic(event: Event, names: Names) -> tuple[str, str | SafeString]:
    if event.topic_id is None:
        return "hash", _("removed the topic")
    return "hash", format_html(_("set the topic {}"), _b(names.topics.get(event.topic_id, "?")))


def _language(event: Event, names: Names) -> tuple[str, str | SafeString]:
    return "languages", format_html(_("set the language {}"), _b(event.language))


def _tagged(event: Event, names: Names) -> tuple[str, str | SafeString]:
    added, removed = (", ".join(names.tags.get(pk, "?") for pk in _ids(event.data, side)) for side in ("added", "removed"))
    if added and removed:
        return "tag", format_html(_("changed the tags: {} in place of {}"), _b(added), _b(removed))
    return "tag", format_html(_("tagged it {}"), _b(added)) if added else format_html(_("took the tag off: {}"), _b(removed))


def _recognised(event: Event, names: Names) -> tuple[str, str | SafeString]:
    if event.data["answer_there"]:
        return "mail-check", _("took the new address for the player's; our answers go there")
    return "mail-check", _("took the new address for the player's")


def _merged(event: Event, names: Names) -> tuple[str, str | SafeString]:
    """The same verb stands in both tickets: in the one that stays with what came, in the other with where it went."""
    if "merged" in event.data:
        return "merge", format_html(_("merged {} into this one"), _other(event.data["merged"], names))
    return "merge", format_html(_("merged it into {}"), _other(event.data["into"], names))


def _parted(event: Event, names: Names) -> tuple[str, str | SafeString]:
    if "parted" in event.data:
        return "split", format_html(_("took {} out again"), _other(event.data["parted"], names))
    return "split", format_html(_("took it out of {} again"), _other(event.data["parted_from"], names))


def _other(pk: int, names: Names) -> SafeString | str:
    """Another ticket by its number, if it is the reader's to see."""
    number = names.tickets.get(pk)
    if number is None:
        return _("another ticket")
    return format_html('<a class="link nowrap" href="{}">{}</a>', reverse("desk:ticket", args=[number]), number)


def _overdue(event: Event, names: Names) -> tuple[str, str | SafeString]:
    return "alarm-clock", format_html(_("noticed that the day has passed by which {} owed an answer"), _owes(event, names))


def _said(icon: str, words: str | Promise) -> Callable[[Event, Names], tuple[str, str | SafeString]]:
    return lambda event, names: (icon, str(words))


WORDS: dict[str, Callable[[Event, Names], tuple[str, str | SafeString]]] = {
    "ticket.moved": _moved,
    "ticket.no_reply_needed": _said("message-circle-check", gettext_lazy("said that the player needs no reply")),
    "ticket.assigned": _assigned,
    "ticket.team_set": _team,
    "ticket.topic_set": _topic,
    "ticket.language_set": _language,
    "ticket.renamed": _said("pencil", gettext_lazy("changed the subject")),
    "ticket.tagged": _tagged,
    "ticket.player_set": _said("user-round-pen", gettext_lazy("changed whose ticket this is")),
    "ticket.followed": _said("link", gettext_lazy("opened a follow-up")),
    "ticket.erased": _said("eraser", gettext_lazy("erased the player's data; the words are gone")),
    "ticket.merged": _merged,
    "ticket.unmerged": _parted,
    "ticket.overdue": _overdue,
    "message.recognised": _recognised,
    "message.counted": _said("user-check", gettext_lazy("said that a person wrote the message, not a machine")),
    "message.released": _said("stamp", gettext_lazy("released the held reply")),
    "message.retried": _said("send", gettext_lazy("sent the message again")),
    "message.settled": _said("circle-question-mark", gettext_lazy("said what became of the uncertain message")),
    "message.complained": _said("octagon-alert", gettext_lazy("marked our mail as unwanted")),
    "survey.answered": _said("star", gettext_lazy("rated the help")),
}


def lines(events: Iterable[Event], names: Names) -> list[HistoryLine]:
    """The events that get a line, in their order."""
    return [
        HistoryLine(
            event.pk, event.at, *_parts(event, names), event.kind, event.actor_id if event.actor_kind == ActorKind.OPERATOR else None
        )
        for event in events
        if event.kind in WORDS
        and not (event.kind == "ticket.moved" and event.status == event.status_before and event.status != Status.PENDING)
    ]


def _parts(event: Event, names: Names) -> tuple[str, str, str | SafeString]:
    """An event's icon, its actor and its words. One that cannot be worded is told of all the same: it bricks no page."""
    try:
        icon, words = WORDS[event.kind](event, names)
        return icon, names.actor(event.actor_kind, event.actor_id), words
    except Exception:
        log.exception("event_not_worded", id=event.pk, kind=event.kind)
        return "circle-alert", _("Somebody"), format_html(_("did something that cannot be put into words ({})"), event.kind)


def summary(run: Sequence[HistoryLine]) -> str:
    """What a folded run is called."""
    return str(ngettext_lazy("%(n)s change", "%(n)s changes", len(run)) % {"n": len(run)})
