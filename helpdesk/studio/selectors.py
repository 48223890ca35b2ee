"""What the studio has words for, and when somebody is there."""

from __future__ import annotations

from datetime import datetime

from helpdesk.base.calendar import Calendar
from helpdesk.studio.models import CalendarVersion, Game, Topic


def topic_choices() -> list[tuple[str, str]]:
    """Every topic that a grant may name today: short name, name."""
    return list(Topic.objects.filter(archived_at=None).values_list("slug", "name"))


def calendar_at(game: Game, moment: datetime) -> Calendar:
    """A game's support hours as they were in force at a moment; of one before its first version those of that."""
    kept = CalendarVersion.objects.filter(game=game)
    version = kept.filter(valid_from__lte=moment).order_by("-valid_from").first() or kept.order_by("valid_from").first()
    return (version or game).calendar
