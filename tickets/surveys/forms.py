"""Reading what the rating page sends. Django's own error texts speak the interface's languages, the page the player's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from helpdesk.base.text import clean
from tickets.surveys.phrases import Phrases

LONGEST_COMMENT = 2000
SCORES = {str(score): score for score in range(1, 6)}


@dataclass(frozen=True, slots=True)
class RatingForm:
    """What was typed, kept whatever is wrong with it; `error` is the sentence beside the field, or empty."""

    score: int | None
    comment: str
    error: str = ""
    field: str = ""

    @property
    def is_valid(self) -> bool:
        return not self.error


def read(posted: Mapping[str, str], words: Phrases) -> RatingForm:
    """The form as posted."""
    score = SCORES.get(posted.get("score", ""))
    comment = clean(posted.get("comment", "")).strip()
    if score is None:
        return RatingForm(None, comment[: LONGEST_COMMENT * 2], words.choose, "score")
    if len(comment) > LONGEST_COMMENT:
        return RatingForm(score, comment[: LONGEST_COMMENT * 2], words.too_long, "comment")
    return RatingForm(score, comment)


def chosen_in_advance(asked: Mapping[str, str]) -> int | None:
    """The mark a link of the invitation names; anything else is ignored."""
    return SCORES.get(asked.get("score", ""))
