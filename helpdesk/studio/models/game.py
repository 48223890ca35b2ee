"""The games of the studio. A game is a brand: what its players see, in which languages, and when somebody is there."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock
from helpdesk.base.models import Blob
from helpdesk.studio.models.calendar import Opening

COLOUR = RegexValidator(r"^#[0-9a-f]{6}\Z", _("A colour is written as # and six hexadecimal digits, like #0f6f7c."))


def _default_languages() -> list[str]:
    return ["en"]


class Game(Opening):
    """A game and its face towards the players."""

    personal: ClassVar[tuple[str, ...]] = ()

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    strapline = models.CharField(max_length=120, blank=True)
    team_name = models.CharField(max_length=80, help_text=_("Who signs under the author's name, like “Emberfall Support”."))
    address = models.EmailField(unique=True, help_text=_("Players write to it and replies come from it."))
    sender_name = models.CharField(max_length=80, help_text=_("The name before the address."))
    logo = models.ForeignKey(Blob, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    colour_main = models.CharField(max_length=7, default="#2b3a67", validators=[COLOUR])
    colour_on_main = models.CharField(max_length=7, default="#ffffff", validators=[COLOUR])
    colour_accent = models.CharField(max_length=7, default="#d9622b", validators=[COLOUR])
    colour_tint = models.CharField(max_length=7, default="#f4f5f9", validators=[COLOUR])
    colour_ground = models.CharField(max_length=7, default="#eceef4", validators=[COLOUR])
    face = models.CharField(max_length=10, choices=[("serif", _("serif")), ("sans", _("sans serif"))], default="sans")
    uppercase_name = models.BooleanField(default=False)
    languages = ArrayField(models.CharField(max_length=12), default=_default_languages)
    default_language = models.CharField(max_length=12, default="en")
    back_office_link = models.CharField(
        max_length=300, blank=True, help_text=_("Address of a player in the studio's own back office; {id} is the account's id.")
    )
    survey_delay_hours = models.PositiveIntegerField(default=24)
    survey_enabled = models.BooleanField(default=True)  # read by the former release alone; goes with the next. See `CapabilityMode`
    created_at = models.DateTimeField(default=clock.now)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("address"), name="game_address_once"),
            models.CheckConstraint(name="game_asks_within_a_month", condition=models.Q(survey_delay_hours__lte=720)),
            models.CheckConstraint(name="game_face_known", condition=models.Q(face__in=["serif", "sans"])),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def text_scope(self) -> str:
        """Where this game's own wordings lie in `base.texts`."""
        return f"game:{self.slug}"

    def language_for(self, wanted: str) -> str:
        """The language in which we write to somebody who wants `wanted`."""
        return wanted if wanted in self.languages else self.default_language
