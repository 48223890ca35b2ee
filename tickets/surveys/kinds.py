"""What happens to a survey, as events of its ticket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from django.utils.translation import gettext as _

from helpdesk.staff.rights import Right
from tickets.events.kinds import EventId, MessageId, Of, Payload, UserId, fact, kind
from tickets.events.lines import Line, Names
from tickets.models import Event

SurveyId = Annotated[int, Of("surveys.Survey")]


@kind("survey.sent")
@dataclass(frozen=True, slots=True, kw_only=True)
class SurveySent(Payload):
    """The player was asked to rate one resolution. The event's message is the invitation."""

    survey: SurveyId | None = fact("which")
    resolution: EventId | None = fact("the move to “resolved” that it asks about")
    reply: MessageId | None = fact("the last answer of a person before that, which the rating credits")
    author: UserId | None = fact("who wrote that answer")
    approver: UserId | None = fact("who had let it pass a gate")


@kind("survey.answered", right=Right.SEE_RATING)
@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyAnswered(Payload):
    """The player rated the help, or changed his rating. Whom it credits was written down when the survey went out."""

    survey: SurveyId | None = fact("which")
    score: int | None = fact("from 1 to 5")
    score_before: int | None = fact("of a changed rating: the score before")
    commented: bool = fact("whether there are words with it; they stand in the survey's row")
    resolution: EventId | None = fact("the move to “resolved” that it rates")
    reply: MessageId | None = fact("the answer that it credits")
    author: UserId | None = fact("who wrote that answer")
    approver: UserId | None = fact("who had let it pass a gate")

    def line(self, event: Event, names: Names) -> Line:
        return Line("star", _("rated the help"))


@kind("survey.refused")
@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyRefused(Payload):
    """The player wants no surveys any more, and said so on this one."""

    survey: SurveyId | None = fact("on which")

    def line(self, event: Event, names: Names) -> Line:
        return Line("star-off", _("wants no surveys any more"))
