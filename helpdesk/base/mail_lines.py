"""How the mails that we write for others' hands are put into lines."""

from __future__ import annotations

from email.policy import default

UNFOLDED = default.clone(max_line_length=998)
"""Headers stay in one line: Python loses a space now and then where it folds one with words outside ASCII."""
