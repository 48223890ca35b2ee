"""The life cycle's rules as the machine asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from tickets.models import LifecycleRule, Ticket, Trigger

_read: ContextVar[Rules | None] = ContextVar("rules", default=None)


@dataclass(frozen=True, slots=True)
class Rules:
    """All enabled rules, read in one query; a game's own stands before the one for all, and a disabled own one silences that."""

    by_key: dict[tuple[int | None, str, str], LifecycleRule]

    @classmethod
    def load(cls) -> Rules:
        """The rules as they are now, or as the block `read_once` found them."""
        return _read.get() or cls({(rule.game_id, rule.from_status, rule.trigger): rule for rule in LifecycleRule.objects.all()})

    def find(self, ticket: Ticket, trigger: Trigger) -> LifecycleRule | None:
        """The rule for this ticket's game and status on this trigger, or None: then it stays."""
        own = self.by_key.get((ticket.game_id, ticket.status, trigger))
        rule = own or self.by_key.get((None, ticket.status, trigger))
        return rule if rule and rule.enabled else None

    def silence(self, ticket: Ticket) -> LifecycleRule | None:
        """What silence does to this ticket."""
        return self.find(ticket, Trigger.SILENCE)


@contextmanager
def read_once() -> Iterator[None]:
    """Within the block the rules are those of its beginning: for who changes a handful of tickets one after the other, in a moment."""
    token = _read.set(Rules.load())
    try:
        yield
    finally:
        _read.reset(token)
