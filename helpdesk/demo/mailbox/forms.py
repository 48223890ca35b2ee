"""What a player writes: an answer, or a first mail."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.studio.models import Game

FILES_LIMIT = 20_000_000  # bytes of all files of one mail
TEXT_LIMIT = 200_000  # characters
GAMES = Game.objects.filter(archived_at=None).order_by("name")  # asked anew by each form


class ManyFiles(forms.FileInput):
    allow_multiple_selected = True


class GameField(forms.ModelChoiceField[Game]):
    def label_from_instance(self, game: Game) -> str:
        return f"{game.name} — {game.address}"


class AnswerForm(forms.Form):
    text = forms.CharField(label=_("Message"), max_length=TEXT_LIMIT, widget=forms.Textarea(attrs={"rows": 5}))
    attached = forms.Field(label=_("Files"), required=False, widget=ManyFiles)

    def clean_attached(self) -> list[Any]:
        files: list[Any] = self.cleaned_data["attached"] or []
        if sum(file.size for file in files) > FILES_LIMIT:
            raise forms.ValidationError(_("All files together may have 20 MB."))
        return files


class NewMailForm(AnswerForm):
    name = forms.CharField(label=_("Your name"), required=False, max_length=100)
    address = forms.EmailField(label=_("Your address"), widget=forms.EmailInput(attrs={"placeholder": "mia@example.com"}))
    to = GameField(GAMES, label=_("To"), to_field_name="address", empty_label=None)
    subject = forms.CharField(label=_("Subject"), max_length=300)
    text = forms.CharField(label=_("Message"), max_length=TEXT_LIMIT, widget=forms.Textarea(attrs={"rows": 9}))
    field_order = ("name", "address", "to", "subject", "text", "attached")
