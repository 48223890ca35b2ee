"""Who works at the studio of these tests."""

from __future__ import annotations

PASSWORD = "a long walk by the sea"
STAFF = {"anna": "Anna Krylova", "boris": "Boris Lindqvist", "olga": "Olga Petersen", "pavel": "Pavel Orlov", "vera": "Vera Sorokina"}


def email_of(word: str) -> str:
    return f"{word}@studio.example"
