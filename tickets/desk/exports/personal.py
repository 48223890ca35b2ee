"""Files that hold something of a player. They are copies: nothing of them is given out, and a file goes as a whole when he is erased."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from helpdesk.base import personal
from helpdesk.base.errors import Conflict
from helpdesk.base.jobs import verbs
from helpdesk.base.jobs.models import Job
from tickets.desk.models import Export, ExportPart
from tickets.desk.queue.filters import address_without
from tickets.models import Ticket
from tickets.search.mentions import SpokenOf


def export(_player_id: int) -> Iterator[dict[str, Any]]:
    """Nothing that is not somewhere else."""
    yield from ()


def erase(player_id: int) -> Iterator[int]:
    """Files in which one of his tickets stands, or whose list was asked for by what he is called. Those too that are being made: other
    rooms have emptied what a later part reads."""
    tickets, spoken = Ticket.objects.filter(player=player_id), SpokenOf(player_id)
    kept = (
        Q(job__ended_at=None)
        | Q(job__result__isnull=False)
        | ~Q(asked="")
        | Exists(ExportPart.objects.filter(export=OuterRef("pk"), rows__isnull=False))
    )
    for pk in Export.objects.filter(kept).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            held = Export.objects.select_for_update().filter(pk=pk).first()
            parts = ExportPart.objects.filter(export=pk)
            if held is None or not (
                parts.filter(tickets__overlap=ArraySubquery(tickets.values("pk"))).exists()
                or address_without(held.asked, spoken) != held.asked
            ):
                continue
            _end(held.job)
            emptied = personal.empty(parts) + personal.empty(Export.objects.filter(pk=pk))
            emptied += personal.empty(Job.objects.filter(pk=held.job_id))
        yield emptied


def _end(job: Job) -> None:
    try:
        verbs.cancel(job)
    except Conflict:
        return  # it is over already
