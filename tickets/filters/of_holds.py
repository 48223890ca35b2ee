"""Fields by what is owed: on whom a ticket waits and why, until when, and what the player was promised."""

from __future__ import annotations

from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.db.models.functions import Least
from django.db.models.lookups import GreaterThanOrEqual, LessThan
from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock
from helpdesk.staff.models import User
from helpdesk.studio.models import Department, Reason
from tickets.filters.fields import HELD, Field, Kind, Listed, Operator, Values, column, register, so, yes_no
from tickets.filters.spoken import DEPARTMENTS, REASONS, NameOf
from tickets.models import DUE, Pledge, or_far

PROMISES = {"open": _("open"), "broken": _("broken, and still owed")}


def register_own() -> None:
    """Called in `ready()`."""
    register(
        Field(
            "pending_department",
            _("Department that owes an answer"),
            Kind.ID,
            column("pending_department"),
            lambda past: past.pending_department_id,
            word=DEPARTMENTS.word,
            empty="none",
            called=NameOf(Department),
            names=("department", "отдел"),
            suggest=DEPARTMENTS.suggest,
            group=HELD,
            listed=Listed("pending_department__name"),
        ),
        Field(
            "pending_until",
            _("Day of the hold"),
            Kind.MOMENT,
            column("pending_until"),
            lambda past: past.pending_until,
            names=("срок",),
            group=HELD,
            listed=Listed("pending_until", sort=lambda _reader: or_far("pending_until")),
        ),
        Field(
            "hold_reason",
            _("Reason of the hold"),
            Kind.ID,
            column("hold_reason"),
            lambda past: past.hold_reason_id,
            empty="none",
            called=NameOf(Reason),
            names=("reason", "причина"),
            word=REASONS.word,
            suggest=REASONS.suggest,
            group=HELD,
            listed=Listed("hold_reason__name"),
        ),
        Field(
            "overdue",
            _("Overdue"),
            Kind.YES_NO,
            _overdue,
            lambda past: past.overdue,
            names=("просрочено",),
            group=HELD,
            listed=Listed(lambda _reader: so(_past_its_day())),
        ),
        Field(
            "promise",
            _("Promise to the player"),
            Kind.CHOICE,
            _promised,
            lambda past: past.promise,
            choices=lambda: PROMISES,
            empty="none",
            called=PROMISES.__getitem__,
            names=("обещание",),
            group=HELD,
            listed=Listed(_how_it_is_promised),
        ),
        Field(
            "promised_until",
            _("Answer promised by"),
            Kind.MOMENT,
            column("promised_until"),
            lambda past: past.promised_until,
            names=("promised", "обещано"),
            group=HELD,
            listed=Listed("promised_until", sort=lambda _reader: or_far("promised_until")),
        ),
        Field(
            "due",
            _("Nearest day"),
            Kind.MOMENT,
            _due,
            lambda past: min(filter(None, (past.pending_until, past.promised_until)), default=None),
            names=("ближайший_день",),
            group=HELD,
            listed=Listed(lambda _reader: Least("pending_until", "promised_until"), sort=lambda _reader: DUE),
        ),
    )


def _overdue(_operator: Operator, values: Values, _reader: User) -> Q:
    return yes_no(_past_its_day(), values)


def _past_its_day() -> Q:
    now = clock.now()
    return Q(pending_until__lte=now) | Q(promised_until__lte=now)


def _due(operator: Operator, values: Values, _reader: User) -> Q:
    nearest = Least("pending_until", "promised_until")
    return Q(GreaterThanOrEqual(nearest, values[0]) if operator == Operator.AT_LEAST else LessThan(nearest, values[0]))


def _promised(_operator: Operator, values: Values, _reader: User) -> Q:
    """By the ledger: whose day has passed says the timer, as the log does."""
    promises = Pledge.objects.filter(until__isnull=False, ended_at=None)
    found = Q(promised_until=None) if None in values else Q(pk__in=[])
    for value in values:
        if value is not None:
            found |= Q(pk__in=promises.filter(broken_at__isnull=value == "open").values("ticket"))
    return found


def _how_it_is_promised(_reader: User) -> Case:
    broken = Pledge.objects.filter(ticket=OuterRef("pk"), until__isnull=False, ended_at=None, broken_at__isnull=False)
    return Case(When(promised_until=None, then=None), When(Exists(broken), then=Value("broken")), default=Value("open"))
