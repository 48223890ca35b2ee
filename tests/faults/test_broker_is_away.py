"""The broker dies in the middle of the work and comes back empty. Nobody sees an error page, and nothing is left undone."""

from __future__ import annotations

from collections.abc import Callable
from signal import SIGCONT, SIGSTOP

import pytest

from tests.faults.harm import Desk
from tests.faults.traffic import Traffic

pytestmark = pytest.mark.faults

PATIENCE = 20  # seconds a click may take on a busy machine; hanging on the broker would take longer


def dies(desk: Desk) -> Callable[[], None]:
    desk.instance.kill("valkey")
    return lambda: desk.instance.restart("valkey")


def hangs(desk: Desk) -> Callable[[], None]:
    """Worse than dead: it takes connections and answers nothing."""
    desk.instance.kill("valkey", SIGSTOP)
    return lambda: desk.instance.kill("valkey", SIGCONT)


@pytest.mark.parametrize("goes", [dies, hangs])
def test_work_goes_on_without_the_broker(desk: Desk, goes: Callable[[Desk], Callable[[], None]]) -> None:
    numbers = desk.tickets(6, goes.__name__)

    with Traffic(desk, goes.__name__, tickets=numbers, patient=False) as traffic:
        traffic.wait_for_more(1, 2)
        comes_back = goes(desk)
        try:
            traffic.wait_for_more(2, 6)  # the first of these may have been under way; the others meet nothing but silence
        finally:
            comes_back()
        traffic.wait_for_more(1, 2)

    assert [answer for answer in traffic.clerk.operator.answers if answer.broken or answer.seconds > PATIENCE] == []
    assert traffic.pipe.refused == 0
    replies = desk.replies(traffic)
    assert len(replies) == len(traffic.clerk.answered)
    assert set(desk.at_rest(replies)) == {"sent"}
    assert set(desk.arrivals(replies)) == {1}
    assert set(desk.received(traffic)) == {1}
    assert desk.instance.dead() == []
