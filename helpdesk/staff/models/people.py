"""Operators, their teams, the roles they hold and where, what they are told, and the letters that go to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any, ClassVar, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from helpdesk.base.bounds import sane_moments
from helpdesk.base.clock import now
from helpdesk.base.text import inside
from helpdesk.base.worded import Worded
from helpdesk.staff.facts import look_up
from helpdesk.staff.rights import Part
from helpdesk.studio.models import Department
from helpdesk.studio.selectors import topics_beneath


class Language(models.TextChoices):
    ENGLISH = "en", "English"
    RUSSIAN = "ru", "Русский"


class Theme(models.TextChoices):
    SYSTEM = "system", _("As the system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class MailCopies(models.TextChoices):
    """Which notices an operator also wants by mail."""

    NONE = "none", _("None, the bell is enough")
    IMPORTANT = "important", _("Only what cannot wait")
    ALL = "all", _("All of them")


GONE = (0,)  # the id of no topic


class HeldGrant(NamedTuple):
    """What one grant gives: these rights, in this part of the work, whether its role demands a second factor, and which rights its holder
    may give to others there."""

    rights: frozenset[str]
    part: Part
    needs_second_factor: bool
    may_grant: frozenset[str] = frozenset()


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make an operator. Addresses are kept in small letters, so that the unique key ignores case."""
        fields.setdefault("created_at", now())
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    personal = ()
    email = models.EmailField(_("Mail address"), unique=True)
    email_wanted = models.EmailField(_("New mail address"), blank=True, default="")  # until somebody there has said yes
    name = models.CharField(_("Name"), max_length=120)
    public_name = models.CharField(_("Name for players"), max_length=120, blank=True)
    language = models.CharField(_("Language"), max_length=8, choices=Language.choices, default=Language.ENGLISH)
    timezone = models.CharField(_("Time zone"), max_length=64, default="UTC")
    theme = models.CharField(_("Look"), max_length=8, choices=Theme.choices, default=Theme.SYSTEM)
    mail_copies = models.CharField(_("Notices by mail"), max_length=12, choices=MailCopies.choices, default=MailCopies.IMPORTANT)
    is_active = models.BooleanField(_("May sign in"), default=True)
    created_at = models.DateTimeField()
    away_until = models.DateTimeField(
        null=True
    )  # what `Away` says of this moment, for pages that have the row anyway; far off: till return

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        ordering = ("name", "pk")
        constraints = (
            models.CheckConstraint(name="user_email_in_small_letters", condition=models.Q(email=Lower("email"))),
            models.CheckConstraint(name="user_language_known", condition=models.Q(language__in=Language.values)),
            models.CheckConstraint(name="user_theme_known", condition=models.Q(theme__in=Theme.values)),
            models.CheckConstraint(name="user_mail_copies_known", condition=models.Q(mail_copies__in=MailCopies.values)),
            sane_moments("user_moments_sane", "away_until"),
        )

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def initials(self) -> str:
        """Two letters for the face: of the first and the last word of the name."""
        words = (self.name or self.email).split()
        letters = words[0][:1] + (words[-1][:1] if len(words) > 1 else words[0][1:2])
        return letters.upper()

    @property
    def shown_to_players(self) -> str:
        """What players see under a reply: the public name, else the first name, never the address."""
        return self.public_name or self.name.split(" ")[0]

    @property
    def zone(self) -> tzinfo:
        """Their time zone; the studio's where the row names none that there is."""
        try:
            return ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            return get_default_timezone()

    @property
    def is_away(self) -> bool:
        """Whether they have said that they are away just now."""
        return self.away_until is not None and self.away_until > now()

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]

    def held_grants(self) -> tuple[HeldGrant, ...]:
        """The grants, read once for this instance; `forget_grants` after changing them. Lent ones stand in their place."""
        held: tuple[HeldGrant, ...] | None = self.__dict__.get("_lent_grants", self.__dict__.get("_held_grants"))
        if held is None:
            grants = _grants_of(self.pk)
            held = tuple(
                HeldGrant(frozenset(grant.role.rights), part, grant.role.requires_second_factor, frozenset(grant.role.may_grant))
                for grant, part in zip(grants, parts_of(grants), strict=True)
            )
            self.__dict__["_held_grants"] = held
        return held

    def forget_grants(self) -> None:
        self.__dict__.pop("_held_grants", None)

    def lend(self, grants: tuple[HeldGrant, ...]) -> None:
        """Let this instance hold these and no others: `helpdesk/staff/seeing.py` alone does so."""
        self.__dict__["_lent_grants"] = grants

    @property
    def needs_second_factor(self) -> bool:
        return any(grant.needs_second_factor for grant in self.held_grants())


class Team(models.Model):
    """Operators who have tickets together. `answering_takes`: a ticket that nobody has goes to who answers it."""

    personal = ()
    name = models.CharField(_("Name"), max_length=80)
    slug = models.SlugField(_("Short name"), max_length=80, unique=True)
    answering_takes = models.BooleanField(_("Who answers a ticket that nobody has, has it from then on"), default=True)
    members = models.ManyToManyField(User, through="Membership", related_name="teams", verbose_name=_("Members"))

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    personal = ()
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")

    class Meta:
        constraints = (models.UniqueConstraint(name="member_once_per_team", fields=("team", "user")),)


