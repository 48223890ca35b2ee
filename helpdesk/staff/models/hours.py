"""When people are to work, when they cannot, when they have stepped away, and when they were seen at work.

Nothing planned is ever rewritten: a row is cancelled and another one made, so that the past says what had been planned and by whom.
"""

from __future__ import annotations

from datetime import timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateRangeField, DateTimeRangeField
from django.db import models
from django.db.models import CheckConstraint, ExpressionWrapper, F, Func, Q, UniqueConstraint, Value
from django.utils.translation import gettext_lazy as _

from helpdesk.base.bounds import EARLIEST, LATEST, sane_moments
from helpdesk.staff.models.people import User

LONGEST_SHIFT = timedelta(hours=24)


def _one_at_a_time(name: str, span: Func) -> ExclusionConstraint:
    """Those of a person that were not cancelled do not overlap. The person is a range too: so it takes no extension of the database."""
    person = Func(F("user"), F("user"), Value("[]"), function="int8range", output_field=BigIntegerRangeField())
    return ExclusionConstraint(name=name, expressions=[(person, "&&"), (span, "&&")], condition=Q(cancelled_at__isnull=True))


class Shift(models.Model):
    """When a person is to work."""

    personal = ()
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    planned_at = models.DateTimeField()
    planned_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("begins_at", "pk")
        constraints = (
            CheckConstraint(
                name="shift_has_a_length",
                condition=Q(ends_at__gt=F("begins_at"))
                & Q(ends_at__lte=ExpressionWrapper(F("begins_at") + Value(LONGEST_SHIFT), output_field=models.DateTimeField())),
            ),
            sane_moments("shift_moments_sane", "begins_at", "ends_at"),
            _one_at_a_time(
                "one_shift_at_a_time", Func(F("begins_at"), F("ends_at"), function="tstzrange", output_field=DateTimeRangeField())
            ),
        )
        indexes = (models.Index(name="shift_of_person", fields=("user", "ends_at"), condition=Q(cancelled_at__isnull=True)),)


class Absence(models.Model):
    """The days on which a person cannot work, first and last one included, in their own time zone. Nobody asks more than its kind."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", _("holiday")
        ILL = "ill", _("ill")
        OTHER = "other", _("other")

    personal = ()
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    first_day = models.DateField()
    last_day = models.DateField()
    planned_at = models.DateTimeField()
    planned_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("first_day", "pk")
        constraints = (
            CheckConstraint(name="absence_kind_known", condition=Q(kind__in=["holiday", "ill", "other"])),
            CheckConstraint(name="absence_has_a_length", condition=Q(last_day__gte=F("first_day"))),
            CheckConstraint(
                name="absence_days_sane",
                condition=Q(first_day__range=(EARLIEST.date(), LATEST.date())) & Q(last_day__range=(EARLIEST.date(), LATEST.date())),
            ),
            _one_at_a_time(
                "one_absence_at_a_time",
                Func(F("first_day"), F("last_day"), Value("[]"), function="daterange", output_field=DateRangeField()),
            ),
        )


class Away(models.Model):
    """A person has stepped away, `until` a moment or till they return, which is when it ended."""

    personal = ()
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            UniqueConstraint(name="away_once", fields=("user",), condition=Q(ended_at__isnull=True)),
            sane_moments("away_moments_sane", "until"),
        )


class WorkSession(models.Model):
    """For so long an operator was at work, without a break of more than ten minutes. `ended_at` moves on, at most once a minute."""

    personal = ()
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(name="work_session_has_a_length", condition=models.Q(ended_at__gte=models.F("began_at"))),)
        indexes = (models.Index(name="work_session_newest", fields=("user", "-ended_at")),)
