"""What happens to a ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from helpdesk.base.templatetags.ui import moment_words
from tickets.actors import ActorKind
from tickets.events.kinds import (
    CardValueId,
    DepartmentId,
    MessageId,
    Payload,
    PlayerId,
    PledgeId,
    ReasonId,
    RuleId,
    Seconds,
    TagId,
    TeamId,
    TicketId,
    TopicId,
    UserId,
    Word,
    fact,
    kind,
)
from tickets.events.lines import Line, Names, strong
from tickets.models import ON_HOLD, Event, Priority, Status
from tickets.models.ticket import PriorityWord


@kind("ticket.opened", version=2)
@dataclass(frozen=True, slots=True, kw_only=True)
class TicketOpened(Payload):
    """A ticket was opened: by a player's message, or by an operator who writes first."""

    started_by: Literal["player", "operator"] | None = fact("who wrote first", since=2)
    follows: TicketId | None = fact("the closed ticket that this one follows", default=None)
    tier: CardValueId | None = fact("of the player's card at that moment: his tier", since=2, default=None)
    country: CardValueId | None = fact("likewise: his country", since=2, default=None)
    platform: CardValueId | None = fact("likewise: the platform he plays on", since=2, default=None)
    build: CardValueId | None = fact("likewise: the version of the game", since=2, default=None)
    server: CardValueId | None = fact("likewise: the server he plays on", since=2, default=None)


@kind("card.captured", touches=False)
@dataclass(frozen=True, slots=True, kw_only=True)
class CardCaptured(Payload):
    """The player's card came only after the ticket was opened, or it is another player's now: what it says from here on."""

    tier: CardValueId | None = fact("his tier", default=None)
    country: CardValueId | None = fact("his country", default=None)
    platform: CardValueId | None = fact("the platform he plays on", default=None)
    build: CardValueId | None = fact("the version of the game", default=None)
    server: CardValueId | None = fact("the server he plays on", default=None)


@kind("ticket.moved", version=3)
@dataclass(frozen=True, slots=True, kw_only=True)
class TicketMoved(Payload):
    """The status changed; or one on hold got another debtor, day, reason or word to the player, and stays. The event's own columns say from
    where to where, its message which message brought it."""

    rule: RuleId | None = fact("the life cycle rule that moved it", default=None)
    notice: Word | None = fact("the key of the text that the rule sends the player", default=None)
    pledge: PledgeId | None = fact("of pending: the row that says who owes an answer and what the player was told", default=None)
    department: DepartmentId | None = fact("of pending: which department owes an answer, if it is one of the list", since=2, default=None)
    until: datetime | None = fact("of one on hold: by when that department answers, or we look again", default=None)
    reason: ReasonId | None = fact("of one on hold: why", since=3, default=None)

    def line(self, event: Event, names: Names) -> Line | None:
        status = Status(event.status)
        if status in ON_HOLD:
            return Line("pause", self._held(status, names))
        if event.status == event.status_before:
            return None
        label = strong(str(status.label))
        icon = {Status.RESOLVED: "circle-check", Status.CLOSED: "archive"}.get(status, "arrow-right")
        if event.actor_kind == ActorKind.SYSTEM and self.rule and status in {Status.RESOLVED, Status.CLOSED}:
            return Line(icon, format_html(_("set {} after silence"), label))
        if event.actor_kind == ActorKind.PLAYER:
            return Line("corner-up-left", format_html(_("came back: {}"), label))
        return Line(icon, format_html(_("set {}"), label))

    def _held(self, status: Status, names: Names) -> SafeString:
        """A hold in words: on whom, until when, and why."""
        day = moment_words(self.until) if self.until else None
        if status == Status.PENDING:
            owes = owing(self.pledge, names, self.department)
            words = format_html(_("set Pending on {} until {}"), owes, day) if day else format_html(_("set Pending on {}"), owes)
        else:
            label = strong(str(status.label))
            words = format_html(_("set {} until {}"), label, day) if day else format_html(_("set {}"), label)
        return format_html("{}: {}", words, names.name("games.Reason", self.reason)) if self.reason else words


@kind("ticket.overdue")
@dataclass(frozen=True, slots=True, kw_only=True)
class TicketOverdue(Payload):
    """The day of a hold has passed, of which the player has no open promise: for that see `promise.broken`."""

    pledge: PledgeId | None = fact("the row that says which department owes the answer")
    until: datetime | None = fact("by when it was to come, or we meant to look again")

    def line(self, event: Event, names: Names) -> Line:
        if event.status == Status.IN_PROGRESS:
            return Line("alarm-clock", _("noticed that the day has passed on which we meant to look again"))
        return Line("alarm-clock", format_html(_("noticed that the day has passed by which {} owed an answer"), owing(self.pledge, names)))


