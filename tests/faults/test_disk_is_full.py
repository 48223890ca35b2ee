"""The disk for files runs full. Every door says so and keeps nothing half; what was refused comes in when there is room again."""

from __future__ import annotations

import base64
import hashlib
import random
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
import requests

from tests.faults.harm import PROOF, Desk
from tests.faults.room import LEFT, TOO_LARGE
from tests.live.hand import Hand
from tests.live.operator import Operator

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1800)]

MAILBOX = "support@emberfall.example"
TEMPFAIL = 75
NO_ROOM = 507


@pytest.fixture
def door(lasting: Desk) -> Iterator[Hand]:
    """The pipe, as a process that can be limited."""
    with Hand(lasting.instance.env, "tests.faults.deaths") as hand:
        yield hand


def letter(word: str, size: int, chance: random.Random) -> bytes:
    mail = EmailMessage()
    mail["Message-ID"], mail["From"], mail["To"] = f"<{word}@players.example>", f"Bo <{word}@mail.example>", MAILBOX
    mail["Subject"] = f"Saved game, {word}"
    mail.set_content("Here is my saved game.")
    mail.add_attachment(chance.randbytes(size * 3 // 4), "application", "x-save", filename="harbour.sav")
    return mail.as_bytes()


def hook(desk: Desk, word: str, mail: bytes) -> int:
    payload = {"MessageID": word, "OriginalRecipient": MAILBOX, "From": f"{word}@mail.example", "RawEmail": mail.decode()}
    return requests.post(f"{desk.instance.url}/hooks/mail/postmark/inbound", json=payload, auth=PROOF, timeout=60).status_code


@pytest.mark.parametrize("by_limit", [False, True], ids=["a full file system", "a limit on each file"])
def test_no_door_says_stored_and_nothing_is_lost(lasting: Desk, door: Hand, by_limit: bool) -> None:
    word = "limit" if by_limit else "full"
    chance = random.Random(word)
    piped, hooked, file = letter(f"{word}-pipe", TOO_LARGE, chance), letter(f"{word}-hook", TOO_LARGE, chance), chance.randbytes(TOO_LARGE)
    [number] = lasting.tickets(1, f"{word}-desk")
    anna = Operator(lasting.instance.url, "anna")
    anna.post(f"/tickets/{number}/draft/", {"mode": "reply", "text": f"Our map of the {word} harbour."})
    hashes = [hashlib.sha256(content).hexdigest() for content in (piped, hooked, file)]
    rows = "SELECT count(*) FROM base_blob WHERE sha256 = ANY(%s)"

    lasting.room.fill(lasting.instance.running("web").pid, door.pid, by_limit=by_limit)
    assert door.do("pour", mail=base64.b64encode(piped).decode(), mailbox=MAILBOX) == TEMPFAIL
    assert hook(lasting, word, hooked) == NO_ROOM
    refused = anna.attach(number, "map.bin", file)
    assert (refused.status, "this was not stored" in refused.text) == (422, True)
    assert f"Our map of the {word} harbour." in anna.look(f"/tickets/{number}/").text
    assert lasting.rows.one(rows, hashes) == 0
    assert door.do("leftovers") == []
    assert door.do("broken") == []

    lasting.room.free()
    assert door.do("pour", mail=base64.b64encode(piped).decode(), mailbox=MAILBOX) == 0
    assert hook(lasting, word, hooked) == 200
    assert anna.attach(number, "map.bin", file).status == 200
    assert lasting.rows.one(rows, hashes) == len(hashes)
    assert door.do("kept", mail=base64.b64encode(piped).decode()) == ""
    assert door.do("broken") == []
    assert lasting.instance.dead() == []


def test_however_little_room_is_left_a_file_is_whole_or_not_there(lasting: Desk, door: Hand, rounds: range) -> None:
    chance = random.Random("little room")
    for round_ in rounds:
        mail = base64.b64encode(letter(f"little-{round_}", chance.randint(40_000, 400_000), chance)).decode()
        room = chance.randint(4_096, len(mail) * 3 // 4 - 8_192)

        lasting.room.fill(door.pid, left=room)
        assert door.do("pour", mail=mail, mailbox=MAILBOX) == TEMPFAIL
        lasting.room.free()

        assert (door.do("leftovers"), door.do("broken", newest=10)) == ([], [])
        assert door.do("pour", mail=mail, mailbox=MAILBOX) == 0
        assert door.do("kept", mail=mail) == ""


def test_a_worker_without_room_for_a_mails_files_keeps_the_mail_and_tries_again(lasting: Desk, door: Hand) -> None:
    lasting.instance.stop_part("worker")
    chance = random.Random("worker")
    mail = base64.b64encode(letter("no-room-for-files", TOO_LARGE, chance)).decode()
    assert door.do("pour", mail=mail, mailbox=MAILBOX) == 0
    pk = door.do("raw_mail", mail=mail)

    lasting.room.fill(door.pid, left=LEFT // 2)
    assert door.do("understand", pk=pk) == 0
    assert lasting.rows.one("SELECT reason FROM mail_rawmail WHERE id = %s AND processed_at IS NULL AND parked_at IS NULL", pk).startswith(
        "NotKept"
    )
    lasting.room.free()

    assert door.do("understand", pk=pk) == 0
    assert lasting.rows.one("SELECT count(*) FROM mail_rawmail WHERE id = %s AND processed_at IS NOT NULL", pk) == 1
    assert door.do("broken") == []
