"""One running desk for all faults. Each test finds it whole, makes tickets of its own and leaves it whole.

FAULT_ROUNDS says how often each fault is tried. A test that kills and restarts the desk's processes is run once for ten of them; one whose
rounds are short goes through all of them by itself.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from helpdesk.dev.data_dir import ROOT
from helpdesk.dev.instance import Instance
from tests.faults.harm import PROOF, Desk
from tests.faults.room import Room
from tests.live.hand import Hand
from tests.live.rows import Rows
from tests.live.smtp import Mailbox

PARTS = ("web", "worker", "beat")
ROUNDS = int(os.environ.get("FAULT_ROUNDS") or 3)


@contextmanager
def raised(root: Path) -> Iterator[Desk]:
    """Web, worker and beat of the code at `root` on servers of their own; mail goes to a mail server of ours. No undo window, so that
    replies leave at once."""
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    mailbox = Mailbox()
    room = Room(folder / "files")
    environment = {"UNDO_WINDOW": "0", "EMAIL_PORT": str(mailbox.port), "EMAIL_TIMEOUT": "60", "LOG_LEVEL": "INFO"}
    environment |= {"MEDIA_ROOT": str(room.folder), "ANYMAIL_WEBHOOK_SECRET": ":".join(PROOF)}
    instance = Instance(folder, parts=PARTS, environment=environment, root=root)
    try:
        instance.start_servers()
        rows = Rows(lambda: instance.database_url)
        rows.do("ALTER DATABASE helpdesk SET synchronous_commit = on")  # what the server confirmed must outlive its crash, as in production
        instance.migrate()
        with Hand(instance.env, root=root) as hand:
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


@pytest.fixture(scope="session")
def running() -> Iterator[Desk]:
    with raised(ROOT) as desk:
        yield desk


@pytest.fixture(params=range(max(1, ROUNDS // 10)), ids=lambda turn: f"round {turn + 1}")
def desk(running: Desk, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """The desk for one round; the test is run again for the next one."""
    running.turn = request.param
    yield from _whole(running)


@pytest.fixture
def lasting(running: Desk) -> Iterator[Desk]:
    """The desk for a test that goes through its `rounds` by itself."""
    running.turn = 0
    yield from _whole(running)


@pytest.fixture(scope="session")
def rounds() -> range:
    return range(ROUNDS)


def _whole(desk: Desk) -> Iterator[Desk]:
    desk.mailbox.stalling = ""
    desk.mend()
    yield desk
    print(desk.activity())  # shown, as the logs are, when the test failed
    for part in ("beat", "worker", "web"):
        print(f"--- {part}\n{desk.instance.log(part)[-4000:]}")
    desk.room.free()
    desk.mailbox.stalling = ""
    desk.mend()
