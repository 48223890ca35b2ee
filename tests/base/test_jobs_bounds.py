"""What a job is given, how much of it, and for how long it is kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from helpdesk.base import clock, watch
from helpdesk.base.errors import Conflict
from helpdesk.base.jobs import running, selectors, verbs
from helpdesk.base.jobs.kinds import Outcome, Step
from helpdesk.base.jobs.models import Job, JobPart
from helpdesk.base.jobs.running import over_parts
from helpdesk.staff.models import User
from tests.conftest import Travel

pytestmark = pytest.mark.django_db


def idle(_job: Job) -> Iterator[Step]:
    yield Step(done=1)


def now(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def test_what_it_is_given_is_fixed_and_done_in_parts(kind: Any) -> None:
    dealt: list[list[int]] = []

    def deal(ids: list[int]) -> Outcome:
        dealt.append(ids)
        odd = [pk for pk in ids if pk % 2]
        return Outcome({pk: [pk * 2] for pk in ids if pk % 4 == 0}, {"It is odd.": odd} if odd else {})

    kind(lambda job: over_parts(job, deal))
    job = verbs.start("tests.work", owner=None, ids=range(1, 61))

    running.run_due()

    job = now(job)
    assert [len(ids) for ids in dealt] == [25, 25, 10]
    assert (job.total, job.done, job.changed, job.refused, job.skipped) == (60, 60, 15, 30, 15)
    (odd,), more = selectors.refusals(job)
    assert (odd.reason, odd.count, odd.ids, more) == ("It is odd.", 30, [1, 3, 5, 7, 9], 0)
    assert dict(selectors.changed_by(job))[4] == [8]


def test_no_text_of_anybody_gets_into_a_job(kind: Any) -> None:
    kind(idle)
    for told in ({"words": "Dear Isaura, your pearls"}, {"row": object()}, {"much": 2**70}, {f"n{at}": "x" * 80 for at in range(40)}):
        with pytest.raises(ValueError):
            verbs.start("tests.work", owner=None, parameters=told)
    with pytest.raises(ValueError):
        verbs.start("tests.work", owner=None, ids=range(verbs.MOST + 1))
    with pytest.raises(LookupError):
        verbs.start("tests.unknown", owner=None)
    assert not Job.objects.exists()


def test_one_person_has_so_many_at_once(kind: Any, anna: User) -> None:
    kind(idle)
    for _job in range(verbs.OPEN_EACH):
        last = verbs.start("tests.work", owner=anna.pk)
    with pytest.raises(Conflict, match="20 jobs"):
        verbs.start("tests.work", owner=anna.pk)

    verbs.cancel(last)

    assert verbs.start("tests.work", owner=anna.pk).pk


def test_a_kind_that_this_release_does_not_know_is_left_to_the_next_one(kind: Any, travel: Travel) -> None:
    kind(idle)
    job = verbs.start("tests.work", owner=None)
    Job.objects.filter(pk=job.pk).update(kind="later.kind")

    assert running.run_due() == 0
    assert now(job).state == "waiting"
    assert selectors.said(now(job)) == "later.kind"


def test_what_waits_is_counted_by_the_probes(kind: Any, travel: Travel) -> None:
    kind(idle)
    verbs.start("tests.work", owner=None)
    verbs.pause(verbs.start("tests.work", owner=None))
    travel.forward(hours=1)

    assert watch.backlogs()["job"].waiting(clock.now()) == (3600.0, 1)


def test_what_is_old_goes_with_its_parts_and_files_before_that(kind: Any, travel: Travel) -> None:
    kind(lambda job: over_parts(job, lambda _ids: Outcome()))
    old = verbs.start("tests.work", owner=None, ids=[1])
    running.run_due()
    travel.forward(days=25)
    verbs.start("tests.work", owner=None, ids=[1])
    travel.forward(days=6)

    assert verbs.sweep() == 1

    assert not Job.objects.filter(pk=old.pk).exists()
    assert JobPart.objects.count() == 1
