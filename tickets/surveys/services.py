"""Answering: what a link still opens, the rating, its change, and the wish not to be asked."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock
from helpdesk.base.errors import Conflict
from helpdesk.base.text import clean
from tickets.actors import player
from tickets.events import change, record
from tickets.locks import lock
from tickets.surveys.kinds import SurveyAnswered, SurveyRefused
from tickets.surveys.models import Refusal, Survey
from tickets.surveys.selectors import rating_of

CHANGEABLE_FOR = timedelta(days=7)  # from the first answer


class Standing(Enum):
    """What may be done with a survey now."""

    OPEN = "open"
    FIXED = "fixed"
    OVER = "over"


def standing(survey: Survey) -> Standing:
    """Unanswered ones expire; answered ones may be changed for seven days and are shown until the player is erased."""
    now = clock.now()
    if survey.ticket.player.erased_at is not None:
        return Standing.OVER
    if survey.answered_at is not None:
        return Standing.OPEN if now < survey.answered_at + CHANGEABLE_FOR else Standing.FIXED
    return Standing.OPEN if now < survey.expires_at else Standing.OVER


@transaction.atomic
def rate(survey: Survey, *, score: int, comment: str) -> Survey:
    """The player's rating, the first or a changed one. The same again changes nothing. Conflict when it is too late."""
    ticket = lock(survey.ticket)
    survey = Survey.objects.select_for_update().get(pk=survey.pk)
    if standing(survey) != Standing.OPEN:
        raise Conflict(_("This rating cannot be changed any more."))
    comment, now = clean(comment).strip(), clock.now()
    if (survey.score, survey.comment) == (score, comment):
        return survey
    before = survey.score
    survey.score, survey.comment, survey.changed_at = score, comment, now
    survey.answered_at = survey.answered_at or now
    survey.save(update_fields=["score", "comment", "answered_at", "changed_at"])
    said = SurveyAnswered(
        survey=survey.pk,
        score=score,
        score_before=before,
        commented=bool(comment),
        resolution=survey.resolution_event_id,
        reply=survey.reply_id,
        author=survey.reply_author_id,
        approver=survey.reply_approver_id,
    )
    newest = rating_of(ticket)
    ticket.rating = newest.score or 0 if newest else 0
    change(ticket, said, by=player(ticket.player), fields=["rating"])
    return survey


@transaction.atomic
def refuse(survey: Survey) -> None:
    """The player wants no more surveys. Twice is once."""
    ticket = lock(survey.ticket)
    _refusal, first = Refusal.objects.get_or_create(player_id=survey.ticket.player_id)
    if first:
        record(ticket, SurveyRefused(survey=survey.pk), by=player(ticket.player))
