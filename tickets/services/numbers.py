"""Ticket numbers: random, so that nobody can count our tickets or guess a neighbour's."""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U to mistake
_LENGTH = 8
_MISTAKEN = str.maketrans("OIL", "011")


def new_number() -> str:
    """Like `7F3K-20QX`: one of 32^8, about 10^12."""
    return _written("".join(secrets.choice(ALPHABET) for _ in range(_LENGTH)))


def meant_by(said: str) -> str:
    """The number that somebody has typed: in small letters, without its dash, with an O for a 0 or an I for a 1. Empty: it is none."""
    letters = said.upper().replace("-", "").translate(_MISTAKEN)
    return _written(letters) if len(letters) == _LENGTH and set(letters) <= set(ALPHABET) else ""


def _written(letters: str) -> str:
    return f"{letters[:4]}-{letters[4:]}"
