"""Reasons of the studio's lists: looking after them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from helpdesk.base.bounds import LONGEST_SILENCE
from helpdesk.studio.models import Game, Reason
from helpdesk.studio.reasons import ReasonList


class ReasonForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("of a thing", "Name"), max_length=60)
    game = forms.ModelChoiceField(
        label=_("Game"), queryset=Game.objects.filter(archived_at=None), required=False, empty_label=_("all games")
    )
    default_hours = forms.IntegerField(
        label=_("Over after so many hours"),
        min_value=1,
        max_value=LONGEST_SILENCE,
        required=False,
        help_text=_("Hours of the game's support. Who names no day gets the one that this gives; empty: no day."),
    )
    place = forms.IntegerField(
        label=_("Place in the list"), min_value=0, max_value=999, initial=0, help_text=_("Small numbers come first; equal ones by name.")
    )

    def __init__(self, *args: Any, of: ReasonList | None, reason: Reason | None = None, **kwargs: Any) -> None:
        if reason is not None:
            kwargs["initial"] = {"name": reason.name, "place": reason.place, "default_hours": reason.default_hours}
        super().__init__(*args, **kwargs)
        if reason is not None:
            del self.fields["game"]  # tickets of others may have it already
        if of is None or not of.has_deadline:
            del self.fields["default_hours"]
