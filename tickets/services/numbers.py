"""Ticket numbers: random, so that nobody can count our tickets or guess a neighbour's."""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U to mistake


def new_number() -> str:
    """Like `7F3K-20QX`: one of 32^8, about 10^12."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def with_dash(said: str) -> str:
    """A whole number that was typed without its dash, with it: `7f3k20qx` as `7f3k-20qx`. Whatever else stays as it is."""
    return f"{said[:4]}-{said[4:]}" if len(said) == 8 and said.isalnum() else said
