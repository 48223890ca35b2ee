"""Ticket numbers: random, so that nobody can count our tickets or guess a neighbour's."""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U to mistake


def new_number() -> str:
    """Like `7F3K-20QX`: one of 32^8, about 10^12."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"
