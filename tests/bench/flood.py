"""A thousand mails made to hurt are poured into a running desk; meanwhile a normal mail becomes a ticket and a reply leaves.

    python -m tests.bench.flood [--mails 1000] [--scale 0.05]

It starts a desk of its own (servers, web, workers, beat), hands the mails in by a provider's signed webhook as fast as the desk takes
them, and every few seconds one ordinary mail and one reply, until all are poured and for a while after. Prints how long the ordinary ones
took, and exits with 1 if one took more than 20 s.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import secrets
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, cycle, islice
from pathlib import Path

import requests

from helpdesk.dev.instance import Instance
from tests.bench.figures import share
from tests.factories.hostile import KINDS
from tests.live.hand import Hand
from tests.live.rows import Rows
from tests.live.smtp import Mailbox
from tests.live.waiting import until

PARTS = ("web", "worker", "mail", "beat")
BUDGET = 20.0  # seconds
PATIENCE = 300.0
PAUSE = 3.0  # seconds between two ordinary ones
POURERS = 3
KEY = "signing-key-of-the-flood"
HOME = "support@emberfall.example"


class Pourer(threading.Thread):
    """Hands mails in until there are no more."""

    def __init__(self, url: str, mails: Iterator[bytes], lock: threading.Lock) -> None:
        super().__init__(daemon=True)
        self.url, self._mails, self._lock = url, mails, lock
        self.poured: list[int] = []  # statuses

    def run(self) -> None:
        while True:
            with self._lock:
                raw = next(self._mails, None)
            if raw is None:
                return
            self.poured.append(hand_in(self.url, raw))


def hand_in(url: str, raw: bytes) -> int:
    timestamp, token = str(int(time.time())), secrets.token_hex(25)
    proof = hmac.new(KEY.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    fields = {"timestamp": timestamp, "token": token, "signature": proof, "recipient": HOME}
    files = {name: (None, value.encode()) for name, value in fields.items()} | {"body-mime": (None, raw)}
    return requests.post(f"{url}/hooks/mail/mailgun/inbound/mime", files=files, timeout=PATIENCE).status_code


def ordinary(number: int) -> bytes:
    return (
        f"From: Ada <ada{number}@players.example>\nTo: {HOME}\nSubject: ordinary {number}\n"
        f"Message-ID: <ordinary-{number}@players.example>\n"
        "Content-Type: text/plain; charset=utf-8\n\nMy crystals are gone since the update.\n"
    ).encode()


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--mails", type=int, default=1_000)
    arguments.add_argument("--scale", type=float, default=0.05)
    given = arguments.parse_args()
    folder, mailbox = Path(tempfile.mkdtemp(prefix="flood-")), Mailbox()
    environment = {"UNDO_WINDOW": "0", "EMAIL_PORT": str(mailbox.port), "MAILGUN_WEBHOOK_SIGNING_KEY": KEY, "LOG_LEVEL": "WARNING"}
    desk = Instance(folder, parts=PARTS, environment=environment)
    try:
        desk.start_servers()
        desk.migrate()
        with Hand(desk.env) as hand:
            hand.do("studio")
            for part in PARTS:
                desk.start_part(part)
            rows = Rows(lambda: desk.database_url)
            try:
                return Scene(desk, hand, rows, mailbox).measure(given)
            finally:
                rows.close()
    finally:
        mailbox.close()
        desk.discard()
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Scene:
    desk: Instance
    hand: Hand
    rows: Rows
    mailbox: Mailbox
    came: list[float] = field(default_factory=list)  # seconds of each ordinary mail
    left: list[float] = field(default_factory=list)  # and of each reply

    def measure(self, given: argparse.Namespace) -> int:
        kinds = [maker(given.scale) for maker in KINDS.values()]
        lock, mails = threading.Lock(), iter(list(islice(cycle(kinds), given.mails)))
        self.ordinary(0)  # everything is warm
        self.came.clear()
        self.left.clear()
        began = time.monotonic()
        pourers = [Pourer(self.desk.url, mails, lock) for _pourer in range(POURERS)]
        for pourer in pourers:
            pourer.start()
        numbers = count(1)
        while any(pourer.is_alive() for pourer in pourers):
            self.ordinary(next(numbers))
            time.sleep(PAUSE)
        poured = time.monotonic() - began
        waiting = self.rows.one("SELECT count(*) FROM mail_rawmail WHERE processed_at IS NULL AND parked_at IS NULL")
        for _after in range(5):
            self.ordinary(next(numbers))
        statuses = [status for pourer in pourers for status in pourer.poured]
        print(f"{len(statuses)} hostile mails of {len(kinds)} kinds poured in {poured:.0f} s, {statuses.count(200)} stored;")
        print(f"{waiting} still waited then.")
        for what, seconds in (("an ordinary mail, handed in to open ticket", self.came), ("a reply, written to handed over", self.left)):
            print(f"{what}: {len(seconds)} times, median {share(seconds, 0.5):.1f} s, slowest {max(seconds):.1f} s")
        return int(max(self.came + self.left) > BUDGET)

    def ordinary(self, number: int) -> None:
        """One ordinary mail until it is a ticket, then a reply to it until the mail server has it."""
        began = time.monotonic()
        hand_in(self.desk.url, ordinary(number))
        ask = "SELECT t.number FROM tickets_ticket t JOIN tickets_message m ON m.ticket_id = t.id WHERE m.message_id = %s"
        ticket = until(lambda: self.rows.one(ask, f"<ordinary-{number}@players.example>"), f"ticket of mail {number}", seconds=PATIENCE)
        self.came.append(time.monotonic() - began)
        began = time.monotonic()
        reply = self.hand.do("write_reply", number=ticket, text=f"We look into it ({number}).")
        ident = self.rows.one("SELECT message_id FROM tickets_message WHERE id = %s", reply)
        until(lambda: ident in self.mailbox.ids(), f"reply {number} to leave", seconds=PATIENCE)
        self.left.append(time.monotonic() - began)


if __name__ == "__main__":
    sys.exit(main())