@kind("ticket.no_reply_needed", version=2)
@dataclass(frozen=True, slots=True, kw_only=True)
class TicketNoReplyNeeded(Payload):
    """A person said that the player's messages up to one need no reply, so nobody waits for one."""

    upto: MessageId | None = fact("the last of the player's messages that the person had read")
    messages: tuple[MessageId, ...] = fact("those that had waited for a reply until then", since=2)

    def line(self, event: Event, names: Names) -> Line:
        return Line("message-circle-check", _("said that the player needs no reply"))


@kind("ticket.reply_needed")
@dataclass(frozen=True, slots=True, kw_only=True)
class TicketReplyNeeded(Payload):
    """What was said to need no reply needs one after all."""

    messages: tuple[MessageId, ...] = fact("the player's messages that wait for a reply again")

    def line(self, event: Event, names: Names) -> Line:
        return Line("message-circle-question-mark", _("said that the player needs a reply after all"))


@kind("ticket.assigned", version=2)
@dataclass(frozen=True, slots=True, kw_only=True)
class TicketAssigned(Payload):
    """Somebody works on the ticket from now on, or nobody does any more."""

    assignee: UserId | None = fact("who has it now")
    before: UserId | None = fact("who had it before")
    how: Literal["taken", "next", "answered", "given", "returned"] | None = fact(
        "taken by hand, by “take next” or by answering; given by somebody else; returned to the queue, by a person or by time", since=2
    )

    @classmethod
    def brought_up(cls, data: dict[str, Any], event: Event) -> dict[str, Any]:
        said = "answered" if data.get("answered") else "next" if data.get("taken") else ""
        return data | {"how": said or way(event.assignee_id, event.actor_id if event.actor_kind == ActorKind.OPERATOR else None)}

    def line(self, event: Event, names: Names) -> Line:
        if event.assignee_id is None:
            return Line("user-round-x", _("put it back into the queue"))
        if event.assignee_id == event.actor_id and event.actor_kind == ActorKind.OPERATOR:
            return Line("user-round-check", _("has it now, by answering") if self.how == "answered" else _("took it"))
        return Line("user-round", format_html(_("gave it to {}"), strong(names.user(event.assignee_id))))


def way(assignee: int | None, by: int | None) -> Literal["taken", "given", "returned"]:
    """How a ticket came to who has it now, where neither an answer nor “take next” brought it; `by`: the operator who did it."""
    if assignee is None:
        return "returned"
    return "taken" if assignee == by else "given"


@kind("ticket.team_set")
@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTeamSet(Payload):
    """Another team has the ticket, or none."""

    team: TeamId | None = fact("which has it now")
    before: TeamId | None = fact("which had it before")

    def line(self, event: Event, names: Names) -> Line:
        if event.team_id is None:
            return Line("users", _("took it from its team"))
        return Line("users", format_html(_("gave it to the team {}"), strong(names.name("staff.Team", event.team_id))))


@kind("ticket.topic_set", version=2)
@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTopicSet(Payload):
    """What the ticket is about was said or guessed, agreed with or changed."""

    topic: TopicId | None = fact("what it is about now")
    before: TopicId | None = fact("what it was about before")
    by_machine: bool = fact("a guess, with which no person has agreed yet")
    confidence: float | None = fact("of a guess: from 0 to 1", since=2, default=None)
    model: int | None = fact("of a guess: the version of the model that made it", since=2, default=None)

    def line(self, event: Event, names: Names) -> Line:
        if event.topic_id is None:
            return Line("hash", _("removed the topic"))
        return Line("hash", format_html(_("set the topic {}"), strong(names.name("games.Topic", event.topic_id))))


@kind("ticket.language_set")
@dataclass(frozen=True, slots=True, kw_only=True)
class TicketLanguageSet(Payload):
    """We write to the player in another language in this matter."""

    before: Word | None = fact("the language before")

    def line(self, event: Event, names: Names) -> Line:
        return Line("languages", format_html(_("set the language {}"), strong(event.language)))


@kind("ticket.priority_set")
@dataclass(frozen=True, slots=True, kw_only=True)
class TicketPrioritySet(Payload):
    """It matters more, or less, than it did. A ticket is opened with the normal priority."""

    priority: PriorityWord | None = fact("its priority now")
    before: PriorityWord | None = fact("its priority before")

    def line(self, event: Event, names: Names) -> Line:
        return Line("flag", format_html(_("set the priority {}"), strong(str(Priority.said(self.priority or "normal").label))))


