"""What happens to a message of a ticket. The event's `message` says which one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from django.utils.translation import gettext as _

from tickets.events.kinds import (
    AddressId,
    Characters,
    HoldId,
    MessageId,
    Payload,
    Seconds,
    TextVersionId,
    TicketId,
    UserId,
    Word,
    fact,
    kind,
)
from tickets.events.lines import Line, Names
from tickets.models import Event, Message

Purpose = Literal["answer", "acknowledgement", "automatic", "notice", "survey"]
AuthorKind = Literal["operator", "player", "flow", "system"]


def purpose_of(message: Message) -> Purpose:
    """What a message is for, as events say it."""
    return cast(Purpose, str(message.purpose))


def author_kind_of(message: Message) -> AuthorKind:
    """What kind of hand wrote a message, as events say it."""
    return cast(AuthorKind, str(message.author_kind))


@kind("message.received", version=2)
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReceived(Payload):
    """A message came in."""

    automatic: bool = fact("a machine wrote it (a vacation note, a receipt): nobody waits for an answer")
    asks: bool | None = fact("whether the player waits for an answer to it", since=2)

    @classmethod
    def brought_up(cls, data: dict[str, Any], event: Event) -> dict[str, Any]:
        return data | {"asks": not (data.get("automatic") or data.get("backfilled"))}


@kind("message.recognised")
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRecognised(Payload):
    """A person said that the stranger's address from which it came is the player's too."""

    address: AddressId | None = fact("that address")
    answer_there: bool = fact("our answers go there from now on")

    def line(self, event: Event, names: Names) -> Line:
        if self.answer_there:
            return Line("mail-check", _("took the new address for the player's; our answers go there"))
        return Line("mail-check", _("took the new address for the player's"))


@kind("message.counted")
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCounted(Payload):
    """A message that was taken for a machine's is the player's own: he waits for an answer."""

    def line(self, event: Event, names: Names) -> Line:
        return Line("user-check", _("said that a person wrote the message, not a machine"))


@kind("message.noted")
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageNoted(Payload):
    """A note for colleagues."""


@kind("message.written", version=2)
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageWritten(Payload):
    """A message to the player was written. It leaves after its undo window, unless a gate holds it."""

    purpose: Purpose | None = fact("what for")
    revises: MessageId | None = fact("the held reply instead of which it leaves, by whoever looked that over", since=2, default=None)
    text_version: TextVersionId | None = fact("the text it was made from", since=2, default=None)
    typed: Characters | None = fact("typed by its author", since=2, default=None)
    inserted: Characters | None = fact("pasted, dropped or put in by the desk", since=2, default=None)
    drafted: Seconds | None = fact("since its draft began", since=2, default=None)


@kind("message.unsent", touches=False)
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageUnsent(Payload):
    """A message of the desk's own was not written after all: of no message, since there is none."""

    purpose: Purpose | None = fact("what it would have been for")
    why: Literal["unreachable", "no_text", "blocked", "refused"] | None = fact(
        "the player does not get what we send; there are no words for it in his language or the game's; he is blocked; its channel "
        "refused it"
    )

    def line(self, event: Event, names: Names) -> Line:
        words = {
            ("notice", "unreachable"): _("did not tell the player of it: our messages do not reach him"),
            ("survey", "unreachable"): _("did not ask the player for a rating: our messages do not reach him"),
            ("notice", "no_text"): _("did not tell the player of it: nobody has written that text"),
            ("notice", "blocked"): _("did not tell the player of it: he is blocked"),
            ("survey", "blocked"): _("did not ask the player for a rating: he is blocked"),
            ("survey", "no_text"): _("did not ask the player for a rating: nobody has written that text"),
        }
        return Line("mail-x", words.get((self.purpose or "", self.why or ""), _("did not write to the player: it could not be sent")))


@kind("message.held")
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageHeld(Payload):
    """Gates keep it back."""

    gates: tuple[Word, ...] = fact("which")


