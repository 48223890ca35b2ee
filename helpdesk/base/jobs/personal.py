"""Files that jobs have made of a player's data. They are copies: nothing of them is given out, and they go with him."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction

from helpdesk.base import clock, personal
from helpdesk.base.jobs.models import Job
from helpdesk.base.jobs.verbs import OPEN


def export(_player_id: int) -> Iterator[dict[str, Any]]:
    """Nothing that is not somewhere else."""
    yield from ()


def erase(player_id: int) -> Iterator[int]:
    """Those that are being made come to nothing, too."""
    with transaction.atomic():
        his = Job.objects.filter(player=player_id)
        ended = {"state": Job.State.CANCELLED, "why": Job.Why.ASKED, "ended_at": clock.now(), "claimed_until": None, "parked_at": None}
        his.filter(state__in=OPEN).update(**ended)
        emptied = personal.empty(his)
    yield emptied
