"""A condition as people read it, rather than as somebody typed it."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from helpdesk.base.templatetags.ui import date_words, duration_words
from tickets.filters import Field, Kind, field
from tickets.filters.spoken import names_of
from tickets.search.language import dates
from tickets.search.language.asking import LISTED, nothing_in, says_nothing
from tickets.search.language.tree import Asked, Value

Signs = dict[str, str | Promise]
PLAIN: Signs = {"": "%(low)s"}
NUMBERS: Signs = PLAIN | {
    ">": gettext_lazy("more than %(low)s"),
    ">=": gettext_lazy("%(low)s or more"),
    "<": gettext_lazy("less than %(low)s"),
    "<=": gettext_lazy("%(low)s or less"),
    "..": pgettext_lazy("a range", "%(low)s to %(high)s"),
}
DATES: Signs = PLAIN | {
    ">": gettext_lazy("after %(low)s"),
    ">=": pgettext_lazy("a date", "from %(low)s"),
    "<": gettext_lazy("before %(low)s"),
    "<=": gettext_lazy("until %(low)s"),
    "..": pgettext_lazy("a range", "%(low)s to %(high)s"),
}
AGES: Signs = DATES | {
    ">": gettext_lazy("longer than %(low)s ago"),
    ">=": gettext_lazy("longer than %(low)s ago"),
    "<": gettext_lazy("less than %(low)s ago"),
    "<=": gettext_lazy("less than %(low)s ago"),
    "..": gettext_lazy("%(low)s to %(high)s ago"),
}


def told(asked: Iterable[Asked]) -> list[str]:
    """What each asks its field for: "Deutsch, English", "longer than 4 h ago". One query where values are rows, however many they are."""
    several = [(each, field(each.field)) for each in asked]
    conditions = [each.cases[0].conditions[0] for each, of in several if of.kind in LISTED]
    called = names_of(conditions)
    said = []
    for each, of in several:
        if of.kind in LISTED:
            values = each.cases[0].conditions[0].values
            words = [nothing_in(of) if value is None else called[of.name, value] for value in values]
        else:
            words = [_range(of, each.how, value) for value in each.values]
        said.append(", ".join(words))
    return said


def _range(of: Field, how: str, value: Value) -> str:
    if says_nothing(how, value):
        return nothing_in(of)
    low, high = value.low.strip("* "), (value.high or "").strip("* ")
    if value.high is not None:
        how, low = ("..", low) if low and high else (">=", low) if low else ("<=", high)
    if of.kind == Kind.MOMENT:
        signs = DATES if dates.lasting(low) is None else AGES
        return signs[how] % {"low": _time(low), "high": _time(high)}
    return (NUMBERS if of.kind == Kind.NUMBER else PLAIN)[how] % {"low": low, "high": high}


def _time(said: str) -> str:
    if (seconds := dates.lasting(said)) is not None:
        return duration_words(seconds)
    found = dates.read(said)
    if found and said[-1:].isdecimal() and dates.is_day(found):
        return date_words(timezone.localdate(found.start))
    return said
