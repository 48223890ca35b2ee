"""One running desk for all faults. Each test finds it whole, makes tickets of its own and leaves it whole."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk.dev.instance import Instance
from tests.faults.harm import Desk
from tests.live.hand import Hand
from tests.live.rows import Rows
from tests.live.smtp import Mailbox

PARTS = ("web", "worker", "beat")


@pytest.fixture(scope="session")
def running() -> Iterator[Desk]:
    """Web, worker and beat on servers of their own; mail goes to a mail server of ours. No undo window, so that replies leave at once."""
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    mailbox = Mailbox()
    environment = {"UNDO_WINDOW": "0", "EMAIL_PORT": str(mailbox.port), "EMAIL_TIMEOUT": "60", "LOG_LEVEL": "INFO"}
    instance = Instance(folder, parts=PARTS, environment=environment)
    try:
        instance.start_servers()
        rows = Rows(lambda: instance.database_url)
        rows.do("ALTER DATABASE helpdesk SET synchronous_commit = on")  # what the server confirmed must outlive its crash, as in production
        instance.migrate()
        with Hand(instance.env) as hand:
            hand.do("studio")
            for part in PARTS:
                instance.start_part(part)
            yield Desk(instance, mailbox, hand, rows)
        rows.close()
    finally:
        mailbox.close()
        instance.discard()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def desk(running: Desk) -> Iterator[Desk]:
    running.mailbox.stalling = ""
    running.mend()
    yield running
    print(running.activity())  # shown, as the logs are, when the test failed
    for part in ("beat", "worker"):
        print(f"--- {part}\n{running.instance.log(part)[-4000:]}")
    running.mailbox.stalling = ""
    running.mend()
