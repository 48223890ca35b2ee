"""What a person would stumble over on a page, found without a person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from babel.messages.pofile import read_po
from django.conf.locale import LANG_INFO
from playwright.sync_api import Page

from helpdesk.dev.data_dir import ROOT
from tests.live.rows import Rows

ASK_PAGE = (Path(__file__).parent / "page.js").read_text(encoding="utf-8")
RUN_AXE = "only => axe.run({resultTypes: ['violations'], iframes: false, ...(only ? {runOnly: only} : {})})"
OF_COLOUR = ["color-contrast", "link-in-text-block"]  # the rules of axe that another theme can break
COLUMNS = """
    SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND data_type IN ('text', 'character varying', 'jsonb', 'ARRAY')
"""
STUDIO = "Northlight Games"  # as the settings call it
LETTER = "[A-Za-zÀ-ɏḀ-ỿ]"
LATIN = re.compile(rf"\b{LETTER}[{LETTER[1:-1]}’'-]+(?: {LETTER}[{LETTER[1:-1]}’'-]+)*")
TECHNICAL = re.compile(r"\S*(?:\w[@/.:=]\w|\d|_)\S*|{{?[^}]*}}?")  # addresses, numbers with letters, names of variables, places in a text
INTERNATIONAL = {
    *("api", "csv", "gif", "helpdesk", "html", "id", "imap", "inbox", "ip", "jpeg", "json", "markdown", "message-id", "mime", "pdf", "png"),
    *("alt", "chrome", "chromium", "ctrl", "enter", "esc", "linux", "shift", "smtp", "starttls", "tab", "tls", "url", "utc", "webp"),
    *("dkim", "dmarc", "dns", "spf", "txt", "xlsx"),
}  # what is written so in Russian, too


@dataclass(frozen=True, slots=True)
class Finding:
    """`where` is a selector, or what stands for one."""

    kind: str
    where: str
    words: str = ""

    def __str__(self) -> str:
        return " · ".join(part for part in (self.kind, self.where, self.words) if part)


class Reader:
    """Looks at pages of a desk. Words that the desk's rows hold may stand on a page in any language; others must be the reader's.

    The rows are read when the first page in another language is looked at, and again for words that were not there then.
    """

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._held = ""

    def findings(self, page: Page, language: str, *, colours_alone: bool = False, words: bool = True) -> list[Finding]:
        """All that is wrong with the page as it stands there.

        `colours_alone` has axe ask only for what another theme can break; without `words` nobody minds what is not translated.
        """
        found = self._by_axe(page, colours_alone)
        said: dict[str, Any] = page.evaluate(ASK_PAGE)
        if said["sideways"] > 0:
            found.append(Finding("sticks out", "html", f"{said['sideways']} px"))
        if said["language"] != language:
            found.append(Finding("speaks another language", "html", said["language"]))
        found += [Finding(f"cut off by {one['pixels']} px", one["where"], one["text"][:80]) for one in said["clipped"]]
        if words and language != "en":
            texts = [(one["where"], self.foreign(one["text"], language)) for one in said["words"]]
            found += [Finding("not translated", where, foreign) for where, foreign in texts if foreign]
        return found

    def foreign(self, text: str, language: str) -> str:
        """The words of this text that ought to be in this language and are not; empty when there are none."""
        plain = " ".join(text.split())
        if said_in(language).get(plain, plain) != plain and f"\n{plain}\n".lower() not in self._data():
            return plain
        runs = LATIN.findall(TECHNICAL.sub("·", plain))
        return ", ".join(run for run in runs if not (INTERNATIONAL.issuperset(run.lower().split()) or self._is_data(run)))

    def _by_axe(self, page: Page, colours_alone: bool) -> list[Finding]:
        if not page.evaluate("() => 'axe' in window"):
            page.evaluate(Axe().axe_script)
        violations = page.evaluate(RUN_AXE, OF_COLOUR if colours_alone else None)["violations"]
        return [
            Finding(f"axe: {one['id']} ({one['impact']})", " ".join(map(str, node["target"])), node["html"][:120])
            for one in violations
            for node in one["nodes"]
        ]

    def _is_data(self, words: str) -> bool:
        if self._stands_there(words):
            return True
        self._held = ""  # they may have come since the rows were read
        return self._stands_there(words)

    def _stands_there(self, words: str) -> bool:
        return re.search(rf"(?<!\w){re.escape(words.lower())}(?!\w)", self._data()) is not None

    def _data(self) -> str:
        if not self._held:
            names = {STUDIO, *(language["name_local"] for language in LANG_INFO.values() if "name_local" in language)}
            values = names | {str(value) for table, column in self._rows.all(COLUMNS) for value in self._column(table, column)}
            self._held = "\n" + "\n".join(sorted({" ".join(value.split()).lower() for value in values})) + "\n"
        return self._held

    def _column(self, table: str, column: str) -> list[str]:
        return [value for (value,) in self._rows.all(f'SELECT DISTINCT "{column}"::text FROM "{table}" WHERE "{column}" IS NOT NULL')]


@cache
def said_in(language: str) -> dict[str, str]:
    """English texts without places, and what they are called in this language."""
    with (ROOT / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    return {message.id: message.string for message in catalogue if isinstance(message.id, str) and isinstance(message.string, str)}
