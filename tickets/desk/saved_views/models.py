"""A view, and where somebody begins."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from helpdesk.base.clock import now
from helpdesk.staff.models import Role, Team, User

LONGEST_NAME, LONGEST_FOLDER, LONGEST_ADDRESS = 60, 40, 4000
FIRST_NAMES = (  # of the views that every desk begins with; the migration that makes them cannot ask here
    gettext_noop("Unanswered for more than 4 hours"),
    gettext_noop("Came back"),
    gettext_noop("Low ratings this week"),
    gettext_noop("Pending and overdue"),
    gettext_noop("Mails that did not arrive"),
    gettext_noop("Mine, whatever their status"),
)


class Icon(models.TextChoices):
    """The signs of lucide that one may choose from."""

    LAYERS = "layers", _("Sheets")
    CLOCK = "clock", _("Clock")
    ALARM = "alarm-clock", _("Alarm clock")
    BACK = "rotate-ccw", _("Arrow back")
    STAR = "star", _("Star")
    FLAG = "flag", _("Flag")
    HEART = "heart", _("Heart")
    PERSON = "user-round", _("Person")
    PEOPLE = "users", _("People")
    MAIL = "mail-warning", _("Mail with a warning")
    MONEY = "credit-card", _("Bank card")
    SHIELD = "shield", _("Shield")
    BUG = "bug", _("Beetle")
    GAME = "gamepad-2", _("Gamepad")
    WORLD = "languages", _("Languages")
    SPARK = "zap", _("Lightning")


class SavedView(models.Model):
    """What the queue's address says, under a name. It belongs to a person, a team, a role, or, where none is named, to everybody.

    `address` is a query string as `state.kept` writes it. `revision` grows with each change: who comes with an older one is told.
    `ours`: the name is one of `FIRST_NAMES`, said in each reader's language.
    """

    personal: ClassVar[tuple[str, ...]] = ("name", "folder", "address")

    name = models.CharField(max_length=LONGEST_NAME)
    ours = models.BooleanField(default=False)
    icon = models.CharField(max_length=20, choices=Icon.choices, default=Icon.LAYERS)
    folder = models.CharField(max_length=LONGEST_FOLDER, blank=True, default="")
    place = models.PositiveIntegerField(default=0)
    address = models.CharField(max_length=LONGEST_ADDRESS, blank=True, default="")
    revision = models.PositiveIntegerField(default=1)
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="+")
    role = models.ForeignKey(Role, null=True, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=now)
    changed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name_plural = _("views")
        constraints = (
            models.CheckConstraint(name="view_icon_known", condition=Q(icon__in=Icon.values)),
            models.CheckConstraint(
                name="view_has_one_owner", condition=Q(user=None, team=None) | Q(user=None, role=None) | Q(team=None, role=None)
            ),
        )

    @property
    def label(self) -> str:
        """Its name for the reader."""
        return gettext(self.name) if self.ours else self.name

    @property
    def shared(self) -> bool:
        return self.user_id is None

    @property
    def whose(self) -> str:
        """Its owner in a word: "me", "team:3", "role:4" or "all"."""
        for kind, pk in (("team", self.team_id), ("role", self.role_id)):
            if pk:
                return f"{kind}:{pk}"
        return "me" if self.user_id else "all"

    @property
    def link(self) -> str:
        """Where it opens, for whoever may see it."""
        return reverse("saved_views:open", args=[self.pk, slugify(self.label, allow_unicode=True) or "view"])


class StartView(models.Model):
    """What a person sees after sign-in, or the people of a role who chose nothing themselves."""

    personal: ClassVar[tuple[str, ...]] = ()

    user = models.OneToOneField(User, null=True, on_delete=models.CASCADE, related_name="+")
    role = models.OneToOneField(Role, null=True, on_delete=models.CASCADE, related_name="+")
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = (
            models.CheckConstraint(name="start_of_one", condition=Q(user__isnull=False, role=None) | Q(user=None, role__isnull=False)),
        )
