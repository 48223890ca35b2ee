"""The interface speaks English and Russian, both whole."""

from __future__ import annotations

import io
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation import templatize

from tests.house.ground import ROOT, modules, name, none_of, templates

KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None, "gettext_noop": None, "ngettext_lazy": (1, 2), "npgettext_lazy": ((1, "c"), 2, 3), "pgettext_lazy": ((1, "c"), 2),
    "pgettext": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3), "_lazy": None,
}  # fmt: skip
OTHERS = [code for code, _name in settings.LANGUAGES if code != "en"]
INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
PLACE = re.compile(r"%\([a-z_]+\)[sd]|%[sd]|{[a-z_]*}")


def as_code(template: Path) -> str:
    """Its texts as calls of gettext, flush left: Python would not have a template's indents."""
    return INDENT.sub("", templatize(template.read_text(encoding="utf-8"), origin=name(template)))


@cache
def asked() -> dict[tuple[str, str], str]:
    """Every text that code or a template asks for: (context, id) and where it stands first."""
    found: dict[tuple[str, str], str] = {}
    sources = [(path, path.read_text(encoding="utf-8")) for path in modules()]
    sources += [(path, as_code(path)) for path in templates() if path.suffix in {".html", ".txt"}]
    for path, text in sources:
        for line, message, _comments, context in extract("python", io.BytesIO(text.encode()), keywords=KEYWORDS):
            singular = message[0] if isinstance(message, tuple) else message
            if singular:
                found.setdefault((context or "", singular), f"{name(path)}:{line}")
    return found


@cache
def catalogue(language: str) -> Catalog:
    with (ROOT / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=language)


def entry(language: str, context: str, text: str) -> Message | None:
    return catalogue(language).get(text, context or None)


def strings(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple | list) else [message.string or ""]


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language: str) -> None:
    missing = {}
    for (context, text), place in asked().items():
        said = entry(language, context, text)
        if said is None or not all(strings(said)) or said.fuzzy:
            missing[place] = text
    none_of(f"{place}: {text!r}" for place, text in missing.items())


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_places_of_its_original(language: str) -> None:
    wrong = []
    for message in catalogue(language):
        if not message.id or not all(strings(message)):
            continue
        original = message.id if isinstance(message.id, str) else message.id[-1]
        for said in strings(message)[-1:]:
            if Counter(PLACE.findall(original)) != Counter(PLACE.findall(said)):
                wrong.append((original, said))
    none_of(wrong)


@pytest.mark.parametrize("language", OTHERS)
def test_plurals_have_all_their_forms(language: str) -> None:
    wrong = [
        message.id
        for message in catalogue(language)
        if isinstance(message.id, tuple) and len(strings(message)) != catalogue(language).num_plurals
    ]
    none_of(wrong)


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_translated_that_nobody_asks_for(language: str) -> None:
    known = {text for _context, text in asked()}
    idle = [
        message.id
        for message in catalogue(language)
        if message.id and (message.id if isinstance(message.id, str) else message.id[0]) not in known
    ]
    none_of(idle)


def test_visible_words_of_pages_are_asked_for() -> None:
    """A word between tags that is neither a variable nor translated would stay English for everybody."""
    words = re.compile(r">\s*([A-Z][a-z]+(?:\s+[a-z]+)+)\s*<")
    bare = []
    for path in templates():
        if path.suffix != ".html" or "/dev/" in f"/{name(path)}":
            continue
        text = re.sub(
            r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}|{#.*?#}|{% comment %}.*?{% endcomment %}",
            "",
            path.read_text(encoding="utf-8"),
            flags=re.S,
        )
        bare += [f"{name(path)}: {hit}" for hit in words.findall(text)]
    none_of(bare)
