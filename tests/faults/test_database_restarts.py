"""The database goes down in the middle of the work and comes back. What it confirmed is there, once."""

from __future__ import annotations

from signal import SIGINT, SIGQUIT

import pytest

from tests.faults.harm import Desk
from tests.faults.traffic import Traffic
from tests.live.waiting import until

pytestmark = pytest.mark.faults


@pytest.mark.parametrize(("name", "how"), [("fast", SIGINT), ("immediate", SIGQUIT)])
def test_nothing_is_lost_and_nothing_comes_twice(desk: Desk, name: str, how: int) -> None:
    numbers = desk.tickets(6, name)

    with Traffic(desk, name, tickets=numbers, patient=True) as traffic:
        traffic.wait_for_more(1, 2)
        desk.instance.kill("postgres", how, whole=False)
        until(lambda: not desk.instance.alive("postgres"), "the database to be down")
        refused = traffic.pipe.refused
        traffic.wait_until(lambda: traffic.clerk.met and traffic.pipe.refused > refused, "both to have met that")
        desk.instance.restart("postgres")
        traffic.wait_for_more(1, 2)

    replies = desk.replies(traffic)
    assert len(replies) == len(traffic.clerk.answered)  # he wrote none of them twice
    desk.let_orphans_lapse()
    states, arrivals = desk.at_rest(replies), desk.arrivals(replies)
    assert set(states) <= {"sent", "uncertain"}
    assert {times for state, times in zip(states, arrivals, strict=True) if state == "sent"} == {1}
    assert max(arrivals) == 1
    assert set(desk.received(traffic)) == {1}
    assert desk.hand.do("wrong_waits") == []
    assert desk.instance.dead() == []
