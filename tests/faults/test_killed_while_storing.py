"""A process is killed while it stores bytes. Nothing that is cut is ever taken for whole, and the next try has all of it."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator
from email.message import EmailMessage
from signal import SIGKILL

import pytest

from tests.faults.harm import Desk
from tests.live.hand import Hand

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1800)]

MAILBOX = "support@emberfall.example"
POINTS = {  # where the process dies, and how often it may come by
    "blob.opened": 1,
    "blob.half": 6,
    "blob.written": 1,
    "blob.synced": 1,
    "blob.renamed": 1,
    "blob.before_row": 1,
    "blob.after_row": 1,
    "mail.stored": 1,
}
FILES = 2  # of each mail


@pytest.fixture(scope="module")
def still(running: Desk) -> Iterator[Desk]:
    """The desk without its worker, so that nobody else reads the mails."""
    running.instance.stop_part("worker")
    yield running
    running.mend()


@pytest.fixture(scope="module")
def mortal(still: Desk) -> Iterator[Hand]:
    """A process whose children die."""
    with Hand(still.instance.env, "tests.faults.deaths") as hand:
        yield hand


def letter(word: str, chance: random.Random) -> str:
    """A mail of its own with two files, in base64."""
    mail = EmailMessage()
    mail["Message-ID"], mail["From"], mail["To"] = f"<{word}@players.example>", f"Ida <{word}@mail.example>", MAILBOX
    mail["Subject"] = f"The lantern, {word}"
    mail.set_content("It went out when I crossed the bridge.")
    for number in range(FILES):
        mail.add_attachment(chance.randbytes(chance.randint(9_000, 30_000)), "application", "x-save", filename=f"{word}-{number}.sav")
    return base64.b64encode(mail.as_bytes()).decode()


@pytest.mark.parametrize("point", POINTS)
def test_a_door_that_dies_has_said_nothing_and_the_next_try_brings_all(still: Desk, mortal: Hand, rounds: range, point: str) -> None:
    chance = random.Random(point)
    mails = [letter(f"{point.replace('.', '-')}-{round_}", chance) for round_ in rounds]

    for mail in mails:
        assert mortal.do("pour", mail=mail, mailbox=MAILBOX, at=f"{point}:{chance.randint(1, POINTS[point])}") == -SIGKILL
        assert mortal.do("broken") == []
        assert mortal.do("pour", mail=mail, mailbox=MAILBOX) == 0
        assert mortal.do("kept", mail=mail) == ""

    _all_become_tickets(still, mortal, mails)


def test_one_that_dies_at_any_moment(still: Desk, mortal: Hand, rounds: range) -> None:
    chance = random.Random("any moment")
    mails = [letter(f"moment-{round_}", chance) for round_ in rounds]

    ends = []
    for mail in mails:
        ends.append(mortal.do("pour", mail=mail, mailbox=MAILBOX, after=chance.uniform(0.001, 0.06)))
        assert ends[-1] in {-SIGKILL, 0}
        assert mortal.do("broken") == []
        assert mortal.do("pour", mail=mail, mailbox=MAILBOX) == 0
        assert mortal.do("kept", mail=mail) == ""

    assert -SIGKILL in ends
    _all_become_tickets(still, mortal, mails)


@pytest.mark.parametrize("point", ["blob.opened", "blob.half:4", "blob.synced", "blob.renamed", "blob.after_row"])
def test_a_worker_that_dies_over_a_mails_files_reads_it_again(still: Desk, mortal: Hand, rounds: range, point: str) -> None:
    chance = random.Random(f"worker {point}")  # files of its own: those that are there already are not written
    mails = [letter(f"worker-{point.replace('.', '-').replace(':', '-')}-{round_}", chance) for round_ in rounds]

    for mail in mails:
        assert mortal.do("pour", mail=mail, mailbox=MAILBOX) == 0
        pk = mortal.do("raw_mail", mail=mail)
        assert mortal.do("understand", pk=pk, at=point) == -SIGKILL
        assert mortal.do("broken") == []
        assert mortal.do("understand", pk=pk) == 0

    _all_become_tickets(still, mortal, mails)


def test_a_sweep_that_dies_between_the_file_and_the_row_harms_nobody(still: Desk, mortal: Hand, rounds: range) -> None:
    chance = random.Random("sweep")
    for round_ in rounds:
        mail = letter(f"sweep-{round_}", chance)
        assert mortal.do("pour", mail=mail, mailbox=MAILBOX, at="blob.renamed") == -SIGKILL  # a file that nobody uses
        assert mortal.do("sweep", at="blob.file_gone") == -SIGKILL

        assert mortal.do("broken", used=True) == []  # a row without its file may be left, which nobody uses
        assert mortal.do("pour", mail=mail, mailbox=MAILBOX) == 0
        assert mortal.do("kept", mail=mail) == ""
        assert mortal.do("sweep") == 0
        assert mortal.do("broken") == []
        assert mortal.do("kept", mail=mail) == ""


def _all_become_tickets(desk: Desk, mortal: Hand, mails: list[str]) -> None:
    """Each mail one message with both of its files, every file whole; nothing half is left when the sweep has been by."""
    for mail in mails:
        mortal.do("understand", pk=mortal.do("raw_mail", mail=mail))
    ids = [base64.b64decode(mail).decode().partition("Message-ID: ")[2].partition("\n")[0] for mail in mails]
    found = "SELECT m.message_id, count(a.blob_id) FROM tickets_message m JOIN tickets_attachment a ON a.message_id = m.id"
    found += " WHERE m.message_id = ANY(%s) AND m.kind = 'inbound' GROUP BY m.id"
    assert dict(desk.rows.all(found, ids)) == dict.fromkeys(ids, FILES)
    assert desk.rows.one("SELECT count(*) FROM tickets_message WHERE message_id = ANY(%s)", ids) == len(ids)
    assert mortal.do("broken") == []
    left = mortal.do("leftovers")
    assert mortal.do("sweep_leftovers_later") == len(left)
    assert mortal.do("leftovers") == []
