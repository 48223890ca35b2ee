"""What the forms of the studio's words have in common."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from helpdesk.studio.models import Department, Game, Reason


class WordForm(forms.Form):
    """A name, for one game or for all, and a place in the list. Of one that exists the game stays: tickets of others may name it."""

    name = forms.CharField(label=pgettext_lazy("of a thing", "Name"), max_length=60)
    game = forms.ModelChoiceField(
        label=_("Game"), queryset=Game.objects.filter(archived_at=None), required=False, empty_label=_("all games")
    )
    place = forms.IntegerField(
        label=_("Place in the list"), min_value=0, max_value=999, initial=0, help_text=_("Small numbers come first; equal ones by name.")
    )

    def __init__(self, *args: Any, word: Department | Reason | None = None, **kwargs: Any) -> None:
        if word is not None:
            kwargs["initial"] = {"name": word.name, "place": word.place} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        if word is not None:
            del self.fields["game"]
