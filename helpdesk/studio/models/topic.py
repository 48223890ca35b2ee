"""What tickets are about: the studio's own lists. Both tables are called as they were made, when they lay with the tickets."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from helpdesk.studio.models.game import Game

DEEPEST = 4  # levels of topics: more than this nobody finds again
ABOVE = "__".join(["parent"] * (DEEPEST - 1))  # of a topic all those above it


class Topic(models.Model):
    """A topic of the studio's own tree; for one game or for all. What holds for a topic holds for those beneath it.

    Where it hangs is written by `staff/services/topics.py` alone, under a lock on the whole tree: no topic lies beneath itself.
    """

    personal: ClassVar[tuple[str, ...]] = ()

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=80)
    game = models.ForeignKey(Game, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "tickets_topic"
        ordering = ["name"]
        constraints = [models.CheckConstraint(name="topic_not_beneath_itself", condition=~models.Q(parent=models.F("id")))]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> str:
        """Its name behind those above it: “Payments › Refund”. Fetch them with it: `select_related(ABOVE)`."""
        return f"{self.parent.path} › {self.name}" if self.parent else self.name


class Tag(models.Model):
    """A word of a controlled list, put on tickets by people."""

    personal: ClassVar[tuple[str, ...]] = ()

    name = models.CharField(max_length=40, unique=True)

    class Meta:
        db_table = "tickets_tag"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
