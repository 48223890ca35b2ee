"""One thing for the rows that were picked: first what it would do is said, then it is done, and for some minutes it can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from helpdesk.base import clock
from helpdesk.base.errors import DomainError
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right, has_right
from helpdesk.studio.models import Game, Reason
from helpdesk.studio.reasons import reasons_of
from tickets.access import visible_tickets
from tickets.actors import operator
from tickets.lifecycle.pending import PendingInfo
from tickets.lifecycle.reasons import HOLD
from tickets.lifecycle.waiting import question_before
from tickets.models import Priority, Status, Ticket
from tickets.services.assign import assign
from tickets.services.edit import set_priority, set_status
from tickets.services.take_back import Standing, take_back

PICKED_AT_ONCE = 50
NAMED = 5  # colleagues
BACK_FOR = timedelta(minutes=10)
KEPT = "bulk"  # the session's key for what can be taken back


@dataclass(frozen=True, slots=True)
class Act:
    """What the bar offers: the question it asks first, the button that answers it, the rights it takes, and in which of the bar's menus it
    stands, if in one."""

    name: str
    label: str | Promise
    rights: tuple[Right, ...]
    menu: str | Promise = ""


ACTS = {
    act.name: act
    for act in (
        Act("assign:me", gettext_lazy("Take"), (Right.ASSIGN,)),
        Act("assign:nobody", gettext_lazy("Put back"), (Right.ASSIGN,)),
        Act("status:in_progress", gettext_lazy("In progress"), (Right.SET_STATUS,)),
        Act("status:resolved", gettext_lazy("Resolved"), (Right.SET_STATUS, Right.SET_RESOLVED)),
        Act("priority:urgent", gettext_lazy("Urgent priority"), (Right.SET_PRIORITY,), gettext_lazy("Priority")),
        Act("priority:high", gettext_lazy("High priority"), (Right.SET_PRIORITY,), gettext_lazy("Priority")),
        Act("priority:normal", gettext_lazy("Normal priority"), (Right.SET_PRIORITY,), gettext_lazy("Priority")),
    )
}


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it: how many were changed, what was refused (the reason: the tickets' numbers), how many were not this person's."""

    changed: int
    refused: dict[str, list[str]]
    missing: int


def offered(reader: User) -> list[Act]:
    """What of it this person may do to any ticket at all."""
    return [act for act in ACTS.values() if all(has_right(reader, right) for right in act.rights)]


def within_reach(reader: User, act: Act) -> QuerySet[Ticket]:
    """The tickets to which this person may do it, and to many at once."""
    return visible_tickets(reader, Right.BULK, *act.rights)


def allowed(reader: User, act: Act, numbers: Sequence[str]) -> QuerySet[Ticket]:
    """Those of the picked tickets to which this person may do it."""
    return within_reach(reader, act).filter(number__in=numbers[:PICKED_AT_ONCE]).order_by("pk")


def consequences(act: Act, tickets: QuerySet[Ticket], by: User) -> list[str]:
    """What would change beside the rows themselves, in sentences with numbers. Two queries, however many they are."""
    with_others = Q(assignee__isnull=False) & ~Q(assignee=by)
    counts = tickets.order_by().aggregate(waiting=Count("pk", filter=Q(waiting_since__isnull=False)), taken=Count("pk", filter=with_others))
    waiting, taken = counts["waiting"], counts["taken"]
    said = []
    match act.name:
        case "status:resolved":
            if waiting:
                said.append(
                    ngettext(
                        "%(n)s player waits for an answer and gets none: the message counts as needing no reply.",
                        "%(n)s players wait for an answer and get none: their messages count as needing no reply.",
                        waiting,
                    )
                    % {"n": waiting}
                )
            said.append(_("Players are told nothing at once. Where the game asks how the help was, that question goes out later."))
        case "status:in_progress":
            said.append(_("No clock closes them until somebody sets another status. Players are told nothing."))
            if waiting:
                said.append(ngettext("%(n)s player goes on waiting.", "%(n)s players go on waiting.", waiting) % {"n": waiting})
        case "assign:me" | "assign:nobody":
            if taken:
                of_others = tickets.filter(with_others).order_by("assignee__name").values_list("assignee__name", flat=True)
                others = list(of_others.distinct()[: NAMED + 1])
                said.append(
                    ngettext("%(n)s is with a colleague now: %(names)s.", "%(n)s are with colleagues now: %(names)s.", taken)
                    % {"n": taken, "names": ", ".join(others[:NAMED]) + (" …" if len(others) > NAMED else "")}
                )
            said.append(_("Players are told nothing."))
        case _:
            said.append(_("Players are told nothing."))
    return said


