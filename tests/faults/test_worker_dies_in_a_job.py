"""A worker is killed in the middle of a change of many tickets. Each is changed once, and the count is right."""

from __future__ import annotations

import pytest

from tests.faults.harm import Desk
from tests.live.waiting import until

pytestmark = pytest.mark.faults

CROWD = 2000
DONE = "SELECT done FROM jobs_job WHERE id = %s"
TAKEN = "SELECT count(*) FROM tickets_event WHERE kind = 'ticket.assigned' AND ticket_id = ANY(%s)"
TWICE = "SELECT ticket_id FROM tickets_event WHERE kind = 'ticket.assigned' AND ticket_id = ANY(%s) GROUP BY 1 HAVING count(*) <> 1"


def test_every_ticket_of_a_job_is_changed_once(desk: Desk) -> None:
    job, *crowd = desk.hand.do("change_of_many", count=CROWD)
    until(lambda: desk.rows.one(DONE, job), "the first step to be done")

    with desk.rows.another() as bystander:
        bystander.execute("LOCK TABLE jobs_jobpart IN SHARE MODE")  # a step stops with its tickets changed and nothing saved
        desk.wait_blocked("jobs_jobpart", "a worker in the middle of a step")
        desk.instance.kill("worker")
    done = desk.rows.one(DONE, job)
    assert 0 < done < CROWD
    assert desk.rows.one(TAKEN, crowd) == done

    desk.instance.restart("worker")
    desk.let_leases_lapse()
    until(lambda: desk.rows.one("SELECT state FROM jobs_job WHERE id = %s", job) == "done", "the job to be done", seconds=120)

    assert desk.rows.all("SELECT done, changed, refused, skipped FROM jobs_job WHERE id = %s", job) == [(CROWD, CROWD, 0, 0)]
    assert desk.rows.one(TAKEN, crowd) == CROWD
    assert desk.rows.all(TWICE, crowd) == []
    desk.rows.do("DELETE FROM tickets_delivery WHERE ticket_id = ANY(%s)", crowd)  # what subscribers make of it is another story