@kind("ticket.renamed")
@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRenamed(Payload):
    """Another subject, which stands in the ticket."""

    def line(self, event: Event, names: Names) -> Line:
        return Line("pencil", _("changed the subject"))


@kind("ticket.tagged")
@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTagged(Payload):
    """Tags were put on or taken off."""

    added: tuple[TagId, ...] = fact("put on")
    removed: tuple[TagId, ...] = fact("taken off")

    def line(self, event: Event, names: Names) -> Line:
        added, removed = (", ".join(names.name("games.Tag", pk) for pk in side) for side in (self.added, self.removed))
        if added and removed:
            return Line("tag", format_html(_("changed the tags: {} in place of {}"), strong(added), strong(removed)))
        if added:
            return Line("tag", format_html(_("tagged it {}"), strong(added)))
        return Line("tag", format_html(_("took the tag off: {}"), strong(removed)))


@kind("ticket.player_set")
@dataclass(frozen=True, slots=True, kw_only=True)
class TicketPlayerSet(Payload):
    """It was somebody else who wrote."""

    player: PlayerId | None = fact("whose ticket it is now")
    before: PlayerId | None = fact("whose it was before")

    def line(self, event: Event, names: Names) -> Line:
        return Line("user-round-pen", _("changed whose ticket this is"))


@kind("ticket.followed")
@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFollowed(Payload):
    """The player wrote to a closed ticket, and a follow-up was opened."""

    follow_up: TicketId | None = fact("the new ticket")

    def line(self, event: Event, names: Names) -> Line:
        return Line("link", _("opened a follow-up"))


@kind("ticket.merged")
@dataclass(frozen=True, slots=True, kw_only=True)
class TicketMerged(Payload):
    """Two tickets of one player became one. Recorded on both: the one that goes says where to, the one that stays what came."""

    into: TicketId | None = fact("of the one that goes: in which its messages are shown now", default=None)
    merged: TicketId | None = fact("of the one that stays: which came", default=None)

    def line(self, event: Event, names: Names) -> Line:
        if self.merged:
            return Line("merge", format_html(_("merged {} into this one"), another(self.merged, names)))
        return Line("merge", format_html(_("merged it into {}"), another(self.into, names)))


@kind("ticket.unmerged")
@dataclass(frozen=True, slots=True, kw_only=True)
class TicketUnmerged(Payload):
    """A merge was taken back. Recorded on both."""

    parted_from: TicketId | None = fact("of the one that goes: in which its messages were shown", default=None)
    parted: TicketId | None = fact("of the one that stays: which went", default=None)

    def line(self, event: Event, names: Names) -> Line:
        if self.parted:
            return Line("split", format_html(_("took {} out again"), another(self.parted, names)))
        return Line("split", format_html(_("took it out of {} again"), another(self.parted_from, names)))


@kind("ticket.erased")
@dataclass(frozen=True, slots=True, kw_only=True)
class TicketErased(Payload):
    """The player's data in it were erased: no text is left."""

    def line(self, event: Event, names: Names) -> Line:
        return Line("eraser", _("erased the player's data; the words are gone"))


@kind("player.erased")
@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerErased(Payload):
    """A player's data were erased in all tickets. About the player, and of no ticket."""


@kind("draft.started", touches=False)
@dataclass(frozen=True, slots=True, kw_only=True)
class DraftStarted(Payload):
    """An operator began to write; nobody but colleagues sees it."""

    draft: Literal["reply", "note"] | None = fact("what it is to become")


@kind("next.taken", touches=False)
@dataclass(frozen=True, slots=True, kw_only=True)
class NextTaken(Payload):
    """“Take next” gave this ticket to the operator: it is `ticket.assigned` beside what stood to choose from."""

    waited: Seconds | None = fact("how long the player had waited")


@kind("next.skipped", touches=False)
@dataclass(frozen=True, slots=True, kw_only=True)
class NextSkipped(Payload):
    """The operator put back what “take next” had given, without having written a word."""

    kept: Seconds | None = fact("how long it was with the operator")


def owing(pledge: int | None, names: Names, department: int | None = None) -> SafeString:
    """The department that owes an answer, as it was called then, or is now where those words are gone; a dash where nobody knows."""
    return strong(names.name("tickets.Pledge", pledge, "") or names.name("games.Department", department, "–"))


def another(pk: int | None, names: Names) -> SafeString | str:
    """Another ticket by its number, if it is the reader's to see."""
    number = names.name("tickets.Ticket", pk, "")
    if not number:
        return _("another ticket")
    return format_html('<a class="link nowrap" href="{}">{}</a>', reverse("desk:ticket", args=[number]), number)
