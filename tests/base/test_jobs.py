"""Long work: step by step, each saved with its progress; whoever stops it, kills it or takes it over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from helpdesk.base import clock, parking
from helpdesk.base.claims import claim
from helpdesk.base.errors import Conflict
from helpdesk.base.jobs import running, verbs
from helpdesk.base.jobs.kinds import Later, Step
from helpdesk.base.jobs.models import Job
from helpdesk.base.models import Text
from helpdesk.staff.models import Grant, User
from helpdesk.staff.rights import Right
from tests.conftest import Travel
from tests.factories.staff import somebody

pytestmark = pytest.mark.django_db

Work = Callable[[Job], Iterator[Step]]


class Killed(BaseException):
    """What no code expects, as a signal is."""


def writing(
    upto: int = 5, at: Callable[[int], object] = lambda _number: None, before: Callable[[int], object] = lambda _number: None
) -> Work:
    """A row for each number; `before(number)` happens before it is written, `at(number)` after that and before the step is saved."""

    def work(job: Job) -> Iterator[Step]:
        for number in range(job.cursor.get("written", 0), upto):
            before(number)
            Text.objects.create(key=f"{job.pk}:{number}", label="x")
            job.cursor["written"] = number + 1
            at(number)
            yield Step(done=1, changed=1)

    return work


def written() -> list[str]:
    return sorted(Text.objects.filter(label="x").values_list("key", flat=True))


def elsewhere(deed: Callable[[], Any]) -> Any:
    """In another process, as it were: on a connection of its own, at the same time."""

    def alone() -> Any:
        try:
            return deed()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(copy_context().run, alone).result()


def now(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def test_it_is_done_step_by_step_and_says_how_far_it_is(kind: Any) -> None:
    finished: list[int] = []
    kind(writing(3), finish=lambda job: finished.append(job.pk))
    job = verbs.start("tests.work", owner=None, total=3)

    assert running.run_due() == 1

    job = now(job)
    assert (job.state, job.done, job.changed, job.cursor) == ("done", 3, 3, {"written": 3})
    assert job.ended_at is not None and job.claimed_until is None
    assert finished == [job.pk]
    assert running.run_due() == 0


def test_a_worker_killed_in_a_step_loses_nothing_and_does_nothing_twice(kind: Any, travel: Travel) -> None:
    def dies(number: int) -> None:
        if number == 2:
            raise Killed

    kind(writing(5, dies))
    job = verbs.start("tests.work", owner=None, total=5)
    with pytest.raises(Killed):
        running.run_due()
    assert (written(), now(job).done) == ([f"{job.pk}:0", f"{job.pk}:1"], 2)
    kind(writing(5))

    assert running.run_due() == 0  # the dead one's lease runs
    travel.forward(minutes=11)
    assert running.run_due() == 1

    assert written() == [f"{job.pk}:{number}" for number in range(5)]
    assert now(job).done == 5


def test_two_workers_never_take_one_job(kind: Any, travel: Travel) -> None:
    kind(writing(2))
    job = verbs.start("tests.work", owner=None)
    assert claim(Job.objects.all(), limit=1, lease=running.LEASE) == [job.pk]

    assert running.run_due() == 0
    assert written() == []


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_slept_past_its_lease_changes_nothing(kind: Any, travel: Travel) -> None:
    """The other one has taken the job over and done it; what the first wrote meanwhile meets the second's rows, and is undone."""

    def sleeps(number: int) -> None:
        if number == 1:
            travel.forward(minutes=11)
            kind(writing(5))
            assert elsewhere(running.run_due) == 1

    kind(writing(5, before=sleeps))
    job = verbs.start("tests.work", owner=None, total=5)

    assert running.run_due() == 0

    assert written() == [f"{job.pk}:{number}" for number in range(5)]
    assert (now(job).state, now(job).done) == ("done", 5)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("verb", "state"), [(verbs.pause, "paused"), (verbs.cancel, "cancelled")])
def test_who_stops_it_in_the_middle_of_a_step_undoes_that_step(kind: Any, verb: Callable[[Job], Job], state: str) -> None:
    def at(number: int) -> None:
        if number == 1:
            elsewhere(lambda: verb(job))

    kind(writing(3, at))
    job = verbs.start("tests.work", owner=None, total=3)

    assert running.run_due() == 0

    assert written() == [f"{job.pk}:0"]
    assert (now(job).state, now(job).done, now(job).cursor) == (state, 1, {"written": 1})


@pytest.mark.django_db(transaction=True)
def test_paused_and_let_go_on_within_one_step_that_step_is_done_once(kind: Any) -> None:
    stopped: list[Job] = []

    def at(number: int) -> None:
        if number == 1 and not stopped:
            stopped.append(elsewhere(lambda: verbs.resume(verbs.pause(job))))

    kind(writing(3, at))
    job = verbs.start("tests.work", owner=None, total=3)

    assert running.run_due() == 1

    assert written() == [f"{job.pk}:{number}" for number in range(3)]
    assert now(job).done == 3


def test_paused_it_stands_still_and_goes_on_where_it_was(kind: Any, travel: Travel) -> None:
    kind(writing(3))
    job = verbs.start("tests.work", owner=None, total=3)
    verbs.pause(job)
    travel.forward(days=3)
    assert running.run_due() == 0
    with pytest.raises(Conflict):
        verbs.pause(job)

    verbs.resume(job)

    assert running.run_due() == 1
    with pytest.raises(Conflict):
        verbs.cancel(job)
    with pytest.raises(Conflict):
        verbs.resume(job)


