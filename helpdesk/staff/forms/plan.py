"""Planning shifts and absences, stepping away, and choosing a colleague with what is known of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.forms.models import ModelChoiceIterator
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.timezone import get_current_timezone, localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from helpdesk.base.bounds import DayField, MomentField
from helpdesk.base.clock import now
from helpdesk.staff.availability import State, availability
from helpdesk.staff.models import Absence, Team, User
from helpdesk.staff.plan import Week
from helpdesk.staff.services.planning import Span, people_of


class _Colleagues(ModelChoiceIterator):  # type: ignore[type-arg]  # at runtime it takes none
    """Who is here first, then the others, each with why."""

    def __iter__(self) -> Iterator[tuple[Any, str]]:
        people = list(self.queryset)
        states = availability(people)
        if self.field.empty_label is not None:
            yield "", str(self.field.empty_label)
        for person in sorted(people, key=lambda one: not states[one.pk].here):
            yield self.choice(person)[0], called(person, states[person.pk])


class ColleagueField(forms.ModelChoiceField):  # type: ignore[type-arg]  # at runtime it takes none
    """A person who may sign in; the menu tells who is absent, away or off shift. Three queries when it is drawn."""

    iterator = _Colleagues

    def __init__(self, **options: Any) -> None:
        super().__init__(User.objects.filter(is_active=True), **options)


def called(person: User, state: State) -> str:
    """A name with how its person stands: "Anna Krylova (away until 14:00)"."""
    return person.name if state.here else _("%(name)s (%(state)s)") % {"name": person.name, "state": state}


class WeekForm(forms.Form):
    """Which week of which team is shown. Whatever else the address says shows everybody's current one."""

    team = forms.ModelChoiceField(Team.objects.all(), label=gettext_lazy("Team"), required=False, empty_label=gettext_lazy("All teams"))
    week = forms.CharField(widget=forms.HiddenInput, required=False)

    def chosen(self) -> tuple[Week, Team | None]:
        said = self.cleaned_data if self.is_valid() else {}
        return Week.of(said.get("week", "")), said.get("team")


class ShiftForm(forms.Form):
    """The same hours on some days of a week. One that ends before it begins ends on the next day."""

    person = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("Person"), empty_label=gettext_lazy("choose"))
    begins = forms.TimeField(label=pgettext_lazy("time", "From"), widget=forms.TimeInput(attrs={"type": "time"}), initial="09:00")
    ends = forms.TimeField(label=pgettext_lazy("time", "To"), widget=forms.TimeInput(attrs={"type": "time"}), initial="17:00")
    days = forms.TypedMultipleChoiceField(label=gettext_lazy("Days"), coerce=int, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, week: Week, planner: User, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "shift_%s"} | kwargs)
        self.week = week
        person, days = self.fields["person"], self.fields["days"]
        assert isinstance(person, forms.ModelChoiceField) and isinstance(days, forms.TypedMultipleChoiceField)
        person.queryset = people_of(planner).filter(is_active=True)
        days.choices = [(day.weekday(), f"{WEEKDAYS_ABBR[day.weekday()]} {day.day}") for day in week.days]

    def spans(self) -> list[Span]:
        """What a valid form asks for, in the reader's time zone."""
        said, zone = self.cleaned_data, get_current_timezone()
        begins, ends = said["begins"], said["ends"]
        found = []
        for number in said["days"]:
            day = self.week.days[number]
            last = day if ends > begins else day + timedelta(days=1)
            found.append(Span(said["person"], datetime.combine(day, begins, zone), datetime.combine(last, ends, zone)))
        return found


class AbsenceForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Why"), choices=Absence.Kind.choices)
    first_day = DayField(label=gettext_lazy("First day"))
    last_day = DayField(label=gettext_lazy("Last day"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "absence_%s"} | kwargs)


class AwayForm(forms.Form):
    """Until when somebody is away: a moment, one of the usual lengths, or with neither till they return."""

    LENGTHS = ("", "hour", "day")

    until = MomentField(label=gettext_lazy("Until"), required=False)
    length = forms.ChoiceField(choices=[(one, one) for one in LENGTHS], required=False)

    def end(self) -> datetime | None:
        """For a valid form."""
        if self.cleaned_data["until"]:
            return self.cleaned_data["until"]  # type: ignore[no-any-return]  # what the field gives
        tomorrow = localtime(now()).date() + timedelta(days=1)
        ends = {"hour": now() + timedelta(hours=1), "day": datetime.combine(tomorrow, time(), get_current_timezone())}
        return ends.get(self.cleaned_data["length"])