def reasons(act: Act, tickets: QuerySet[Ticket]) -> list[Reason]:
    """Why they may all be put on hold, where the act does that."""
    of_them = tickets.order_by().values("game")
    games = list(Game.objects.filter(pk__in=of_them)) if act.name == "status:in_progress" else []
    common = [set(reasons_of(HOLD, game)) for game in games]
    return sorted(set.intersection(*common), key=lambda reason: (reason.place, reason.name)) if common else []


def do(act: Act, numbers: Sequence[str], *, by: User, seen: int, reason: int | None = None) -> tuple[Done, list[Standing]]:
    """Each by its own service and its own right. Also how those that changed stood before. `reason`: why they are put on hold."""
    tickets = list(allowed(by, act, numbers))
    stood: list[Standing] = []
    refused: dict[str, list[str]] = {}
    for ticket in tickets:
        before = Standing.of(ticket)
        try:
            after = do_one(act, ticket, by, seen, reason)
        except DomainError as error:
            refused.setdefault(str(error), []).append(ticket.number)
        else:
            stood.append(replace(before, upto=after.last_event_id))
    return Done(len(stood), refused, max(len(set(numbers)) - len(tickets), 0)), stood


def do_one(act: Act, ticket: Ticket, by: User, seen: int, reason: int | None = None) -> Ticket:
    """By the service and its rules. `seen`: the last event that this person had on screen. DomainError where it is refused."""
    verb, _colon, what = act.name.partition(":")
    if verb == "assign":
        return assign(ticket, to=by if what == "me" else None, by=operator(by))
    if verb == "priority":
        return set_priority(ticket, Priority.said(what), by=operator(by))
    no_reply_needed = question_before(ticket, seen) if what == Status.RESOLVED else None
    held = PendingInfo(reason=reason) if reason else None
    return set_status(ticket, Status(what), by=operator(by), pending=held, no_reply_needed_upto=no_reply_needed)


def keep(request: HttpRequest, act: Act, stood: Sequence[Standing]) -> None:
    """So that it can be taken back from the next page."""
    request.session[KEPT] = {"act": act.name, "at": clock.now().isoformat(), "rows": [asdict(one) for one in stood]}


def kept(request: HttpRequest) -> dict[str, Any] | None:
    """What can still be taken back: the act's words, how many, until when."""
    found = request.session.get(KEPT)
    until = datetime.fromisoformat(found["at"]) + BACK_FOR if found else clock.now()
    if not found or until <= clock.now() or found["act"] not in ACTS:
        return None
    return {"label": ACTS[found["act"]].label, "count": len(found["rows"]), "until": until}


def take_all_back(request: HttpRequest, by: User) -> Done:
    """Each ticket stands as it stood, where nobody changed it since and this person may still change it."""
    offered, found = kept(request), request.session.pop(KEPT, None)
    if offered is None or found is None:
        return Done(0, {_("It is too late to take that back."): []}, 0)
    stood = [Standing(**row) for row in found["rows"]]
    tickets = {ticket.pk: ticket for ticket in visible_tickets(by, *ACTS[found["act"]].rights).filter(pk__in=[one.pk for one in stood])}
    changed, refused = 0, dict[str, list[str]]()
    for before in stood:
        if ticket := tickets.get(before.pk):
            try:
                take_back(before, ticket, by=operator(by))
                changed += 1
            except DomainError as error:
                refused.setdefault(str(error), []).append(ticket.number)
    return Done(changed, refused, len(stood) - len(tickets))
