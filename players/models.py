"""Who writes to us. A player is a person in the studio; his game accounts and addresses are rows of their own.

Several players may share one address (a family, a clan's mailbox) and one player may have several: nothing here guesses which.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock
from helpdesk.base.bounds import sane_moments
from helpdesk.base.ids import IdOf
from helpdesk.base.jobs.models import Job
from helpdesk.staff.models import User
from helpdesk.studio.models import Game


class Player(models.Model):
    """A person who plays. Made when a message comes in; the studio's own records come as game accounts."""

    personal: ClassVar[tuple[str, ...]] = ("name", "language", "country", "note", "tier")

    name = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=12, blank=True)
    country = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=500, blank=True)
    tier = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    blocked_until = models.DateTimeField(null=True, blank=True)  # as his open `PlayerBlock` says; written with it alone
    erased_at = models.DateTimeField(null=True, blank=True)  # nothing of him is left, and nothing new is added to him

    just_made = False  # in this transaction: nothing hangs at him yet, and nobody needs to look

    class Meta:
        constraints = [sane_moments("player_moments_sane", "blocked_until")]

    @property
    def is_blocked(self) -> bool:
        """Whether what he writes is set aside just now; a channel asks this and lets him read all the same."""
        return self.blocked_until is not None and self.blocked_until > clock.now()


class PlayerBlock(models.Model):
    """What a player writes is set aside `until` a moment, or until somebody lifts that. It is a person's decision, and has an end.

    `ended_at` is the moment at which it was lifted, or `until` when it was over by itself.
    """

    personal: ClassVar[tuple[str, ...]] = ("why", "trouble")

    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="blocks")
    since = models.DateTimeField(default=clock.now)
    until = models.DateTimeField()
    why = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )  # null: it was over by itself, or he was erased
    parked_at = models.DateTimeField(null=True)  # the sweep stumbled over this row: a person decides
    trouble = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_open_block", fields=["player"], condition=Q(ended_at__isnull=True)),
            models.CheckConstraint(name="block_has_an_end", condition=Q(until__gt=F("since"))),
            sane_moments("block_moments_sane", "until"),
        ]
        indexes = [models.Index(name="block_due", fields=["until"], condition=Q(ended_at__isnull=True, parked_at__isnull=True))]


class Address(models.Model):
    """A mail address as players used it. The row is the address itself; who uses it stands in `AddressUse`."""

    personal: ClassVar[tuple[str, ...]] = ("address", "folded", "state_reason")

    class State(models.TextChoices):
        GOOD = "good", _("good")
        BOUNCED = "bounced", _("bounced")
        COMPLAINED = "complained", _("complained")

    address = models.CharField(max_length=320)
    folded = models.CharField(max_length=320, unique=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.GOOD)
    state_since = models.DateTimeField(null=True, blank=True)
    state_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(name="address_state_known", condition=Q(state__in=["good", "bounced", "complained"]))]


class AddressUse(models.Model):
    """A player writes from an address. `main`: the address our conversations with him go to."""

    personal: ClassVar[tuple[str, ...]] = ()

    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="uses")
    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="uses")
    main = models.BooleanField(default=True)
    since = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="address_use_once", fields=["player", "address"]),
            models.UniqueConstraint(name="one_main_address", fields=["player"], condition=Q(main=True)),
        ]


class GameAccount(models.Model):
    """An account in one game, under the id the game gives it."""

    personal: ClassVar[tuple[str, ...]] = ("external_id", "nickname")

    game = models.ForeignKey(Game, on_delete=models.PROTECT, related_name="+")
    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="accounts")
    external_id = models.CharField(max_length=80)
    nickname = models.CharField(max_length=80, blank=True)
    registered_at = models.DateTimeField(null=True, blank=True)
    traits = ArrayField(models.BigIntegerField(), null=True)  # ids of `CardValue`: what its newest card says; null: nothing, or not looked

    class Meta:
        constraints = [
            models.UniqueConstraint(name="account_once_per_game", fields=["game", "external_id"]),
            sane_moments("account_moments_sane", "registered_at"),
        ]
        indexes = [GinIndex(name="account_traits", fields=["traits"])]


class ProfileSnapshot(models.Model):
    """The account's card as the game told it at a moment: flat names and values, in the order of the game's card."""

    personal: ClassVar[tuple[str, ...]] = ("fields",)

    account = models.ForeignKey(GameAccount, on_delete=models.CASCADE, related_name="snapshots")
    taken_at = models.DateTimeField(default=clock.now)
    fields = models.JSONField(default=dict)  # {"level": 42, "crystals": 10, "paid_90d": "12.99 EUR", "device": "…", …}

    class Meta:
        constraints = [sane_moments("snapshot_moments_sane", "taken_at")]
        indexes = [models.Index(name="snapshot_newest", fields=["account", "-taken_at"])]