def test_what_is_cancelled_never_goes_on(kind: Any, travel: Travel) -> None:
    kind(writing(3))
    job = verbs.start("tests.work", owner=None)
    verbs.cancel(job)
    travel.forward(hours=1)

    assert running.run_due() == 0
    assert (now(job).state, now(job).why) == ("cancelled", "asked")
    assert written() == []


def test_it_waits_for_its_time(kind: Any, travel: Travel) -> None:
    kind(writing(1))
    job = verbs.start("tests.work", owner=None, due_at=clock.now() + timedelta(hours=24))
    assert running.run_due() == 0

    verbs.hurry(job)

    assert running.run_due() == 1


def test_what_cannot_be_done_yet_comes_later_and_is_no_failure(kind: Any, travel: Travel) -> None:
    def work(_job: Job) -> Iterator[Step]:
        if clock.now() < later:
            raise Later(timedelta(minutes=5))
        yield Step(done=1)

    later = clock.now() + timedelta(minutes=14)
    kind(work)
    job = verbs.start("tests.work", owner=None)
    for _try in range(3):
        assert running.run_due() == 0
        assert (now(job).attempts, now(job).reason) == (0, "")
        travel.forward(minutes=5)

    assert running.run_due() == 1


def bad_row() -> Step:
    raise ValueError("a bad row")


def fails(_job: Job) -> Iterator[Step]:
    yield bad_row()


def test_a_step_that_fails_again_and_again_is_parked_and_holds_up_nobody(kind: Any, travel: Travel) -> None:
    kind(fails)
    kind(writing(1), name="tests.good")
    bad = verbs.start("tests.work", owner=None)
    good = verbs.start("tests.good", owner=None)

    assert running.run_due() == 1
    assert now(good).state == "done"
    assert (now(bad).state, now(bad).attempts, now(bad).reason) == ("running", 1, "ValueError: a bad row")
    for _try in range(2):
        travel.forward(hours=1)
        running.run_due()

    lot = parking.lot(running.LOT)
    assert lot is not None
    assert [(one.pk, one.reason) for one in parking.newest(5, [lot])] == [(bad.pk, "ValueError: a bad row")]
    travel.forward(days=1)
    assert running.run_due() == 0
    kind(writing(1))
    assert lot.retry([bad.pk, good.pk]) == 1
    assert running.run_due() == 1
    assert (now(bad).state, now(bad).reason) == ("done", "")


def test_an_end_that_fails_is_tried_again_like_any_step(kind: Any, travel: Travel) -> None:
    kind(writing(1), finish=lambda _job: bad_row())
    job = verbs.start("tests.work", owner=None, total=1)
    for _try in range(3):
        running.run_due()
        travel.forward(minutes=5)

    assert (now(job).state, now(job).done, now(job).reason) == ("parked", 1, "ValueError: a bad row")


def test_a_parked_one_can_be_given_up(kind: Any, travel: Travel) -> None:
    kind(fails, tries=1)
    job = verbs.start("tests.work", owner=None)
    running.run_due()

    assert verbs.give_up(job.pk)
    assert not verbs.give_up(job.pk)
    assert now(job).state == "cancelled"


def test_a_step_that_kills_its_workers_is_parked_too(kind: Any, travel: Travel) -> None:
    def kill() -> Step:
        raise Killed

    def work(_job: Job) -> Iterator[Step]:
        yield kill()

    kind(work)
    job = verbs.start("tests.work", owner=None)
    for _worker in range(3):
        with pytest.raises(Killed):
            running.run_due()
        travel.forward(minutes=11)

    assert running.run_due() == 0
    assert (now(job).state, now(job).reason) == ("parked", running.KILLED)


def test_where_it_must_be_done_it_is_tried_for_as_long_as_it_takes(kind: Any, travel: Travel) -> None:
    kind(fails, tries=None)
    job = verbs.start("tests.work", owner=None)
    for _try in range(30):
        running.run_due()
        travel.forward(hours=7)

    assert (now(job).state, now(job).attempts) == ("running", 30)


def test_a_long_one_holds_up_no_short_one(kind: Any, travel: Travel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "SLICE", 0.0)
    order: list[str] = []

    def work(job: Job) -> Iterator[Step]:
        for number in range(job.cursor.get("at", 0), job.total):
            order.append("long" if job.total > 2 else "short")
            job.cursor["at"] = number + 1
            travel.forward(seconds=1)
            yield Step(done=1)

    kind(work)
    verbs.start("tests.work", owner=None, total=6)
    verbs.start("tests.work", owner=None, total=2)

    assert running.run_due() == 2
    assert order == ["long", "short", "long", "short", "long", "long", "long", "long"]


@pytest.mark.parametrize("lost", ["right", "account"])
def test_who_may_not_do_it_any_more_does_it_no_further(kind: Any, travel: Travel, monkeypatch: pytest.MonkeyPatch, lost: str) -> None:
    monkeypatch.setattr(running, "SLICE", 0.0)
    greta = somebody(Right.VIEW, Right.BULK, name="Greta Blum")

    def at(number: int) -> None:
        if number == 1 and lost == "right":
            Grant.objects.filter(user=greta).delete()
        if number == 1 and lost == "account":
            User.objects.filter(pk=greta.pk).update(is_active=False)

    kind(writing(5, at), right=Right.BULK)
    job = verbs.start("tests.work", owner=greta.pk, total=5)

    running.run_due()

    assert (now(job).state, now(job).why, now(job).done) == ("cancelled", lost, 2)
