"""What the audit and the numbers show of tickets, messages, timers and deliveries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from helpdesk.audit import labels
from helpdesk.base import watch
from helpdesk.base.watch import LATER, SOON, Backlog, Number
from tickets.models import OPEN, Delivery, Lane, Message, Ticket, Timer

SHOWN_STATES = ("queued", "sending", "handed", "failed", "bounced", "uncertain", "stale")  # each stands in a partial index
MESSAGES = Number("helpdesk_messages", "Messages to players that are under way or in trouble.", "state")
TICKETS = Number("helpdesk_tickets", "Open tickets.", "status")


def register() -> None:
    """Called in `ready()`."""
    labels.register(
        actions={
            "lifecycle.rule_changed": _("changed a life cycle rule"),
            "lifecycle.own_rule": _("gave a game a rule of its own"),
            "lifecycle.rule_removed": _("removed a game's own rule"),
            "deliveries.replayed": _("had deliveries tried again"),
            "deliveries.dropped": _("gave a delivery up"),
        },
        subjects={
            "tickets.lifecyclerule": _("rule"),
            "tickets.ticket": _("ticket"),
            "tickets.delivery": _("delivery"),
            "tickets.message": _("message"),
        },
        facts={
            "to_status": _("then it becomes"),
            "rearm": _("also those that wait already"),
            "subscriber": _("subscriber"),
            "event": _("event"),
            "deliveries": _("deliveries"),
        },
    )
    watch.register_backlog(
        "message", Backlog("outgoing_mail", SOON, _messages, Coalesce(F("first_tried_at"), F("leaves_at")), outward=True)
    )
    watch.register_backlog("timer", Backlog("timers", LATER, lambda at: Timer.objects.filter(due_at__lte=at), F("due_at")))
    watch.register_backlog("delivery_now", Backlog("deliveries_now", SOON, _deliveries(Lane.NOW), F("event__recorded_at")))
    watch.register_backlog("delivery_bulk", Backlog("deliveries_bulk", LATER, _deliveries(Lane.BULK), F("event__recorded_at")))
    watch.register_number(MESSAGES, lambda _at: {state: Message.objects.filter(state=state).count() for state in SHOWN_STATES})
    watch.register_number(TICKETS, _by_status)


def _messages(at: datetime) -> QuerySet[Any]:
    """Those whose time has come, and those that were tried already and wait for their next try."""
    return Message.objects.filter(Q(leaves_at__lte=at) | Q(first_tried_at__isnull=False), state=Message.State.QUEUED)


def _deliveries(lane: Lane) -> Callable[[datetime], QuerySet[Any]]:
    return lambda _at: Delivery.objects.filter(lane=lane)


def _by_status(_at: datetime) -> dict[str, int]:
    found = dict(Ticket.objects.filter(status__in=OPEN).values_list("status").annotate(Count("pk")).order_by("status"))
    return {str(status): found.get(status, 0) for status in OPEN}