class CardValue(models.Model):
    """A word that cards say for one of a few facts (`players/traits.py`), such as a server's name: events name it by its id.

    One that only an erased player's card said is emptied; its id stays.
    """

    personal: ClassVar[tuple[str, ...]] = ("value",)

    trait = models.CharField(max_length=20)
    value = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="card_value_once", fields=["trait", "value"], condition=~Q(value=""))]

    def __str__(self) -> str:
        return self.value


class CardClass(models.Model):
    """What a fact on a card is, and so which right opens it: four are the desk's own, a studio makes others.

    None is ever removed: its right stands in roles, and a later one of the same name would be opened by it.
    """

    personal: ClassVar[tuple[str, ...]] = ()

    OWN: ClassVar[Mapping[str, Any]] = {
        "open": _("the game"),
        "contact": _("address or telephone"),
        "payments": _("purchases"),
        "device": _("device"),
    }

    slug = models.SlugField(max_length=44, unique=True)
    name = models.CharField(max_length=40)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.OWN.get(self.slug, self.name))

    @property
    def own(self) -> bool:
        """Whether it is one of the desk's own."""
        return self.slug in self.OWN


class CardLine(models.Model):
    """A field of a game's card, under the name by which the game sends it: declared by the studio, or come and not declared.

    What has no class is not declared, and closed to all but those who may see everything of a player.
    """

    personal: ClassVar[tuple[str, ...]] = ()

    class Kind(models.TextChoices):
        PLAIN = "plain", _("as it comes")
        NUMBER = "number", _("number")
        MOMENT = "moment", _("day and hour")
        YES_NO = "yes_no", _("yes or no")

    game = models.ForeignKey(Game, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    label_en = models.CharField(max_length=80, blank=True)
    label_ru = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.PLAIN)
    card_class = models.ForeignKey(CardClass, null=True, on_delete=models.PROTECT, related_name="lines")
    filterable = models.BooleanField(default=False)
    place = models.PositiveSmallIntegerField(default=0)
    seen_at = models.DateTimeField(default=clock.now)  # first

    class Meta:
        ordering = ["place", "name"]
        constraints = [
            models.UniqueConstraint(name="card_line_once_per_game", fields=["game", "name"]),
            models.CheckConstraint(name="card_line_kind_known", condition=Q(kind__in=["plain", "number", "moment", "yes_no"])),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """What readers see: the label in their language, else in the other one, else the name itself."""
        said = (self.label_ru, self.label_en) if get_language() == "ru" else (self.label_en, self.label_ru)
        return next(filter(None, said), self.name.replace("_", " ").capitalize())


class Erasure(models.Model):
    """That a player's data are to be erased, were erased, or were spared. It names ids and numbers only.

    Until `due_at` it can be taken back. Then the rooms erase one after the other, which its `job` does; `done` names those that have. A
    failure is tried again for as long as it takes; `trouble` says which room and what kind.
    """

    personal: ClassVar[tuple[str, ...]] = ()

    class State(models.TextChoices):
        SCHEDULED = "scheduled", _("planned")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        TAKEN_BACK = "taken_back", _("taken back")

    player = models.ForeignKey(Player, on_delete=models.PROTECT, related_name="erasures")
    state = models.CharField(max_length=10, choices=State.choices, default=State.SCHEDULED)
    asked_at = models.DateTimeField(default=clock.now)
    asked_by = IdOf("staff.User", null=True)  # a person of the staff; null: the command line
    due_at = models.DateTimeField()
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")  # null: the former release asked for it
    ended_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)  # by a worker of the former release
    attempts = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=120, blank=True)
    done = models.JSONField(default=list)  # names of steps
    counts = models.JSONField(default=dict)  # {room: rows that were emptied}

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="erasure_state_known", condition=Q(state__in=["scheduled", "running", "done", "taken_back"])),
            models.CheckConstraint(name="erasure_ends_once", condition=Q(state__in=["done", "taken_back"]) ^ Q(ended_at__isnull=True)),
            models.UniqueConstraint(name="one_open_erasure", fields=["player"], condition=Q(state__in=["scheduled", "running"])),
        ]
        indexes = [models.Index(name="erasure_due", fields=["due_at"], condition=Q(state__in=["scheduled", "running"]))]

    def __str__(self) -> str:
        return f"{self.player_id}: {self.state}"
