"""A player's words in surveys, given out or emptied. The scores stay: they say nothing about who gave them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock, personal
from tickets.surveys.models import Refusal, Survey


def export(player_id: int) -> Iterator[dict[str, Any]]:
    """His ratings."""
    rated = Survey.objects.filter(ticket__player_id=player_id, score__isnull=False).select_related("ticket").order_by("pk")
    for survey in rated.iterator():
        answered = survey.answered_at.isoformat() if survey.answered_at else None
        yield {"ticket": survey.ticket.number, "score": survey.score, "comment": survey.comment, "answered_at": answered}


def amounts(player_id: int) -> list[tuple[Any, int]]:
    """What there is."""
    return [(_("Comments in surveys"), Survey.objects.filter(ticket__player_id=player_id).exclude(comment="").count())]


def erase(player_id: int) -> Iterator[int]:
    """Empty his comments, end what he has not answered, and ask him nothing more."""
    with transaction.atomic():
        surveys = Survey.objects.filter(ticket__player_id=player_id)
        emptied = personal.empty(surveys)
        surveys.filter(answered_at=None, expires_at__gt=clock.now()).update(expires_at=clock.now())
        Refusal.objects.get_or_create(player_id=player_id)
    yield emptied