@kind("message.released", version=2)
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReleased(Payload):
    """Somebody opened a hold."""

    hold: HoldId | None = fact("which")
    left: int | None = fact("how many holds still keep it back; none: it leaves now", since=2)
    approved: bool | None = fact("its gate asks for an approval, and whoever released it has given it", since=2)

    @classmethod
    def brought_up(cls, data: dict[str, Any], event: Event) -> dict[str, Any]:
        return data | {"approved": True}

    def line(self, event: Event, names: Names) -> Line:
        return Line("stamp", _("released the held reply"))


@kind("message.returned")
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReturned(Payload):
    """Whoever looked it over gave it back to its author, with its words; why stands with the hold."""

    hold: HoldId | None = fact("the hold that says why")

    def line(self, event: Event, names: Names) -> Line:
        return Line("undo-2", _("gave the held reply back to its author"))


@kind("message.revised")
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRevised(Payload):
    """Whoever looked it over changed it: another message leaves instead, under its author's name."""

    hold: HoldId | None = fact("the hold that says why")
    instead: MessageId | None = fact("the message that leaves")

    def line(self, event: Event, names: Names) -> Line:
        return Line("pencil-line", _("changed the held reply and let it leave"))


@kind("message.withdrawn")
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageWithdrawn(Payload):
    """Its author called it back before it left; its words are a draft again."""


@kind("message.sent", version=2)
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSent(Payload):
    """It has left, and answers what its author had read."""

    purpose: Purpose | None = fact("what for")
    author_kind: AuthorKind | None = fact("what kind of hand wrote it", since=2)
    author: int | None = fact("of an operator or a flow: which", since=2)
    approver: UserId | None = fact("who let it pass a gate", since=2)
    answers_upto: MessageId | None = fact("the last of the player's messages that its author had on screen", since=2)
    answers: tuple[MessageId, ...] = fact("the player's messages that waited until it left, at most 500", since=2)
    answers_in: tuple[TicketId, ...] = fact("where each of those was received, in the same order", since=2)
    more: int | None = fact("how many it answers beyond those", since=2)
    waited_since: datetime | None = fact("when the oldest of those came", since=2)
    first: bool | None = fact("the first answer of a person in this ticket", since=2)
    again: bool | None = fact("it had left before, and a person had it sent once more", since=2)


@kind("message.stale")
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageStale(Payload):
    """The player wrote before it left: it went back to its author, with its words."""


@kind("message.skipped")
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSkipped(Payload):
    """The player wrote before it left, and it is one of those that are not sent then."""


@kind("message.retried")
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRetried(Payload):
    """A person has it sent once more."""

    def line(self, event: Event, names: Names) -> Line:
        return Line("send", _("sent the message again"))


@kind("message.failed")
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFailed(Payload):
    """It was refused for good, before anybody had it, or nobody took it for two days."""

    purpose: Purpose | None = fact("what for")


@kind("message.uncertain")
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageUncertain(Payload):
    """Whether it has left nobody can tell."""

    purpose: Purpose | None = fact("what for")


@kind("message.settled")
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSettled(Payload):
    """A person said what became of an uncertain message."""

    arrived: bool = fact("it arrived; else it is sent again")

    def line(self, event: Event, names: Names) -> Line:
        return Line("circle-question-mark", _("said what became of the uncertain message"))


@kind("message.delivered")
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDelivered(Payload):
    """The other side's server has it."""


@kind("message.opened")
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageOpened(Payload):
    """Somebody, or his mail program, has loaded its pictures. The first time counts."""


@kind("message.bounced")
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageBounced(Payload):
    """It came back for good after it had left: it answers nothing."""

    purpose: Purpose | None = fact("what for")


@kind("message.complained")
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageComplained(Payload):
    """The player called it spam."""

    def line(self, event: Event, names: Names) -> Line:
        return Line("octagon-alert", _("marked our mail as unwanted"))


@kind("message.erased")
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageErased(Payload):
    """The words of a player whose data were erased stood in this ticket, which is another's; they are gone."""

    def line(self, event: Event, names: Names) -> Line:
        return Line("eraser", _("erased a message of another player; its words are gone"))
