"""The menu of a field: what it offers, and what its form says as a part of the box's text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from tickets.desk.queue.chips import Chip, asked_of
from tickets.desk.queue.filters import SEARCH, Wanted
from tickets.filters import Field, Kind, Operator
from tickets.filters.spoken import MOST_OFFERED
from tickets.search.language import Asked, Node, asked_text, parse, told, with_asked
from tickets.search.language.asking import LISTED, nothing_in
from tickets.search.language.completion import offered
from tickets.search.language.tree import Value
from tickets.search.language.words import RANGED

OWN = frozenset({"place", "find", "v", "said", "least", "most", "than", "age", "unit", "not", "do", "after", "since"})
UNITS = {"m": gettext_lazy("minutes"), "h": gettext_lazy("hours"), "d": gettext_lazy("days"), "w": gettext_lazy("weeks")}
NONE = pgettext_lazy("typed into a search", "none")
THAN = {">": gettext_lazy("longer ago than"), "<": gettext_lazy("less long ago than")}
AGES = ((">", "1h"), (">", "4h"), (">", "1d"), (">", "1w"), ("<", "1h"), ("<", "1d"))
_AGE = re.compile(r"([0-9]{1,6})([mhdw])")


class Choice(NamedTuple):
    """A value that may be chosen: how it is typed, what people call it, where the queue is with this value alone."""

    said: str
    label: str
    address: str
    chosen: bool = False


@dataclass(frozen=True)
class Menu:
    """Of one field, for a queue. `chip`: the part that is being changed, None where there is none yet. `sent`: what the address says; of it
    `OWN` is the form's, the rest the queue's."""

    field: Field
    wanted: Wanted
    chip: Chip | None
    sent: QueryDict

    @property
    def behind(self) -> list[tuple[str, str]]:
        """What the form sends along of the queue."""
        return [(name, self.sent.get(name, "")) for name in self.sent if name not in OWN]

    @property
    def shape(self) -> str:
        """What is drawn: a "list" of values, "words" that are typed, a range of a "number" or of a "moment"."""
        if self._is_ranged:
            return str(self.field.kind)
        return "list" if self.field.suggest or self.field.choices or self.field.kind == Kind.YES_NO else "words"

    @property
    def reverse(self) -> bool:
        """Whether everything but this is asked for."""
        return bool(self.sent.get("not")) if self._was_sent else bool(self.chip and self.chip.reverse)

    @cached_property
    def choices(self) -> list[Choice]:
        """What a click asks for: of a list what is chosen, then what else begins with what was typed; of a moment what is frequently asked;
        that none stands there."""
        find = self.sent.get("find", "").strip()
        known = [(str(said), str(label) or str(said)) for said, label in offered(self.field, find, self.wanted.reader)]
        if not find and self.field.suggest is None and (self.field.empty or self._is_ranged):
            known.append((str(NONE), capfirst(nothing_in(self.field))))
        chosen = self._chosen if self.shape == "list" else []
        said, labels = {one for one, _label in chosen}, {label.casefold() for _said, label in chosen}
        return [
            *(self._choice(*one, chosen=True) for one in chosen),
            *(self._choice(length, words, how=how) for how, length, words in self._ages),
            *(self._choice(*one) for one in known if one[0] not in said and (one[1].casefold() not in labels or one[0].isdecimal())),
        ]

    @property
    def searched(self) -> bool:
        """Whether there may be more values than a list holds, so that one types a part of their names."""
        return self.field.suggest is not None

    @property
    def cut(self) -> bool:
        """Whether there may be more values than are offered."""
        return self.searched and len(self.choices) >= MOST_OFFERED

    @property
    def words(self) -> str:
        """What was typed of a value that no list has."""
        return self.sent.get("said", "") if self._was_sent else ", ".join(value.low for value in self._values)

    @property
    def ends(self) -> tuple[str, str]:
        """From and to, both included, as the form shows them."""
        if self._was_sent:
            return self.sent.get("least", ""), self.sent.get("most", "")
        if self._asked is None or len(self._asked.values) != 1 or self.age[0] or self._asked.cases[0].reverse:
            return "", ""
        ends = {condition.operator: condition.values[0] for condition in self._asked.cases[0].conditions}
        least, below = ends.get(Operator.AT_LEAST), ends.get(Operator.BELOW)
        return _end(least), "" if below is None else _end(below - (timedelta(microseconds=1) if isinstance(below, datetime) else 1))

    @property
    def age(self) -> tuple[str, str, str]:
        """How long ago: than, how many, of which unit."""
        if self._was_sent:
            return self.sent.get("age", ""), self.sent.get("than", ">"), self.sent.get("unit", "h")
        asked = self._asked
        found = _AGE.fullmatch(asked.values[0].low) if asked and len(asked.values) == 1 and asked.how in THAN else None
        return (found[1], asked.how, found[2]) if asked and found else ("", ">", "h")

    @cached_property
    def text(self) -> str:
        """What the form asks for, as it is typed; "" for nothing."""
        said = self._ranged() if self._is_ranged else self._listed()
        return f"-{said}" if said and self.reverse else said

    def trouble(self) -> str | Promise:
        """What is wrong with it; "" where nothing is."""
        if found := parse(self.text, self.wanted.reader).troubles:
            return found[0].sentence
        if len(self.box(self.text)) <= self.wanted.longest:
            return ""
        most = self.wanted.longest
        words = ngettext(
            "The filter would be longer than %(n)s character. Take something off it first.",
            "The filter would be longer than %(n)s characters. Take something off it first.",
            most,
        )
        return words % {"n": most}

    def box(self, text: str) -> str:
        """What the box holds when it asks for this here."""
        place = self.chip.place if self.chip else None
        gone = None if place is None else self.wanted.box.tops[place]

        def goes(part: Node) -> bool:
            return part is gone

        return with_asked(self.wanted.box, text, goes)

    def address(self, text: str) -> str:
        """The query string of the queue then."""
        return address(self.sent, self.box(text))

    @property
    def _was_sent(self) -> bool:
        return "do" in self.sent or "find" in self.sent

    @property
    def _asked(self) -> Asked | None:
        place = self.chip.place if self.chip else None
        return None if place is None else asked_of(self.wanted.box.tops[place])

    @property
    def _values(self) -> tuple[Value, ...]:
        return self._asked.values if self._asked else ()

    @property
    def _chosen(self) -> list[tuple[str, str]]:
        """The values that are ticked, each with its name."""
        said = self.sent.getlist("v") if self._was_sent else [value.low for value in self._values]
        read = parse(" ".join(asked_text(self.field.name, [Value(one)]) for one in said), self.wanted.reader)
        asked = [part for part in read.tops if isinstance(part, Asked)]
        return [(part.values[0].low, name) for part, name in zip(asked, told(asked), strict=True)]

    @property
    def _ages(self) -> list[tuple[str, str, str]]:
        """How, how long ago, and both in words."""
        if self.shape != "moment":
            return []
        texts = " ".join(asked_text(self.field.name, [Value(length)], how=how) for how, length in AGES)
        asked = [part for part in parse(texts, self.wanted.reader).tops if isinstance(part, Asked)]
        return [(how, length, words) for (how, length), words in zip(AGES, told(asked), strict=True)]

    @property
    def _is_ranged(self) -> bool:
        return self.field.kind in RANGED

    def _choice(self, said: str, label: str, *, how: str = "", chosen: bool = False) -> Choice:
        text = asked_text(self.field.name, [Value(said)], how=how)
        return Choice(said, label, self.address(f"-{text}" if self.reverse else text), chosen)

    def _listed(self) -> str:
        typed = self.sent.get("said", "").strip()
        words = [word.strip() for word in typed.split(",")] if self.field.kind in LISTED else [typed]
        values = [Value(word) for word in (*self.sent.getlist("v"), *words) if word]
        return asked_text(self.field.name, values) if values else ""

    def _ranged(self) -> str:
        (least, most), (age, than, unit) = self.ends, self.age
        if age.strip():
            return asked_text(self.field.name, [Value(f"{age.strip()}{unit if unit in UNITS else 'h'}")], how=than if than in THAN else ">")
        if least and most:
            return asked_text(self.field.name, [Value(least) if least == most else Value(least, most)])
        if least or most:
            return asked_text(self.field.name, [Value(least or most)], how=">=" if least else "<=")
        return ""


def address(sent: QueryDict, text: str) -> str:
    """The query string of the queue whose box holds this, with a "?"; `sent` says the rest of it."""
    asked = sent.copy()
    for name in OWN & set(asked):
        del asked[name]
    asked[SEARCH] = text
    if not text:
        del asked[SEARCH]
    return f"?{asked.urlencode()}"


def _end(value: datetime | int | None) -> str:
    if isinstance(value, datetime):
        return timezone.localdate(value).isoformat()
    return "" if value is None else str(value)
