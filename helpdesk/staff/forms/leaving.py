"""What becomes of the work of somebody whose account is closed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.staff.forms.plan import ColleagueField
from helpdesk.staff.leaving import Heir
from helpdesk.staff.models import Team, User

NOBODY, PERSON, TEAM = "nobody", "person", "team"


class LeavingForm(forms.Form):
    """Who gets the tickets. Nobody is chosen beforehand: it is a question."""

    to = forms.ChoiceField(
        label=gettext_lazy("Who gets these tickets"),
        widget=forms.RadioSelect,
        choices=[
            (NOBODY, gettext_lazy("Nobody: they go back into the queue")),
            (PERSON, gettext_lazy("A colleague")),
            (TEAM, gettext_lazy("A team, for whoever takes them there")),
        ],
    )
    person = ColleagueField(label=gettext_lazy("Colleague"), required=False, empty_label=gettext_lazy("choose"))
    team = forms.ModelChoiceField(Team.objects.all(), label=gettext_lazy("Team"), required=False, empty_label=gettext_lazy("choose"))

    def __init__(self, *args: Any, leaver: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person = self.fields["person"]
        assert isinstance(person, ColleagueField)
        person.queryset = User.objects.filter(is_active=True).exclude(pk=leaver.pk)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        for wanted, words in ((PERSON, _("Say which colleague.")), (TEAM, _("Say which team."))):
            if said.get("to") == wanted and not said.get(wanted) and wanted not in self.errors:
                self.add_error(wanted, words)
        return said

    def heir(self) -> Heir:
        """Who takes the tickets over, as chosen: a colleague, a team, or neither. For a valid form."""
        said = self.cleaned_data
        return Heir(person=said["person"] if said["to"] == PERSON else None, team=said["team"] if said["to"] == TEAM else None)
