"""Departments: looking after them, and naming one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from helpdesk.staff.forms.words import WordForm
from helpdesk.staff.models import User
from helpdesk.staff.services.departments import members_of
from helpdesk.studio.models import Department

OFFERED = 200


class OfferingInput(forms.TextInput):
    """A line in which words are offered and others can be typed."""

    offers: Iterable[str] = ()

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """The line, and beside it what the browser offers there."""
        listed = f"{(attrs or {}).get('id', name)}_offers"
        line = super().render(name, value, {**(attrs or {}), "list": listed, "autocomplete": "off"}, renderer)
        options = format_html_join("", '<option value="{}"></option>', ((offer,) for offer in self.offers))
        return format_html('{}<datalist id="{}">{}</datalist>', line, listed, options)


class DepartmentForm(WordForm):
    members = forms.ModelMultipleChoiceField(
        label=_("Members"), queryset=User.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, department: Department | None = None, **kwargs: Any) -> None:
        seated = User.objects.filter(pk__in=members_of(department)) if department else User.objects.none()
        super().__init__(*args, word=department, initial={"members": seated} if department else {}, **kwargs)
        choice = self.fields["members"]
        assert isinstance(choice, forms.ModelMultipleChoiceField)
        choice.queryset = User.objects.filter(is_active=True) | seated
