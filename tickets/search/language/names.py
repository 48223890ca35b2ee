"""What people call fields and values, in every language of the desk, and what they may have meant where they called it otherwise."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cached_property, lru_cache

from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language, pgettext

from helpdesk.base.folding import folded
from tickets.filters import Field, Kind

SHORT = 4  # letters: of shorter names each other letter makes another word
YES = {True: ("yes", "true", "да"), False: ("no", "false", "нет")}


class Names:
    """These fields by what they are called."""

    def __init__(self, fields: Iterable[Field]) -> None:
        self._fields: dict[str, Field] = {}
        for field in fields:
            for name in (field.name, *field.names):
                self._fields.setdefault(same(name), field)

    def find(self, said: str) -> Field | None:
        """The field that is called so."""
        return self._fields.get(same(said))

    def near(self, said: str) -> str:
        """The name that differs by a letter: one too many, too few, another one, or two that changed places; "" where none does."""
        asked = same(said)
        return next((near for less in (asked, *_with_one_less(asked)) if (near := self._less.get(less))), "")

    @cached_property
    def _less(self) -> dict[str, str]:
        """Each name with one letter taken out of it: two words that meet there differ by one."""
        found = {name: name for name in self._fields}
        for name in self._fields:
            if len(name) >= SHORT:
                for less in _with_one_less(name):
                    found.setdefault(less, name)
        return found


@lru_cache(maxsize=1_000)
def same(said: str) -> str:
    """A word as names are compared: in any case, with ё or е, with blanks, hyphens or underscores."""
    return folded(unicodedata.normalize("NFC", said)).replace(" ", "_").replace("-", "_")


def name_of(field: Field, prefix: str) -> str:
    """The shortest of its names that begin so, of the reader's script if one is; "" where none does."""
    names = [name for name in (field.name, *field.names) if same(name).startswith(prefix)]
    return min(names, key=lambda name: (name.isascii() != (get_language() == "en"), len(name)), default="")


def value_of(field: Field, said: str) -> str:
    """A value of a list, or yes and no, by the word that is stored; `said` itself where nobody calls one so. A choice without a list is
    said in small letters, as the house writes its words."""
    asked = same(said)
    if field.kind == Kind.CHOICE and (field.choices is None or asked in field.choices()):
        return asked if field.choices else said.lower()
    return next((word for word, called in called_values(field) if asked in called), said)


def called_values(field: Field) -> Iterable[tuple[str, set[str]]]:
    """(the stored word, what it is called) of a field whose values are a list."""
    if field.kind == Kind.YES_NO:
        return [("yes" if value else "no", set(words)) for value, words in YES.items()]
    if field.kind != Kind.CHOICE or field.choices is None:
        return []
    words = {choice: {same(choice)} for choice in field.choices()}
    for language, _name in settings.LANGUAGES if field.called else ():
        with translation.override(language):
            for choice, called in words.items():
                called.add(same(field.words(choice)))
    return list(words.items())


def written(field: Field, value: str) -> str:
    """A value as the reader would type it."""
    if field.kind == Kind.YES_NO:
        return pgettext("typed into a search", "yes") if value == "yes" else pgettext("typed into a search", "no")
    return same(field.words(value)) if field.called else value


def _with_one_less(name: str) -> Iterable[str]:
    return [name[:place] + name[place + 1 :] for place in range(len(name))] if len(name) < 61 else []
