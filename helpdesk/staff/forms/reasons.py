"""Reasons of the studio's lists: looking after them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.base.bounds import LONGEST_SILENCE
from helpdesk.staff.forms.words import WordForm
from helpdesk.studio.models import Reason
from helpdesk.studio.reasons import ReasonList


class ReasonForm(WordForm):
    default_hours = forms.IntegerField(
        label=_("Over after so many hours"),
        min_value=1,
        max_value=LONGEST_SILENCE,
        required=False,
        help_text=_("Hours of the game's support. Who names no day gets the one that this gives; empty: no day."),
    )

    def __init__(self, *args: Any, of: ReasonList | None, reason: Reason | None = None, **kwargs: Any) -> None:
        initial = {"default_hours": reason.default_hours} if reason else {}
        super().__init__(*args, word=reason, initial=initial, **kwargs)
        if of is None or not of.has_deadline:
            del self.fields["default_hours"]
