"""What search keeps beside the tickets. All of it can be made anew from them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from helpdesk.base import clock
from helpdesk.base.ids import IdOf
from tickets.models import Ticket


class SearchDocument(models.Model):
    """What a ticket is found by in PostgreSQL, whichever engine is asked first: one vector of all its texts, made by `analysis`.

    A key begins with its zone (`documents.ZONES`), so that notes are found by those alone who may read them. `revision` grows with each
    change, so that an older one never comes over a newer elsewhere. `cut`: not all of the ticket's texts are in it.
    """

    personal: ClassVar[tuple[str, ...]] = ("vector",)

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    game_id = IdOf("games.Game")
    player_id = IdOf("players.Player")
    vector = SearchVectorField()
    analysis = models.PositiveSmallIntegerField()  # by which version of it
    revision = models.PositiveIntegerField(default=1)
    cut = models.BooleanField(default=False)
    trouble = models.CharField(max_length=300, blank=True, default="")  # why it could not be made anew
    made_at = models.DateTimeField(default=clock.now)
    stale_since = models.DateTimeField(null=True)  # the ticket says something else since then

    class Meta:
        indexes = [
            GinIndex(name="search_vector", fields=["vector"], fastupdate=False),
            models.Index(name="search_of_player", fields=["player_id", "game_id"]),
            models.Index(name="search_stale", fields=["stale_since"], condition=models.Q(stale_since__isnull=False, trouble="")),
        ]


class SearchWord(models.Model):
    """A word that stands in some ticket's subject or messages, and how it is stored there: what a mistyped one may have meant."""

    personal: ClassVar[tuple[str, ...]] = ("word", "key")

    word = models.CharField(max_length=60)
    key = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(name="search_word_once", fields=["word", "key"])]
        indexes = [
            models.Index(name="search_word_by_key", fields=["key"]),
            GinIndex(name="search_word_alike", fields=["word"], opclasses=["gin_trgm_ops"]),
        ]


class SearchIndex(models.Model):
    """An index that is made out of all tickets, the newest first: how far it has come. What changes meanwhile is written into it too.

    `upto`: the documents of tickets from this id on are in it. `live`: the one that is searched.
    """

    personal: ClassVar[tuple[str, ...]] = ()

    class Engine(models.TextChoices):
        POSTGRES = "postgres"
        ELASTICSEARCH = "elasticsearch"

    engine = models.CharField(max_length=16, choices=Engine.choices)
    name = models.CharField(max_length=120, unique=True)
    analysis = models.PositiveSmallIntegerField()
    upto = models.BigIntegerField()
    live = models.BooleanField(default=False)
    started_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(name="search_engine_known", condition=models.Q(engine__in=["postgres", "elasticsearch"]))]


class SearchPush(models.Model):
    """A ticket whose document must go to Elasticsearch. Its id grows with each change: of two documents that of the higher one is newer."""

    personal: ClassVar[tuple[str, ...]] = ()

    ticket_id = IdOf("tickets.Ticket", unique=True)
    due_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField()
    parked_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
