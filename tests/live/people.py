"""Who works at the studio of these tests."""

from __future__ import annotations

PASSWORD = "a long walk by the sea"
# Olga looks after the studio, Pavel's role demands a second factor, Vera works in Russian. Zoe forgets her password so often that
# her door is shut for minutes: no other story may need her.
STAFF = {
    "anna": "Anna Krylova",
    "boris": "Boris Lindqvist",
    "ida": "Ida Falk",
    "olga": "Olga Petersen",
    "pavel": "Pavel Orlov",
    "vera": "Vera Sorokina",
    "zoe": "Zoe Hart",
}
RUSSIAN = {"vera"}


def email_of(word: str) -> str:
    return f"{word}@studio.example"
