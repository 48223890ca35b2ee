"""What machines and administrators are shown of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from helpdesk.base import parking, watch
from tickets.search.elasticsearch import finding, follower, server
from tickets.search.elasticsearch.finding import Standing
from tickets.search.elasticsearch.marks import mark
from tickets.search.models import SearchPush


def register() -> None:
    """Called in `ready()`."""
    watch.register_states("search", _states)
    watch.register_backlog("search", watch.Backlog("search_follows", watch.SOON, follower.due, F("due_at")))
    parking.register(
        parking.Lot(
            name="search",
            label=_("Tickets that Elasticsearch does not take"),
            rows=SearchPush.objects.all,
            reason_field="reason",
            retry=_retry,
            tickets=lambda pks: dict(_rows(pks).values_list("pk", "ticket_id")),
        )
    )


def _states(_at: datetime) -> Mapping[str, str]:
    return {"search": "ok" if finding.standing() == Standing.READY else "degraded"} if server.chosen() else {}


def _rows(pks: list[int]) -> QuerySet[SearchPush]:
    return SearchPush.objects.filter(pk__in=pks)


def _retry(pks: list[int]) -> int:
    tickets = list(_rows(pks).values_list("ticket_id", flat=True))
    mark(tickets)
    return len(tickets)
