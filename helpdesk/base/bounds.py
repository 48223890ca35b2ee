"""What may reach the database: moments between two centuries, numbers that a column holds. Asked in forms, services and constraints.

What a row holds all the same is drawn: `shown` brings a moment to where every time zone can say it, and the connection
(`helpdesk/base/postgresql`) does the same with what Python has no date for.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock
from helpdesk.base.errors import DomainError
from helpdesk.base.postgresql import FIRST, LAST

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)  # of every moment that somebody may influence
PROMISE_AHEAD = timedelta(days=731)  # the farthest day by which another department may owe an answer
LARGEST = 2**63 - 1  # of a bigint
LONGEST_SILENCE = 24 * 365  # hours

PASSED = _("That moment has passed.")
TOO_FAR = _("That is more than two years ahead. Name a nearer day.")
NO_SUCH_DAY = _("Name a day between 2000 and 2199.")


def shown(at: datetime) -> datetime:
    """The moment itself, or the nearest one that can be said in every time zone."""
    return min(max(at, FIRST), LAST)


def is_sane(at: datetime | None) -> bool:
    """Whether a moment may be kept; none at all may."""
    return at is None or EARLIEST <= at <= LATEST


def tame(at: datetime | None) -> datetime | None:
    """The moment, or None in place of one that may not be kept: for what an old row says."""
    return at if is_sane(at) else None


def demand_promise(at: datetime | None, *, field: str) -> None:
    """DomainError unless the moment lies ahead, and not too far."""
    if wrong := wrong_promise(at):
        raise DomainError(wrong, field=field)


def wrong_promise(at: datetime | None) -> Any:
    """What is wrong with a moment by which somebody owes something, in a sentence; empty when nothing is."""
    if at is None:
        return ""
    now = clock.now()
    return PASSED if at <= now else TOO_FAR if at > now + PROMISE_AHEAD else ""


def sane_moments(name: str, *fields: str) -> CheckConstraint:
    """The constraint that keeps these columns of a table between the two centuries."""
    condition = Q()
    for field in fields:
        condition &= Q(**{f"{field}__range": (EARLIEST, LATEST)})
    return CheckConstraint(name=name, condition=condition)


def whole_number(said: str | None) -> int:
    """A number that a page sends back, such as the last event it shows; 0 for whatever else somebody sends."""
    return int(said) if said and said.isascii() and said.isdecimal() and len(said) < 19 else 0


def whole_numbers(said: Iterable[str]) -> list[int]:
    """The ids that somebody picked; what is no id is left out."""
    return [number for one in said if (number := whole_number(one))]


class MomentField(forms.DateTimeField):
    """A day and an hour in the person's own time zone, which can be said in every other one too."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"], **options)

    def to_python(self, value: Any) -> datetime | None:
        """In UTC; None for an empty field. ValidationError where no such moment can be kept."""
        try:
            at = super().to_python(value)
            at = at.astimezone(UTC) if at else None
        except OverflowError:
            raise ValidationError(NO_SUCH_DAY) from None
        if not is_sane(at):
            raise ValidationError(NO_SUCH_DAY)
        return at


class DayField(forms.DateField):
    """A day between the two centuries, so that its midnight exists in every time zone."""

    widget = forms.DateInput(attrs={"type": "date"})

    def to_python(self, value: Any) -> date | None:
        """None for an empty field. ValidationError where no such day can be kept."""
        day = super().to_python(value)
        if day is not None and not EARLIEST.date() <= day < LATEST.date():
            raise ValidationError(NO_SUCH_DAY)
        return day
