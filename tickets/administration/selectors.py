"""What these pages list."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.shortcuts import get_object_or_404

from helpdesk.base import clock, outgoing
from helpdesk.base.models import OutgoingCall, OutgoingService
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right, scope_for
from helpdesk.studio.models import Game
from tickets.models import Delivery, LifecycleRule, Status, Ticket


def rules_for(user: User) -> QuerySet[LifecycleRule]:
    """The rules that `user` may change: a game's own where they hold the right for it, those for all only with the right for everything."""
    return LifecycleRule.objects.filter(scope_for(user, Right.MANAGE_LIFECYCLE).games_q()).select_related("game")


def rule_for(user: User, pk: int) -> LifecycleRule:
    """The door to one rule; a stranger's is a 404."""
    return get_object_or_404(rules_for(user), pk=pk)


@dataclass(frozen=True, slots=True)
class RuleSheet:
    """The rules of one game (None: of all games), and the rules for all that this game has not made its own."""

    game: Game | None
    rules: list[LifecycleRule]
    inherited: list[LifecycleRule]


def rule_sheets(user: User) -> list[RuleSheet]:
    """The rules for all games first, then each game that `user` looks after. Four queries at most."""
    scope = scope_for(user, Right.MANAGE_LIFECYCLE)
    everything = sorted(LifecycleRule.objects.select_related("game"), key=_place)
    common = [rule for rule in everything if rule.game_id is None]
    games = Game.objects.filter(scope.games_q("pk"), archived_at=None)
    sheets = [RuleSheet(None, common, [])] if scope.everything else []
    for game in games:
        own = [rule for rule in everything if rule.game_id == game.pk]
        taken = {(rule.from_status, rule.trigger) for rule in own}
        sheets.append(RuleSheet(game, own, [rule for rule in common if (rule.from_status, rule.trigger) not in taken]))
    return sheets


def _place(rule: LifecycleRule) -> tuple[int, str]:
    """Rules in the order in which a ticket lives."""
    return Status.values.index(rule.from_status), rule.trigger


def parked_deliveries() -> QuerySet[Delivery]:
    """What subscribers could not hear after several tries, each with its event. No order."""
    return Delivery.objects.filter(parked_at__isnull=False).select_related("event")


def parked_by_subscriber() -> list[tuple[str, int]]:
    """How many stand still, by subscriber."""
    rows = (
        Delivery.objects.filter(parked_at__isnull=False).values("subscriber").annotate(count=Count("pk")).order_by("-count", "subscriber")
    )
    return [(row["subscriber"], row["count"]) for row in rows]


def waiting_behind(deliveries: list[Delivery]) -> dict[int, int]:
    """How many younger deliveries of the same subscriber and ticket each one holds up, by its id. One query."""
    pairs = Delivery.objects.filter(
        subscriber__in={one.subscriber for one in deliveries}, ticket_id__in={one.ticket_id for one in deliveries if one.ticket_id}
    ).values_list("pk", "subscriber", "ticket_id")
    behind: dict[int, int] = {}
    waiting = list(pairs)
    for one in deliveries:
        behind[one.pk] = sum(pk > one.pk and sub == one.subscriber and ticket == one.ticket_id for pk, sub, ticket in waiting)
    return behind


def numbers(pks: set[int]) -> dict[int, str]:
    """The numbers of tickets, for showing; whether they open is asked at their own door."""
    return dict(Ticket.objects.filter(pk__in=pks).values_list("pk", "number"))


STATES = ("resting", "due", "doubtful", "working", "silent")  # of a server, the worst first


@dataclass(frozen=True, slots=True)
class ServiceSheet:
    """A server of somebody else's: what is known of it, and its calls of the last 24 hours, the failed ones by their outcome in words."""

    name: str
    label: Any
    hosts: list[str]
    row: OutgoingService | None  # it failed at least once
    calls: int
    failed: list[tuple[str, int]]

    @property
    def state(self) -> str:
        """resting, due (the next call looks whether it is back), doubtful (it failed once), working or silent (nobody called)."""
        row = self.row
        if row and row.away_since and row.finder:
            return "doubtful"
        if row and row.away_since:
            return "resting" if row.next_try_at and row.next_try_at > clock.now() else "due"
        return "working" if self.calls else "silent"


def service_sheets() -> list[ServiceSheet]:
    """All servers that the rooms tell of, or that were called, those in trouble first. Two queries, and what the rooms ask."""
    known, rows = outgoing.services(), {row.name: row for row in OutgoingService.objects.all()}
    day = OutgoingCall.objects.filter(at__gt=clock.now() - timedelta(days=1)).order_by()
    calls: Counter[str] = Counter()
    failed: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name, outcome, status, count in day.values_list("service", "outcome", "status").annotate(Count("pk")):
        calls[name] += count
        if outcome != OutgoingCall.Outcome.ANSWERED:
            failed[name][f"{OutgoingCall.Outcome(outcome).label} {status or ''}".strip()] += count
    sheets = [
        ServiceSheet(
            name,
            known[name].label if name in known else name,
            sorted(place.removesuffix(":443") for place in known[name].hosts) if name in known else [],
            rows.get(name),
            calls[name],
            failed[name].most_common(),
        )
        for name in {*known, *rows, *calls}
    ]
    return sorted(sheets, key=lambda sheet: (STATES.index(sheet.state), sheet.name))


def calls_of(name: str, *, only_failed: bool) -> QuerySet[OutgoingCall]:
    """The calls to one server, or to all; the newest first."""
    rows = OutgoingCall.objects.order_by("-at", "-pk")
    rows = rows.filter(service=name) if name else rows
    return rows.exclude(outcome=OutgoingCall.Outcome.ANSWERED) if only_failed else rows
