"""A role: its name and its rights, group by group."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from helpdesk.staff.models import Role
from helpdesk.staff.rights import ELSEWHERE, groups
from helpdesk.staff.services.roles import Cell


class RoleForm(forms.Form):
    """One field of checkboxes for each group of rights; `chosen_rights` joins them again. `was` remembers with which it was drawn, so that
    what a colleague changes meanwhile stays."""

    name = forms.CharField(label=pgettext_lazy("of a thing", "Name"), max_length=80)
    requires_second_factor = forms.BooleanField(
        label=_("Demands a second factor"),
        required=False,
        help_text=_("Who holds this role sees nothing of the desk before a passkey or an authenticator app is set up."),
    )
    was = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, role: Role | None = None, **kwargs: Any) -> None:
        held = set(role.rights) if role else set()
        if role is not None:
            kwargs["initial"] = {
                "name": role.name, "requires_second_factor": role.requires_second_factor, "was": " ".join(role.rights),
            }  # fmt: skip
        super().__init__(*args, **kwargs)
        self.groups = [f"rights_{group.key}" for group, _rights in groups(also=held)]
        for group, rights in groups(also=held):
            self.fields[f"rights_{group.key}"] = forms.MultipleChoiceField(
                label=group.label,
                choices=[(right, right.label) for right in rights],
                initial=[right for right in rights if right in held],
                required=False,
                widget=forms.CheckboxSelectMultiple,
                help_text=_("They open nothing until their room is back. One that is taken out cannot be put in again before that.")
                if group == ELSEWHERE
                else "",
            )
        self.order_fields(["name", *self.groups, "requires_second_factor", "was"])

    def chosen_rights(self) -> list[str]:
        """The names of all ticked rights. For a valid form."""
        return [right for group in self.groups for right in self.cleaned_data[group]]

    def cells(self, role: Role) -> list[Cell]:
        """What was ticked, and what was ticked before and is not now."""
        before, after = set(self.cleaned_data["was"].split()), set(self.chosen_rights())
        return [Cell(role.pk, right, right in after) for right in sorted(before ^ after)]

    def said(self) -> dict[str, Any]:
        """The facts beside the rights."""
        return {field: self.cleaned_data[field] for field in ("name", "requires_second_factor")}
