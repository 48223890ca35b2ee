"""As whom the desk is to be seen: a colleague, or anybody with a role somewhere."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.staff.forms.people import GrantForm
from helpdesk.staff.models import Grant, Role, User


class SeeAsForm(GrantForm):
    """A colleague, or a role with the part of the work for which it would be given."""

    person = forms.ModelChoiceField(
        label=gettext_lazy("Colleague"), queryset=User.objects.none(), required=False, empty_label=gettext_lazy("nobody in particular")
    )
    field_order = ("person", "role", "game", "team", "language", "topic")

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person, role = self.fields["person"], self.fields["role"]
        assert isinstance(person, forms.ModelChoiceField) and isinstance(role, forms.ModelChoiceField)
        person.queryset = User.objects.filter(is_active=True).exclude(pk=by.pk)
        role.queryset, role.required = Role.objects.all(), False

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if not self.errors and bool(said.get("person")) == bool(said.get("role")):
            self.add_error(None, _("Choose either a colleague or a role."))
        return said

    def given(self) -> Grant | None:
        """The role with where it is held, as if it were given there; None for a colleague. For a valid form."""
        said = self.cleaned_data
        if said["role"] is None:
            return None
        return Grant(role=said["role"], game=said["game"], team=said["team"], language=said["language"], topic=said["topic"])
