"""A player's words in surveys, given out or emptied. The scores stay: they say nothing about who gave them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tickets.surveys.models import Survey


def export(player_id: int) -> Iterator[dict[str, Any]]:
    """His ratings."""
    rated = Survey.objects.filter(ticket__player_id=player_id, score__isnull=False).select_related("ticket").order_by("pk")
    for survey in rated:
        answered = survey.answered_at.isoformat() if survey.answered_at else None
        yield {"ticket": survey.ticket.number, "score": survey.score, "comment": survey.comment, "answered_at": answered}


def erase(player_id: int) -> int:
    """Empty his comments."""
    return Survey.objects.filter(ticket__player_id=player_id).exclude(comment="").update(comment="")
