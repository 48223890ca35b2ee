"""A worker is killed in the middle of thousands of timers. All tickets move, each of them once."""

from __future__ import annotations

import pytest

from tests.faults.harm import Desk
from tests.live.waiting import until

pytestmark = pytest.mark.faults

FIRST, CROWD, TOLD = 500, 2000, 200
UNHEARD = "SELECT count(*) FROM tickets_delivery WHERE ticket_id = ANY(%s)"
MOVED = "SELECT count(*) FROM tickets_event WHERE kind = 'ticket.moved' AND ticket_id = ANY(%s)"
TWICE = "SELECT ticket_id FROM tickets_event WHERE kind = 'ticket.moved' AND ticket_id = ANY(%s) GROUP BY 1 HAVING count(*) <> 1"


def test_every_due_timer_moves_its_ticket_once(desk: Desk) -> None:
    crowd = desk.hand.do("answered_crowd", count=FIRST)
    until(lambda: desk.rows.one(MOVED, crowd) == FIRST, "the first batch to be moved")

    with desk.rows.another() as bystander:
        bystander.execute("LOCK TABLE tickets_event IN SHARE MODE")  # a batch stops with its timers gone and its tickets moved
        crowd += desk.hand.do("answered_crowd", count=CROWD - FIRST)
        desk.wait_blocked("tickets_event", "a worker in the middle of a batch")
        desk.instance.kill("worker")
    assert desk.rows.one(MOVED, crowd) == FIRST

    desk.instance.restart("worker")
    desk.let_leases_lapse()
    until(lambda: desk.rows.one(MOVED, crowd) >= CROWD, "all tickets moved", seconds=60)

    assert desk.rows.all(TWICE, crowd) == []
    assert desk.rows.all("SELECT status, count(*) FROM tickets_ticket WHERE id = ANY(%s) GROUP BY 1", crowd) == [("resolved", CROWD)]
    next_silence = "SELECT count(*) FROM tickets_timer WHERE ticket_id = ANY(%s) AND kind = 'lifecycle.silence' AND due_at > now()"
    assert desk.rows.one(next_silence, crowd) == CROWD
    desk.rows.do("DELETE FROM tickets_delivery WHERE ticket_id = ANY(%s)", crowd)  # what subscribers make of it is another story


def test_a_subscriber_hears_each_event_once_although_its_worker_dies(desk: Desk) -> None:
    desk.instance.kill("worker")
    crowd = desk.hand.do("answered_crowd", count=TOLD)
    desk.hand.do("fire_timers")
    assert desk.rows.one(UNHEARD, crowd) >= TOLD

    with desk.rows.another() as bystander:
        bystander.execute("LOCK TABLE tickets_timer IN SHARE ROW EXCLUSIVE MODE")  # a subscriber stops where it arms its timer
        desk.instance.restart("worker")
        desk.wait_blocked("tickets_timer", "a subscriber in the middle of its work")
        desk.instance.kill("worker")
    desk.instance.restart("worker")
    desk.let_leases_lapse()
    until(lambda: not desk.rows.one(UNHEARD, crowd), "the deliveries that were left to be heard", seconds=60)

    armed = "SELECT count(*) FROM tickets_timer WHERE ticket_id = ANY(%s) AND kind = 'surveys.invite'"
    assert desk.rows.one(armed, crowd) == TOLD
