"""The drill: a desk is backed up at work, as `docs/operate.md` says, and restored elsewhere. All is there, and it speaks to nobody."""

from __future__ import annotations

import base64
import hashlib
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk.dev.instance import Instance
from helpdesk.dev.postgres import PostgresServer
from tests.faults.harm import Desk
from tests.faults.test_disk_is_full import MAILBOX, letter
from tests.live.hand import Hand
from tests.live.operator import Operator
from tests.live.rows import Rows
from tests.live.waiting import until

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]

WORD = "drill"
MAILS = 4
MESSAGES = "SELECT id, ticket_id, kind, state, text, raw_id FROM tickets_message ORDER BY id"
FILES = (
    "SELECT a.id, t.number, b.sha256 FROM tickets_attachment a JOIN base_blob b ON b.id = a.blob_id"
    " JOIN tickets_ticket t ON t.id = a.ticket_id JOIN tickets_message m ON m.id = a.message_id WHERE m.message_id LIKE %s ORDER BY a.id"
)


class Copy:
    """What was carried away: a dump, and the files."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        postgres = desk.instance.servers["postgres"]
        assert isinstance(postgres, PostgresServer)
        self.desk = desk
        self.programs = postgres.programs
        self.dump, self.files = folder / "helpdesk.dump", folder / "media"

    def take_database(self) -> None:
        self._run("pg_dump", "-Fc", "-f", str(self.dump), self.desk.instance.database_url)

    def take_files(self) -> None:
        shutil.copytree(self.desk.room.folder, self.files)

    def restore(self, database: str) -> str:
        """Into a new database; its address."""
        self.desk.rows.do(f"DROP DATABASE IF EXISTS {database}")
        self.desk.rows.do(f"CREATE DATABASE {database}")
        address = self.desk.instance.database_url.rpartition("/")[0] + f"/{database}"
        self._run("pg_restore", "-d", address, "--clean", "--if-exists", "--exit-on-error", str(self.dump))
        return address

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run([str(self.programs / program), *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.fixture
def copy(lasting: Desk, tmp_path: Path) -> Iterator[Copy]:
    yield Copy(lasting, tmp_path)
    lasting.rows.do("DROP DATABASE IF EXISTS restored WITH (FORCE)")


def test_a_restored_desk_has_everything_and_speaks_to_nobody(lasting: Desk, copy: Copy, tmp_path: Path) -> None:
    chance = random.Random(WORD)
    mails = [letter(f"{WORD}-{number}", 60_000, chance) for number in range(MAILS + 1)]
    with Hand(lasting.instance.env, "tests.faults.deaths") as pipe:

        def pour(mail: bytes) -> None:
            assert pipe.do("pour", mail=base64.b64encode(mail).decode(), mailbox=MAILBOX) == 0

        for mail in mails[:MAILS]:
            pour(mail)
        until(lambda: len(lasting.rows.all(FILES, f"<{WORD}-%")) == MAILS, "the mails to be read", seconds=60)
        lasting.instance.stop_part("worker")
        [number] = lasting.tickets(1, WORD)
        waiting = lasting.hand.do("write_reply", number=number, text="This had not left when the copy was taken.")

        copy.take_database()
        messages, files = lasting.rows.all(MESSAGES), lasting.rows.all(FILES, f"<{WORD}-%")
        pour(mails[MAILS])  # comes in between the two: its file is in the copy, its row is not
        copy.take_files()
    arrived = lasting.mailbox.ids()

    address = copy.restore("restored")
    elsewhere = Instance(
        tmp_path / "elsewhere",
        parts=("web",),
        database_url=address,
        redis_url=lasting.instance.redis_url.rpartition("/")[0] + "/7",
        environment={"MEDIA_ROOT": str(copy.files), "OUTWARD": "off", "EMAIL_PORT": str(lasting.mailbox.port)},
    )
    rows = Rows(lambda: address)
    with elsewhere:
        checked = elsewhere.manage("check_blobs", check=False)
        assert (checked.returncode, b"all of them are whole" in checked.stdout) == (0, True), checked.stdout + checked.stderr
        assert rows.all(MESSAGES) == messages
        assert rows.one("SELECT state FROM tickets_message WHERE id = %s", waiting) == "queued"
        anna = Operator(elsewhere.url, "anna")
        for pk, ticket, sha256 in files:
            assert "Here is my saved game." in anna.look(f"/tickets/{ticket}/").text
            assert hashlib.sha256(anna.fetch(f"/files/{pk}/harbour.sav?download")).hexdigest() == sha256

        again = elsewhere.manage("receive_mail", "--mailbox", MAILBOX, stdin=mails[MAILS], check=False)  # the mail server brings it again
        assert again.returncode == 0, again.stderr
        assert elsewhere.manage("check_blobs", check=False).returncode == 0

        (copy.files / "blobs" / files[0][2][:2] / files[0][2][2:4] / files[0][2]).unlink()
        checked = elsewhere.manage("check_blobs", check=False)
        assert checked.returncode == 1
        assert f"{files[0][2]}: the storage has lost it; used by tickets.Attachment.blob {files[0][0]}" in checked.stdout.decode()
    rows.close()
    assert lasting.mailbox.ids() == arrived
