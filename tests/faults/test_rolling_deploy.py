"""A release moves in while the former one works: its schema first, under processes that know nothing of it, then part by part.

The former release is the commit in `former.txt`, out of this repository's own history.
"""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from helpdesk.dev.data_dir import ROOT
from helpdesk.dev.instance import Instance
from tests.faults.harm import PROOF, Desk
from tests.faults.room import Room
from tests.faults.traffic import Traffic
from tests.live.hand import Hand
from tests.live.rows import Rows
from tests.live.smtp import Mailbox

pytestmark = pytest.mark.faults

PARTS = ("web", "worker", "beat")
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
    folder, mailbox = Path(tempfile.mkdtemp(prefix="rolling-")), Mailbox()
    room = Room(folder / "files")
    environment = {"UNDO_WINDOW": "0", "EMAIL_PORT": str(mailbox.port), "EMAIL_TIMEOUT": "60", "LOG_LEVEL": "INFO"}
    environment |= {"MEDIA_ROOT": str(room.folder), "ANYMAIL_WEBHOOK_SECRET": ":".join(PROOF)}
    instance = Instance(folder, parts=PARTS, environment=environment, root=former)
    try:
        instance.start_servers()
        instance.migrate()
        rows = Rows(lambda: instance.database_url)
        with Hand(instance.env, root=former) as hand:
            hand.do("studio")
            for part in PARTS:
                instance.start_part(part)
            yield Desk(instance, mailbox, hand, rows, room)
        rows.close()
    finally:
        mailbox.close()
        instance.discard()
        room.close()
        shutil.rmtree(folder, ignore_errors=True)


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
