"""What somebody sees on a ticket: of its player, and whether of notes. This place alone decides it, for every page, list and notice."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from helpdesk.staff.models import User
from helpdesk.staff.rights import Right, has_everywhere, scope_for
from tickets.access import may
from tickets.models import Message, Ticket

ADDRESS = re.compile(r"[^\s@<>()\[\]{}\"'“”«»,;:|]{1,320}@[^\s@<>()\[\]{}\"'“”«»,;:|]{1,255}")

_SEEN = (Right.SEE_PLAYER, Right.SEE_PLAYER_CONTACT, Right.SEE_PLAYER_PAYMENTS, Right.SEE_NOTES)  # in the order of the fields of `Sight`


@dataclass(frozen=True, slots=True)
class Sight:
    """Whether the reader sees the player's name, his addresses, what he paid (his tier belongs to that), and notes."""

    name: bool
    contact: bool
    payments: bool
    notes: bool

    @property
    def hidden(self) -> str:
        """The kind of messages and drafts that is not shown: notes, or none."""
        return "" if self.notes else Message.Kind.NOTE

    def words(self, text: str | SafeString) -> str | SafeString:
        """Words that may name an address (a server's refusal, a gate's reason): without it for whom it is not to be seen."""
        if self.contact or "@" not in text:
            return text
        hidden = ADDRESS.sub(_("(address hidden)"), text)
        return mark_safe(hidden) if isinstance(text, SafeString) else hidden  # noqa: S308 - only an address was taken out of it

    def typed(self, text: str) -> str:
        """Words for a field that is saved again: all or nothing, since half of them would be kept."""
        return text if self.words(text) == text else ""


def sight_on(reader: User, ticket: Ticket) -> Sight:
    """What this reader sees of this ticket."""
    return _sight(lambda right: may(reader, ticket, right))


def sight_over(reader: User) -> Callable[[int, int | None, str, int | None], Sight]:
    """The same for many tickets, by their game, team, language and topic: the rights are read once, and not for each of them."""
    scopes = {right: scope_for(reader, right) for right in _SEEN}

    @cache
    def sight(game_id: int, team_id: int | None, language: str, topic_id: int | None) -> Sight:
        return _sight(lambda right: scopes[right].allows(game_id=game_id, team_id=team_id, language=language, topic_id=topic_id))

    return sight


def sight_everywhere(reader: User) -> Sight:
    """For what belongs to no ticket, such as a mail that has not become one: only a right for everything counts."""
    return _sight(lambda right: has_everywhere(reader, right))


def _sight(holds: Callable[[Right], bool]) -> Sight:
    return Sight(*map(holds, _SEEN))