class DepartmentMember(models.Model):
    """Who belongs to a department of the studio."""

    personal = ()
    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(name="member_once_per_department", fields=("department", "user")),)


class Role(models.Model):
    """A named set of rights, and of those that its holder may give to others. Where it holds is said by the grant, not here.

    A right whose room is not here stays in it, opens nothing, and is shown as such.
    """

    personal = ()
    name = models.CharField(_("Name"), max_length=80)
    slug = models.SlugField(_("Short name"), max_length=80, unique=True)
    rights = ArrayField(models.CharField(max_length=64), default=list, blank=True, verbose_name=_("Rights"))
    may_grant = ArrayField(models.CharField(max_length=64), default=list, db_default=[], blank=True, verbose_name=_("May give"))
    requires_second_factor = models.BooleanField(_("Demands a second factor"), default=False)

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class Grant(models.Model):
    """A role given to a person: for everything, or for a game, team, language, topic. An empty part leaves that side open."""

    personal = ()
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="grants")
    game = models.ForeignKey("games.Game", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, blank=True, related_name="grants")
    language = models.CharField(max_length=16, blank=True, default="")
    topic = models.ForeignKey("games.Topic", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    topic_slug = models.SlugField(max_length=80, blank=True, default="", db_column="topic")  # how processes of the former release know it

    class Meta:
        ordering = ("role__name", "pk")
        constraints = (
            models.UniqueConstraint(
                name="grant_given_once", fields=("user", "role", "game", "team", "language", "topic_slug"), nulls_distinct=False
            ),
            models.UniqueConstraint(
                name="grant_given_once_for_a_topic",
                fields=("user", "role", "game", "team", "language", "topic"),
                condition=models.Q(topic__isnull=False),
                nulls_distinct=False,
            ),
        )


def parts_of(grants: Sequence[Grant]) -> list[Part]:
    """For which parts of the work these are given, in the same order: what holds for a topic holds for those beneath it.

    One query where topics are named, else none. What names a topic that is gone opens nothing.
    """
    beneath = topics_beneath({grant.topic_id for grant in grants if grant.topic_id})
    return [
        Part(
            grant.game_id,
            grant.team_id,
            grant.language,
            beneath.get(grant.topic_id or 0, GONE) if grant.topic_id or grant.topic_slug else (),
        )
        for grant in grants
    ]


_grants_of = Worded(lambda user: Grant.objects.select_related("role").filter(user=user))  # every click asks for them


class Notice(models.Model):
    """Something an operator is told. `text` is an English msgid with %(…)s fields; it is put into words when read.

    `data` holds ids and numbers, no words of a player: those are looked up (`facts.py`).
    """

    personal = ()
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=64)
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    text = models.CharField(max_length=300)
    data = models.JSONField(default=dict)
    link = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(name="notice_newest", fields=("user", "-id")),
            models.Index(name="notice_unseen", fields=("user",), condition=models.Q(seen_at=None)),
        )

    def words(self) -> str:
        """The text in the reader's language; what is gone, or not theirs to see, shows as a dash. What cannot be filled in stays."""
        if "found" not in self.__dict__ and self.user_id:
            look_up(self.user, [self])
        try:
            return gettext(self.text) % _Facts(self.data | self.__dict__.get("found", {}))
        except (TypeError, ValueError):
            return gettext(self.text)


class _Facts(dict[str, Any]):
    """Words of others stand between our quotation marks."""

    def __getitem__(self, key: str) -> Any:
        fact = super().__getitem__(key)
        return inside(fact) if isinstance(fact, str) else fact

    def __missing__(self, key: str) -> str:
        return "–"


class StaffMailState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")


class StaffMail(models.Model):
    """A mail to an operator: invitation, new password, copy of a notice. A row first, so that a sleeping mail server stops nobody.

    The words are emptied when it has left or failed for good: they may carry a link that opens an account. The copy of a notice has no
    words of its own, they are found when it leaves.
    """

    personal = ()
    to = models.EmailField()
    notice = models.ForeignKey(Notice, null=True, on_delete=models.CASCADE, related_name="+")  # of which this is the copy
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=StaffMailState.choices, default=StaffMailState.QUEUED)
    queued_at = models.DateTimeField()
    due_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)  # the sweep stumbled over this row: a person decides
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(name="staff_mail_state_known", condition=models.Q(state__in=StaffMailState.values)),
            sane_moments("staff_mail_moments_sane", "queued_at", "due_at"),
        )
        indexes = (
            models.Index(name="staff_mail_waiting", fields=("due_at",), condition=models.Q(state="queued")),
            models.Index(name="staff_mail_parked", fields=("parked_at",), condition=models.Q(parked_at__isnull=False)),
        )
