"""Forms of the page on which a game's card is declared."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from players.models import CardClass, CardLine
from players.services import LAST_PLACE, Declaration


class LineForm(forms.Form):
    """A field of a card, for `declare`. `name` can be typed only for one that has not come."""

    name = forms.CharField(
        label=_("Name, as the game sends it"), max_length=80, strip=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    card_class = forms.ModelChoiceField(
        label=_("What it is"),
        queryset=CardClass.objects.all(),
        help_text=_("Each has a right of its own."),
        empty_label=_("choose what it is"),
    )
    label_en = forms.CharField(label=_("Label in English"), max_length=80, required=False)
    label_ru = forms.CharField(
        label=_("Label in Russian"), max_length=80, required=False, help_text=_("With one label alone it counts in both languages.")
    )
    kind = forms.ChoiceField(label=_("Its value is"), choices=CardLine.Kind.choices, initial=CardLine.Kind.PLAIN)
    place = forms.IntegerField(
        label=_("Place on the card"), min_value=0, max_value=LAST_PLACE, required=False, help_text=_("The lowest first; empty: at the end.")
    )
    filterable = forms.BooleanField(label=_("One may filter tickets by it"), required=False)

    @classmethod
    def of(cls, line: CardLine | None, data: Any) -> LineForm:
        if line is None:
            return cls(data)
        form = cls(data, initial={name: getattr(line, name) for name in (*Declaration._fields, "name")})
        if not line.card_class_id:
            form.initial["place"] = None
        del form.fields["name"]
        return form

    def said(self) -> Declaration:
        """What was said. For a valid form."""
        return Declaration(**{name: self.cleaned_data[name] for name in Declaration._fields})


class ComeForm(forms.Form):
    """Declaring one that has come, from the list: what it is, and nothing more."""

    line = forms.IntegerField(min_value=1, max_value=2**62)
    card_class = forms.ModelChoiceField(queryset=CardClass.objects.all())


class ClassForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("of a thing", "Name"), max_length=40)
