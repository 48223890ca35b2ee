"""A release moves in while the former one works: its schema first, under processes that know nothing of it, then part by part.

The former release is the commit in `former.txt`, out of this repository's own history.
"""

from __future__ import annotations

import subprocess
import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from helpdesk.dev.data_dir import ROOT
from tests.faults.conftest import raised
from tests.faults.harm import Desk
from tests.faults.traffic import Traffic
from tests.live.hand import Hand

pytestmark = pytest.mark.faults

FORMER = (Path(__file__).parent / "former.txt").read_text().strip()


@pytest.fixture
def former(tmp_path: Path) -> Path:
    """The code of the former release."""
    packed = subprocess.run(["git", "archive", FORMER], cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        archive.extractall(tmp_path / "former", filter="data")
    return tmp_path / "former"


@pytest.fixture
def old_desk(former: Path) -> Iterator[Desk]:
    """The former release at work."""
    with raised(former) as desk:
        yield desk


def test_nothing_is_lost_while_a_release_moves_in(old_desk: Desk) -> None:
    instance = old_desk.instance
    numbers = old_desk.tickets(6, "rolling")

    with Traffic(old_desk, "rolling", tickets=numbers, patient=True) as traffic:
        traffic.wait_for_more(1, 2)
        instance.root = ROOT
        instance.migrate()  # under the former release's processes
        traffic.wait_for_more(2, 3)
        met = traffic.clerk.met
        assert met == 0, "The former release drew an error page on the new schema."
        for part in ("worker", "web", "beat"):
            instance.restart(part)
            traffic.wait_for_more(1, 2)

    with Hand(instance.env) as hand:
        desk = Desk(instance, old_desk.mailbox, hand, old_desk.rows, old_desk.room)
        replies = desk.replies(traffic)
        assert len(replies) == len(traffic.clerk.answered)
        desk.let_orphans_lapse()
        states, arrivals = desk.at_rest(replies), desk.arrivals(replies)
        assert set(states) <= {"sent", "uncertain"}
        assert {times for state, times in zip(states, arrivals, strict=True) if state == "sent"} == {1}
        assert set(desk.received(traffic)) == {1}
        assert hand.do("wrong_waits") == []
    parked = old_desk.rows.all("SELECT subscriber, error FROM tickets_delivery WHERE parked_at IS NOT NULL")
    assert parked == []
    assert instance.dead() == []
