"""Write docs/events.md out of the registry of kinds, so that it cannot say anything else than the code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand

from tickets.events import Payload, known_kinds
from tickets.events.kinds import Fact, has_line

HEAD = """# Events

Everything that happens to a ticket is one row of `tickets_event`, written in the transaction that did it and never changed again: the
database refuses it. This page is written by `make docs` from the kinds as the code declares them; a test holds the two together.

Each row says beside its payload: `at` (when it happened; the clock of all indicators) and `recorded_at`; the ticket, its player, and the
state after the event (`status`, `status_before`, `game_id`, `team_id`, `assignee_id`, `topic_id`, `language`, `channel`); the message it
is about; who did it (`actor_kind`, `actor_id`, of a flow its version, on whose behalf); `author_team_id`, the team of who did it or of
who wrote the reply that it is about, at that moment; `cause`, `root` and `depth` in a chain of automation; `backfilled`, of a past that
was entered only later; and `subject` instead of a ticket where it is about a player or another thing (“player:12”).

A payload holds ids, numbers, yes or no, moments and words of our own lists, never a text. What is unknown or does not apply is left out.
A field marked “since 2” is missing in events of version 1, which are read with nothing there, or with what older fields tell. “Right”
names the right that somebody needs on the ticket to hear of the event.
"""


class Command(BaseCommand):
    help = "Write docs/events.md to standard output, from the kinds of events that the rooms declare."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write("\n".join(page()), ending="")


def page() -> Iterator[str]:
    """The lines of the page."""
    yield HEAD
    room = ""
    for name, payload in known_kinds().items():
        if name.partition(".")[0] != room:
            room = name.partition(".")[0]
            yield f"## {room}\n"
        yield from _kind(name, payload)


def _kind(name: str, payload: type[Payload]) -> Iterator[str]:
    notes = [f"version {payload.version}"]
    notes += [f"right `{payload.right}`"] if payload.right else []
    notes += [] if has_line(payload) else ["no line in the history"]
    notes += [] if payload.touches else ["the ticket does not count as changed"]
    meaning = " ".join((payload.__doc__ or "").split())
    yield f"### {name}\n\n{meaning} *({'; '.join(notes)})*\n"
    if payload.facts:
        yield "| field | holds | meaning |\n|---|---|---|"
        yield from (f"| `{fact.name}` | {_holds(fact)} | {fact.means}{_since(fact)} |" for fact in payload.facts)
        yield ""


def _holds(fact: Fact) -> str:
    one = fact.unit or (f"id of {fact.table}" if fact.table else "")
    one = one or ", ".join(f"`{word}`" for word in fact.words)
    one = one or {"int": "number", "float": "number", "bool": "yes or no", "str": "word", "datetime": "moment"}[fact.type.__name__]
    return f"list of: {one}" if fact.many else one


def _since(fact: Fact) -> str:
    return f" (since {fact.since})" if fact.since > 1 else ""
