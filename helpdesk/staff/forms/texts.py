"""Writing a text."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

# the labels that the seeds wrote into the database; pages translate them when they show them
LABELS = (
    gettext_noop("Mail: small print at the end"),
    gettext_noop("Mail: under the author's name"),
    gettext_noop("Notice: closed"),
    gettext_noop("Notice: resolved after silence"),
    gettext_noop("Survey: invitation"),
)


class TextForm(forms.Form):
    subject = forms.CharField(label=_("Subject"), max_length=200, required=False)
    body = forms.CharField(
        label=_("Text"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("Without words the text for all games serves instead, or the one in another language."),
    )
