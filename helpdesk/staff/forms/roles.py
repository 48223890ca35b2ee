"""A role: its name and its rights, group by group."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from helpdesk.staff.models import Role
from helpdesk.staff.rights import RIGHT_GROUPS


class RoleForm(forms.Form):
    """One field of checkboxes for each group of rights; `chosen_rights` joins them again."""

    name = forms.CharField(label=pgettext_lazy("of a thing", "Name"), max_length=80)
    requires_second_factor = forms.BooleanField(
        label=_("Demands a second factor"),
        required=False,
        help_text=_("Who holds this role sees nothing of the desk before a passkey or an authenticator app is set up."),
    )
    sure = forms.BooleanField(label=_("Yes, I give up this right myself"), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, role: Role | None = None, **kwargs: Any) -> None:
        held = set(role.rights) if role else set()
        if role is not None:
            kwargs["initial"] = {"name": role.name, "requires_second_factor": role.requires_second_factor}
        super().__init__(*args, **kwargs)
        for number, (label, rights) in enumerate(RIGHT_GROUPS):
            self.fields[f"rights_{number}"] = forms.MultipleChoiceField(
                label=label,
                choices=[(right.value, right.label) for right in rights],
                initial=[right.value for right in rights if right.value in held],
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
        self.order_fields(["name", *[f"rights_{number}" for number in range(len(RIGHT_GROUPS))], "requires_second_factor", "sure"])

    def chosen_rights(self) -> list[str]:
        """The values of all ticked rights. For a valid form."""
        return [right for number in range(len(RIGHT_GROUPS)) for right in self.cleaned_data[f"rights_{number}"]]

    def ask_to_be_sure(self) -> None:
        """Show the confirmation that was hidden until now."""
        self.fields["sure"].widget = forms.CheckboxInput()
