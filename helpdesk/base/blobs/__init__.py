"""Bytes by their content: raw mails, attachments, logos. Same bytes, one blob; what nobody uses any more is swept."""

from __future__ import annotations

from helpdesk.base.blobs.keeping import NotKept, Unreadable, examine, keep, note_state, opened, read
from helpdesk.base.blobs.sweeping import GRACE, sweep, sweep_in_turn
from helpdesk.base.blobs.users import register_user, unused, users_of

__all__ = [
    "GRACE",
    "NotKept",
    "Unreadable",
    "examine",
    "keep",
    "note_state",
    "opened",
    "read",
    "register_user",
    "sweep",
    "sweep_in_turn",
    "unused",
    "users_of",
]
