"""How a player's mail reaches the desk: the pipe, exactly as a mail server on the same machine would use it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass

from helpdesk.dev.place import ROOT

PATIENCE = 120  # seconds


@dataclass(frozen=True)
class Handed:
    """Whether the desk took it, and if not, what it said."""

    taken: bool
    said: str = ""


def hand_in(raw: bytes, mailbox: str) -> Handed:
    """`manage.py receive_mail --mailbox … < mail`. Code 0: the raw mail is stored. Any other: the sender must try again."""
    return _told("receive_mail", "--mailbox", mailbox, given=raw)


def survey_now(message_id: str) -> Handed:
    """`manage.py demo_survey_now …`: the ticket of this mail is resolved and its player asked for a rating at once."""
    return _told("demo_survey_now", message_id)


def _told(*command: str, given: bytes = b"") -> Handed:
    try:
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *command],
            input=given,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
            cwd=ROOT,
        )
    except subprocess.TimeoutExpired:
        return Handed(False, f"no answer within {PATIENCE} seconds")
    lines = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()
    return Handed(done.returncode == 0, "" if done.returncode == 0 else (lines[-1] if lines else f"code {done.returncode}"))
