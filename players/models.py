"""Who writes to us. A player is a person in the studio; his game accounts and addresses are rows of their own.

Several players may share one address (a family, a clan's mailbox) and one player may have several: nothing here guesses which.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock
from helpdesk.base.bounds import sane_moments
from helpdesk.games.models import Game


class Player(models.Model):
    """A person who plays. Made when a message comes in; the studio's own records come as game accounts."""

    personal: ClassVar[tuple[str, ...]] = ("name", "language", "country", "note")

    name = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=12, blank=True)
    country = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=500, blank=True)
    tier = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    blocked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [sane_moments("player_moments_sane", "blocked_until")]


class Address(models.Model):
    """A mail address as players used it. The row is the address itself; who uses it stands in `AddressUse`."""

    personal: ClassVar[tuple[str, ...]] = ("address", "folded")

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

    class Meta:
        constraints = [
            models.UniqueConstraint(name="account_once_per_game", fields=["game", "external_id"]),
            sane_moments("account_moments_sane", "registered_at"),
        ]


class ProfileSnapshot(models.Model):
    """The account's card as the game told it at a moment: flat names and values, in the order of the game's card."""

    personal: ClassVar[tuple[str, ...]] = ("fields",)

    account = models.ForeignKey(GameAccount, on_delete=models.CASCADE, related_name="snapshots")
    taken_at = models.DateTimeField(default=clock.now)
    fields = models.JSONField(default=dict)  # {"level": 42, "crystals": 10, "paid_90d": "12.99 EUR", "device": "…", …}

    class Meta:
        constraints = [sane_moments("snapshot_moments_sane", "taken_at")]
        indexes = [models.Index(name="snapshot_newest", fields=["account", "-taken_at"])]
