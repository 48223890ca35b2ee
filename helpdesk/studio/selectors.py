"""What the studio has words for, and when somebody is there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection
from django.db.models import Q, QuerySet

from helpdesk.base.calendar import Calendar
from helpdesk.studio.models import CalendarVersion, Department, Game, Topic

_BENEATH = """
WITH RECURSIVE beneath (root, id) AS (
    SELECT id, id FROM tickets_topic WHERE id = ANY(%s)
    UNION
    SELECT beneath.root, topic.id FROM beneath JOIN tickets_topic AS topic ON topic.parent_id = beneath.id
)
SELECT root, array_agg(id ORDER BY id <> root, id) FROM beneath GROUP BY root
"""


def topics_beneath(topics: Collection[int]) -> dict[int, tuple[int, ...]]:
    """For each of these topics its id and, after it, those of all that lie beneath it, archived ones too. One query, or none for none."""
    if not topics:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_BENEATH, [list(topics)])
        return {root: tuple(ids) for root, ids in cursor.fetchall()}


def for_game(game: Game) -> Q:
    """The words that a matter of this game may have: its own, and those for all."""
    return Q(game=game) | Q(game=None)


def topics_of(game: Game) -> QuerySet[Topic]:
    """The topics that a matter of this game may have today."""
    return Topic.objects.filter(for_game(game), archived_at=None)


def departments_of(game: Game) -> QuerySet[Department]:
    """The departments that may owe an answer in a matter of this game today."""
    return Department.objects.filter(for_game(game), archived_at=None)


def calendar_at(game: Game, moment: datetime) -> Calendar:
    """A game's support hours as they were in force at a moment; of one before its first version those of that."""
    kept = CalendarVersion.objects.filter(game=game)
    version = kept.filter(valid_from__lte=moment).order_by("-valid_from").first() or kept.order_by("valid_from").first()
    return (version or game).calendar
