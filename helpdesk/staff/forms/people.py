"""Inviting and changing people, giving roles, teams."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from helpdesk.base.languages import language_name
from helpdesk.staff.forms.topics import TopicField
from helpdesk.staff.forms.zones import zone_choices
from helpdesk.staff.models import Language, Role, Team, User
from helpdesk.studio.models import Game, Topic


class InviteForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("Mail address"), help_text=_("The invitation goes there, and it is the login."))
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)
    timezone = forms.ChoiceField(label=_("Time zone"), choices=zone_choices)


class PersonForm(InviteForm):
    """What administrators change of somebody; the look and the notices are their own."""

    public_name = forms.CharField(label=_("Name for players"), max_length=120, required=False)
    field_order = ("name", "public_name", "email", "language", "timezone")

    @classmethod
    def of(cls, user: User, data: Any = None) -> PersonForm:
        form = cls(data, initial={name: getattr(user, name) for name in ("name", "public_name", "email", "language", "timezone")})
        form.fields["email"].help_text = _("It is the login, and where notices and new passwords go.")
        return form


def game_languages() -> list[tuple[str, str]]:
    """The languages some game speaks, by name."""
    codes = sorted({code for languages in Game.objects.values_list("languages", flat=True) for code in languages})
    return [(code, language_name(code)) for code in codes]


class GrantForm(forms.Form):
    role = forms.ModelChoiceField(label=_("Role"), queryset=Role.objects.all(), empty_label=_("choose a role"))
    game = forms.ModelChoiceField(label=_("Game"), queryset=Game.objects.all(), required=False, empty_label=_("all games"))
    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.all(), required=False, empty_label=_("all teams"))
    language = forms.ChoiceField(label=_("Language"), required=False)
    topic = TopicField(
        label=_("Topic"),
        queryset=Topic.objects.filter(archived_at=None),
        required=False,
        empty_label=_("all topics"),
        help_text=_("With it those beneath it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "grant_%s"} | kwargs)  # the person's own form on that page asks for a language too
        language = self.fields["language"]
        assert isinstance(language, forms.ChoiceField)
        language.choices = [("", _("all languages")), *game_languages()]


class TeamForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("of a thing", "Name"), max_length=80)
    members = forms.ModelMultipleChoiceField(
        label=_("Members"), queryset=User.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    answering_takes = forms.BooleanField(
        label=_("Who answers a ticket that nobody has, has it from then on"),
        required=False,
        initial=True,
        help_text=_("So the player's answer comes to them."),
    )

    def __init__(self, *args: Any, team: Team | None = None, **kwargs: Any) -> None:
        if team is not None:
            members = [user.pk for user in team.members.all()]
            kwargs["initial"] = {"name": team.name, "members": members, "answering_takes": team.answering_takes}
        super().__init__(*args, **kwargs)
        choice = self.fields["members"]
        assert isinstance(choice, forms.ModelMultipleChoiceField)
        choice.queryset = User.objects.filter(is_active=True) | (team.members.all() if team else User.objects.none())
        choice.queryset = choice.queryset.distinct()
