"""What becomes of what was promised to a player. The words of a promise stand in its row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.html import format_html
from django.utils.translation import gettext as _

from helpdesk.base.templatetags.ui import moment_words
from tickets.events.kinds import DepartmentId, Payload, PledgeId, Seconds, fact, kind
from tickets.events.lines import Line, Names
from tickets.events.of_tickets import owing
from tickets.models import Event

Why = Literal["replaced", "no_day", "settled", "merged", "parted"]


@kind("promise.made")
@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseMade(Payload):
    """A hold was given a day: until then the player was promised an answer. Its message is the reply that told him, if one did. Or a merge
    brought it from another ticket."""

    pledge: PledgeId | None = fact("the row that says who promised what")
    until: datetime | None = fact("by when")
    department: DepartmentId | None = fact("which department owes the answer; none: we ourselves", default=None)
    broken: bool | None = fact("of one that a merge brought here: its day had passed before", default=None)


@kind("promise.kept")
@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseKept(Payload):
    """A person's answer has left, which was written after the promise. Of one that was broken before it says how late."""

    pledge: PledgeId | None = fact("the promise")
    until: datetime | None = fact("by when it was promised")
    late: Seconds | None = fact("from that day to the answer, of one that came too late", default=None)

    def line(self, event: Event, names: Names) -> Line | None:
        if self.until is None:
            return None
        day = moment_words(self.until)
        if self.late is not None:
            return Line("clock-alert", format_html(_("answered after the day that was promised, {}"), day))
        return Line("handshake", format_html(_("kept the promise to answer by {}"), day))


@kind("promise.broken")
@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseBroken(Payload):
    """The day has passed and the player has no answer. It is owed all the same."""

    pledge: PledgeId | None = fact("the promise")
    until: datetime | None = fact("by when it was promised")
    department: DepartmentId | None = fact("which department owed the answer; none: we ourselves", default=None)

    def line(self, event: Event, names: Names) -> Line:
        if self.department or names.name("tickets.Pledge", self.pledge, ""):
            who = owing(self.pledge, names, self.department)
            return Line("alarm-clock", format_html(_("noticed that the day has passed by which {} owed an answer"), who))
        return Line("alarm-clock", _("noticed that the day has passed by which we had promised an answer"))


@kind("promise.withdrawn")
@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseWithdrawn(Payload):
    """It ended without an answer."""

    pledge: PledgeId | None = fact("the promise")
    until: datetime | None = fact("by when it was promised")
    why: Why | None = fact(
        "another stands in its place; the hold has no day any more; the matter was settled without an answer; the ticket was merged, and "
        "the promise went with it or one that is nearer stands there; it went back with a ticket that was merged by mistake"
    )
    instead: PledgeId | None = fact("the promise that stands in its place", default=None)

    def line(self, event: Event, names: Names) -> Line | None:
        day = moment_words(self.until) if self.until else "–"
        words = {
            "no_day": _("took the promise back to answer by {}"),
            "settled": _("ended it without the answer that was promised by {}"),
        }
        return Line("calendar-x", format_html(words[self.why], day)) if self.why in words else None


@kind("promise.reopened")
@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseReopened(Payload):
    """It stands again: the answer came back, or what had withdrawn it was taken back."""

    pledge: PledgeId | None = fact("the promise")
    until: datetime | None = fact("by when it was promised")
    broken: bool = fact("its day had passed before it ended")

    def line(self, event: Event, names: Names) -> Line | None:
        return Line(
            "rotate-ccw", format_html(_("counts the promise to answer by {} again"), moment_words(self.until) if self.until else "–")
        )
