"""Harm done to a running desk, and what is asked of it afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg

from helpdesk.dev.instance import Instance
from helpdesk.dev.processes import descendants
from tests.faults.room import Room
from tests.live.hand import Hand
from tests.live.rows import Rows
from tests.live.smtp import Mailbox
from tests.live.waiting import until

if TYPE_CHECKING:
    from tests.faults.traffic import Traffic

PROOF = ("studio", "only for these tests")  # what the webhooks' caller proves himself by
STILL = ("queued", "sending", "handed")  # states of a reply that has not come to rest


@dataclass
class Desk:
    """The running desk with everything a test of harm needs."""

    instance: Instance
    mailbox: Mailbox
    hand: Hand
    rows: Rows
    room: Room
    turn: int = 0  # of this test's rounds; each has players and mails of its own

    def mend(self) -> None:
        """Start what a test left dead."""
        for part in ("postgres", "valkey", "web", "worker", "beat"):
            if not self.instance.alive(part):
                self.instance.stop_part(part)
                self.instance.restart(part)

    def activity(self) -> str:
        """What the database is busy with, and what waits to be done: for the report of a test that failed."""
        busy = "SELECT state, wait_event_type, wait_event, now() - xact_start, left(query, 160) FROM pg_stat_activity WHERE state <> 'idle'"
        waiting = "SELECT lane, subscriber, count(*), count(claimed_until), sum(attempts) FROM tickets_delivery GROUP BY 1, 2"
        due = "SELECT kind, count(*), count(claimed_until) FROM tickets_timer WHERE due_at <= now() GROUP BY 1"
        try:
            return "\n".join(str(row) for question in (busy, waiting, due) for row in self.rows.all(question))
        except psycopg.Error as error:
            return f"The database does not say: {error}"

    # --- replies

    def state(self, message: int) -> str:
        return str(self.rows.one("SELECT state FROM tickets_message WHERE id = %s", message))

    def states(self, messages: list[int]) -> list[str]:
        found = dict(self.rows.all("SELECT id, state FROM tickets_message WHERE id = ANY(%s)", messages))
        return [found[pk] for pk in messages]

    def at_rest(self, messages: list[int], *, seconds: float = 60) -> list[str]:
        """Wait until none of these is on its way; their states."""
        until(lambda: not set(self.states(messages)) & set(STILL), f"messages at rest: {messages}", seconds=seconds)
        return self.states(messages)

    def arrivals(self, messages: list[int]) -> list[int]:
        """How many times each of these came to the players' mail server."""
        ids = dict(self.rows.all("SELECT id, message_id FROM tickets_message WHERE id = ANY(%s)", messages))
        arrived = self.mailbox.ids()
        return [arrived.count(ids[pk]) for pk in messages]

    def replies(self, traffic: Traffic) -> list[int]:
        """Every reply that stands at the tickets of this traffic, in the order of the tickets."""
        numbers = [number for number, _text in traffic.clerk.answered]
        found = (
            "SELECT m.id FROM tickets_message m JOIN tickets_ticket t ON t.id = m.ticket_id WHERE t.number = ANY(%s) AND m.kind = 'reply'"
        )
        return [pk for (pk,) in self.rows.all(found + " ORDER BY m.id", numbers)]

    def received(self, traffic: Traffic, *, seconds: float = 60) -> list[int]:
        """How many messages each mail of this traffic became, once all have been read."""
        unread = "SELECT count(*) FROM mail_rawmail WHERE processed_at IS NULL AND parked_at IS NULL"
        until(lambda: not self.rows.one(unread), "all raw mails to be read", seconds=seconds)
        rows = self.rows.all("SELECT message_id FROM tickets_message WHERE kind = 'inbound' AND message_id = ANY(%s)", traffic.pipe.taken)
        return [sum(found == sent for (found,) in rows) for sent in traffic.pipe.taken]

    # --- the worker

    def wait_blocked(self, table: str, what: str) -> None:
        """Until somebody who wants to write into this table is kept waiting by a lock."""
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass"
        try:
            until(lambda: self.rows.one(waiting, table), what, seconds=60)
        except AssertionError as error:
            error.add_note(self.activity())  # while the lock still stands
            raise

    def kill_children(self, part: str) -> None:
        """SIGKILL to what does the work; the first process of the part lives on."""
        for child in descendants(self.instance.running(part).pid):
            child.kill()

    def let_leases_lapse(self) -> None:
        """As if the dead worker's leases were over, and ask the living one what the beat asks every half minute."""
        self.rows.lapse()
        self.hand.do("tick", task="tickets.recover_messages")

    def let_orphans_lapse(self) -> None:
        """As if the leases of work that the database's fall cut off were over: its doers have long met their errors."""
        until(lambda: not self.mailbox.hanging, "nobody to be talking to the mail server")
        self.let_leases_lapse()

    def tickets(self, count: int, word: str) -> list[str]:
        """Tickets of as many players, opened by mail; their numbers."""
        named = self.named(word)
        return [self.hand.do("open_one", address=f"{named}-{n}@mail.example", text=f"{named} {n}") for n in range(count)]

    def named(self, word: str) -> str:
        """This word, in later rounds with the round behind it."""
        return f"{word}-r{self.turn}" if self.turn else word
