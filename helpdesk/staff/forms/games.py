"""A game's form: brand, sender, languages, hours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from helpdesk.base.colours import INK_SOFT, READABLE, contrast
from helpdesk.base.languages import language_name
from helpdesk.staff.forms.zones import zone_choices
from helpdesk.studio import capabilities
from helpdesk.studio.models import COLOUR, Game, Mode

LANGUAGES = (
    *("en", "ru", "de", "es", "fr", "it", "pt", "pt-br", "pl", "cs", "tr", "uk", "ro", "hu", "nl", "sv", "da", "fi", "nb"),
    *("el", "ar", "he", "hi", "id", "ms", "th", "vi", "ja", "ko", "zh-hans", "zh-hant"),
)
SPAN = re.compile(r"^([0-2]?\d:[0-5]\d)\s*[-–—]\s*([0-2]?\d:[0-5]\d)$")
COLOURS = ("colour_main", "colour_on_main", "colour_accent", "colour_tint", "colour_ground")


def parse_spans(words: str) -> list[list[str]]:
    """ "09:00-13:00, 14:00-18:00" as the game keeps it. Raises ValidationError with what is wrong."""
    spans: list[list[str]] = []
    for part in filter(None, (part.strip() for part in words.split(","))):
        found = SPAN.match(part)
        try:
            begin, end = (time.fromisoformat(side.zfill(5)) for side in found.groups()) if found else (None, None)
        except ValueError:
            begin = end = None
        if begin is None or end is None or begin >= end:
            raise forms.ValidationError(_("“%(part)s” is not a span of time. Write it like 09:00-18:00."), params={"part": part})
        if spans and spans[-1][1] > begin.isoformat("minutes"):
            raise forms.ValidationError(_("The spans overlap or stand in the wrong order."))
        spans.append([begin.isoformat("minutes"), end.isoformat("minutes")])
    return spans


def say_spans(spans: list[list[str]]) -> str:
    """`[["09:00", "13:00"], ["14:00", "18:00"]]` as people type it: `09:00-13:00, 14:00-18:00`."""
    return ", ".join(f"{begin}-{end}" for begin, end in spans)


def floored(ratio: float) -> str:
    """A contrast with one digit, never rounded up to what it does not reach."""
    return f"{int(ratio * 10) / 10:.1f}"


class ColourField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=7, validators=[COLOUR], widget=forms.TextInput(attrs={"type": "color"}), **kwargs)

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").lower()


class GameForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("of a thing", "Name"), max_length=80)
    strapline = forms.CharField(label=_("Line under the name"), max_length=120, required=False)
    team_name = forms.CharField(label=_("Who signs"), max_length=80, help_text=_("Under the author's name, like “Emberfall Support”."))
    sender_name = forms.CharField(
        label=_("Sender's name"), max_length=80, help_text=_("What stands before the address in a player's mail program.")
    )
    address = forms.EmailField(label=_("Mail address"), help_text=_("Players write to it, and our answers come from it."))
    logo = forms.FileField(
        label=_("Logo"), required=False, help_text=_("PNG, JPEG, WebP or GIF, up to 2 MB. Transparent ones sit best on the colour.")
    )
    drop_logo = forms.BooleanField(label=_("Without a logo"), required=False)
    colour_main = ColourField(label=_("Main colour"))
    colour_on_main = ColourField(label=_("Writing on it"))
    colour_accent = ColourField(label=_("Accent"))
    colour_tint = ColourField(label=_("Tint"))
    colour_ground = ColourField(label=_("Ground"))
    face = forms.ChoiceField(label=_("Type of the name"), choices=[("serif", _("serif")), ("sans", _("sans serif"))])
    uppercase_name = forms.BooleanField(label=_("Name in capitals"), required=False)
    languages = forms.MultipleChoiceField(label=_("Languages"), widget=forms.CheckboxSelectMultiple)
    default_language = forms.ChoiceField(label=_("When we do not speak the player's"))
    timezone = forms.ChoiceField(label=_("Time zone of the hours"), choices=zone_choices)
    holidays = forms.CharField(
        label=_("Closed on"), required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("One day a line, like 2026-12-25.")
    )
    back_office_link = forms.CharField(
        label=_("Link to the back office"),
        max_length=300,
        required=False,
        help_text=_("The page of a player in your own tools; {id} stands for the account's id."),
    )
    survey_delay_hours = forms.IntegerField(
        label=_("Ask for a rating so many hours after the ticket is resolved"), min_value=0, max_value=720
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(code, language_name(code)) for code in LANGUAGES]
        for name in ("languages", "default_language"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices
        for day, label in WEEKDAYS.items():
            self.fields[f"hours_{day}"] = forms.CharField(label=label, required=False, max_length=80)
        for capability in capabilities.capabilities():
            self.fields[f"mode_{capability.name}"] = forms.ChoiceField(
                label=capability.label,
                choices=[(mode.value, mode.label) for mode in capability.modes],
                widget=forms.RadioSelect,
                help_text=capability.about,
            )

    @classmethod
    def of(cls, game: Game | None, data: Any = None, files: Any = None) -> GameForm:
        """Filled from the game, or from what a new one begins with."""
        game = game or Game(survey_delay_hours=24)
        initial = {name: getattr(game, name) for name in cls.base_fields if name not in {"logo", "drop_logo", "holidays"}}
        initial["holidays"] = "\n".join(game.holidays)
        for day in range(7):
            initial[f"hours_{day}"] = say_spans(game.hours.get(str(day), []))
        initial |= {f"mode_{name}": mode for name, mode in capabilities.modes_of(game).items()}
        return cls(data, files, initial=initial)

    def clean_holidays(self) -> list[str]:
        days = self.cleaned_data["holidays"].split()
        for day in days:
            try:
                date.fromisoformat(day)
            except ValueError as error:
                raise forms.ValidationError(_("“%(day)s” is not a day. Write it like 2026-12-25."), params={"day": day}) from error
        return sorted(set(days))

    def clean_back_office_link(self) -> str:
        link: str = self.cleaned_data["back_office_link"]
        if link and not link.startswith(("https://", "http://")):
            raise forms.ValidationError(_("The link begins with https://"))
        if link and "{id}" not in link:
            raise forms.ValidationError(_("The link does not say where the account's id goes: {id}"))
        return link

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        hours = {}
        for day in range(7):
            try:
                spans = parse_spans(facts.pop(f"hours_{day}", ""))
            except forms.ValidationError as error:
                self.add_error(f"hours_{day}", error)
            else:
                if spans:
                    hours[str(day)] = spans
        facts["hours"] = hours
        if facts.get("languages") and facts.get("default_language") not in facts["languages"]:
            self.add_error("default_language", _("This must be one of the game's languages."))
        for field, words in self.unreadable(facts).items():
            if field == "colour_on_main":
                self.add_error(field, words)
        return facts

    def unreadable(self, colours: Mapping[str, Any]) -> dict[str, str]:
        """Of these colours those that nobody can read, by field, with the contrast that was measured."""
        found: dict[str, str] = {}
        if all(colours.get(name) for name in COLOURS):
            ratio = contrast(colours["colour_on_main"], colours["colour_main"])
            if ratio < READABLE:
                words = _("This writing has %(ratio)s : 1 on the main colour. It can be read from %(enough)s : 1 on.")
                found["colour_on_main"] = words % {"ratio": floored(ratio), "enough": READABLE}
            ratio = contrast(INK_SOFT, colours["colour_tint"])
            if ratio < READABLE:
                words = _("Our grey writing has %(ratio)s : 1 on the tint, not %(enough)s : 1: mails take the usual tint in its place.")
                found["colour_tint"] = words % {"ratio": floored(ratio), "enough": READABLE}
        return found

    def facts(self) -> dict[str, Any]:
        """What the service takes; the logo as bytes."""
        facts = dict(self.cleaned_data)
        upload = facts.pop("logo")
        modes = {one.name: Mode(facts.pop(f"mode_{one.name}")) for one in capabilities.capabilities()}
        return facts | {"logo": upload.read() if upload else None, "modes": modes}

    def days(self) -> list[forms.BoundField]:
        return [self[f"hours_{day}"] for day in range(7)]

    def modes(self) -> list[forms.BoundField]:
        return [self[f"mode_{one.name}"] for one in capabilities.capabilities()]

    def colours(self) -> list[forms.BoundField]:
        return [self[name] for name in COLOURS]
