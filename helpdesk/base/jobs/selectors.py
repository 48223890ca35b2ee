"""What pages show of jobs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from helpdesk.base import clock
from helpdesk.base.jobs.kinds import Kind, find
from helpdesk.base.jobs.models import Job, JobPart

SHOWN = 5  # things that are named for each reason
REASONS = 20
TAKEN_BACK = "taken_back_by"  # in the cursor of a job: the id of the one that takes it back


@dataclass(slots=True)
class Refusal:
    """A reason with how many things it kept from being done, and the first of them."""

    reason: str
    count: int
    ids: list[int]


def refusals(job: Job) -> tuple[list[Refusal], int]:
    """Why things were refused, the most frequent reason first, and how many reasons are not named. One query over the parts."""
    found: dict[str, Refusal] = {}
    for refused in JobPart.objects.filter(job=job).exclude(refused={}).order_by("place").values_list("refused", flat=True):
        for reason, ids in refused.items():
            one = found.setdefault(reason, Refusal(reason, 0, []))
            one.count += len(ids)
            one.ids += ids[: SHOWN - len(one.ids)]
    sorted_ones = sorted(found.values(), key=lambda one: -one.count)
    return sorted_ones[:REASONS], max(len(sorted_ones) - REASONS, 0)


def changed_by(job: Job) -> Iterator[tuple[int, Any]]:
    """What a job has changed, with what one must know to take it back."""
    for changed in JobPart.objects.filter(job=job).exclude(changed={}).order_by("place").values_list("changed", flat=True).iterator():
        yield from ((int(pk), before) for pk, before in changed.items())


def may_be_undone(job: Job, kind: Kind | None) -> bool:
    """Whether the door that takes it back is open: it has ended lately, has changed anything, and nobody was there before."""
    if kind is None or not kind.undo or job.ended_at is None or not job.changed or TAKEN_BACK in job.cursor:
        return False
    return clock.now() < job.ended_at + kind.undo_for


def said(job: Job) -> str:
    """Its sentence; the bare name of a kind that no room has any more."""
    kind = find(job.kind)
    return str(kind.says(job)) if kind else job.kind
