"""What people set for themselves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.staff.forms.zones import zone_choices
from helpdesk.staff.models import Language, MailCopies, Theme, User


class ProfileForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("As your colleagues see it."))
    public_name = forms.CharField(
        label=_("Name for players"), max_length=120, required=False, help_text=_("It stands under your replies. Empty: your first name.")
    )
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)
    timezone = forms.ChoiceField(label=_("Time zone"), choices=zone_choices)
    theme = forms.ChoiceField(label=_("Look"), choices=Theme.choices)
    mail_copies = forms.ChoiceField(label=_("Notices by mail"), choices=MailCopies.choices, widget=forms.RadioSelect)

    @classmethod
    def of(cls, user: User, data: Any = None) -> ProfileForm:
        return cls(data, initial={name: getattr(user, name) for name in cls.base_fields})


class AppearanceForm(forms.Form):
    """The two switches in the menu under the person's face; either may be absent."""

    theme = forms.ChoiceField(choices=Theme.choices, required=False)
    language = forms.ChoiceField(choices=Language.choices, required=False)

    def chosen(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if value}
