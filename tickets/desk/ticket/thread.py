"""The conversation as the page draws it: items, quiet lines between them, and where the unread begins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import groupby

from django.db.models import Exists, Prefetch, Q, QuerySet, prefetch_related_objects

from helpdesk.base.worded import Worded
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from tickets.access import may
from tickets.actors import ActorKind
from tickets.channels import Channel, channel
from tickets.desk.ticket.history import RUN, HistoryLine, lines, names_of, summary
from tickets.events.lines import Names
from tickets.models import Attachment, Event, Hold, Message, Ticket
from tickets.models.message import ANSWERED_STATES
from tickets.search.models import SearchDocument
from tickets.services.unseen import NEWS_KINDS
from tickets.sight import Sight, sight_on

MESSAGES_SHOWN = 80
EVENTS_SHOWN = 400

State = Message.State
GONE = frozenset({State.WITHDRAWN, State.SKIPPED, State.STALE, State.RETURNED, State.REVISED})
TROUBLE = frozenset({State.FAILED, State.BOUNCED, State.UNCERTAIN, State.STALE, State.RETURNED})
WITH_HOLDS = frozenset({State.HELD, State.RETURNED})  # those under which it is told why


def _messages(ticket: int, hidden: str) -> QuerySet[Message]:
    """The newest first; with each whether search leaves out a part of the ticket, since that is known by the same statement then."""
    cut = Exists(SearchDocument.objects.filter(ticket=ticket, cut=True))
    return Message.objects.filter(ticket=ticket).exclude(kind=hidden).order_by("-pk").annotate(cut=cut)


_all = Worded(_messages)
_newest = Worded(lambda ticket, hidden: _messages(ticket, hidden)[: MESSAGES_SHOWN + 1])
_files = Worded(  # of all its messages, and of the reader's own drafts
    lambda ticket, reader: (
        Attachment.objects.filter(
            pk__in=Attachment.objects.filter(message__ticket=ticket)
            .values("pk")
            .union(Attachment.objects.filter(ticket=ticket, draft__author=reader).values("pk"))
        )
        .select_related("preview")
        .order_by("pk")
    )
)
_events_of = Worded(lambda ticket: Event.objects.filter(ticket=ticket).order_by("-pk")[:EVENTS_SHOWN])


@dataclass(frozen=True, slots=True)
class MessageItem:
    """A message with its author's name, its files and what holds it. `side`: player, ours or note."""

    message: Message
    author: str
    approver: str
    files: list[Attachment]
    holds: list[Hold]
    mine: bool

    @property
    def side(self) -> str:
        if self.message.kind == Message.Kind.INBOUND:
            return "player"
        return "note" if self.message.kind == Message.Kind.NOTE else "ours"

    @property
    def css(self) -> str:
        """Classes that the state of the message adds."""
        state = self.message.state
        said = [self.side]
        said += ["trouble"] if state in TROUBLE else []
        said += ["gone"] if state in {State.WITHDRAWN, State.SKIPPED, State.REVISED} else []
        said += [state] if state in {State.HELD, State.QUEUED} else []
        said += ["quiet"] if self.message.purpose in {"acknowledgement", "notice", "survey"} else []
        return " ".join(said)

    @property
    def on_its_way(self) -> bool:
        return self.message.state in {State.SENDING, State.HANDED}

    @property
    def has_left(self) -> bool:
        return self.message.state in ANSWERED_STATES

    @property
    def channel(self) -> Channel:
        return channel(self.message.channel)

    @property
    def seen_at(self) -> datetime | None:
        """When the player saw it, as far as its channel knows."""
        return self.channel.seen_at(self.message)


@dataclass(slots=True)
class ThreadEntry:
    """One thing in the thread: a item, or a run of lines; `unread_before` draws the mark above it."""

    at: datetime
    item: MessageItem | None = None
    run: list[HistoryLine] = field(default_factory=list)
    unread_before: bool = False

    @property
    def folded(self) -> bool:
        return len(self.run) > RUN

    @property
    def summary(self) -> str:
        return summary(self.run)

    @property
    def last(self) -> HistoryLine:
        return self.run[-1]


@dataclass(frozen=True, slots=True)
class Thread:
    """What the page and the poll draw. `upto` is the newest event that is in it; `answers_upto` the player's newest message; `cut`: search
    leaves out a part of the ticket, and the reader sees all that may be left out."""

    entries: list[ThreadEntry]
    upto: int
    answers_upto: int
    earlier: bool
    cut: bool
    items: dict[int, MessageItem]
    lines: list[HistoryLine] = field(default_factory=list)  # those of `entries`, in their order
    draft_files: list[Attachment] = field(default_factory=list)  # of the reader's own drafts, since they come by the same query
    changed: list[MessageItem] = field(default_factory=list)  # of the poll: messages that stand there already and look different now


def thread_of(ticket: Ticket, reader: User, *, read_upto: int | None = None, whole: bool = False) -> Thread:
    """The newest part of the conversation (or all of it). Four queries, and one more where something is held."""
    hidden = sight_on(reader, ticket).hidden
    found = _all(ticket.pk, hidden) if whole else _newest(ticket.pk, hidden)
    earlier = not whole and len(found) > MESSAGES_SHOWN
    messages = list(reversed(found[:MESSAGES_SHOWN] if earlier else found))
    since = messages[0].at if earlier and messages else None
    events = _events(ticket, since)
    cut = any(getattr(message, "cut", False) for message in messages)
    return _drawn(ticket, messages, events, reader, read_upto=read_upto, earlier=earlier, cut=cut)


def news_of(ticket: Ticket, reader: User, *, after: int) -> Thread:
    """What happened after this event: new entries, and in `items` every message that an event names, to be drawn anew."""
    events = list(Event.objects.filter(ticket=ticket, pk__gt=after).order_by("pk")[:EVENTS_SHOWN])
    ids = {event.message_id for event in events if event.message_id}
    hidden = sight_on(reader, ticket).hidden
    messages = list(Message.objects.filter(ticket=ticket, pk__in=ids).exclude(kind=hidden).order_by("pk"))
    return _drawn(ticket, messages, events, reader, after=after)


def message_items(ticket: Ticket, messages: Sequence[Message], reader: User) -> list[MessageItem]:
    """Some messages by themselves, as when they stopped a reply."""
    names = names_of([], [m.author_id for m in messages if m.author_kind == ActorKind.OPERATOR], reader=reader)
    sight = sight_on(reader, ticket)
    return [_item(message, names, [], reader, sight) for message in messages]


def _events(ticket: Ticket, since: datetime | None) -> list[Event]:
    """The events behind lines and messages: the newest ones, and none older than the first message that is shown."""
    return [event for event in reversed(_events_of(ticket.pk)) if since is None or event.at >= since]


def _drawn(
    ticket: Ticket,
    messages: Sequence[Message],
    events: Sequence[Event],
    reader: User,
    *,
    read_upto: int | None = None,
    earlier: bool = False,
    cut: bool = False,
    after: int = 0,
) -> Thread:
    held = [message for message in messages if message.state in WITH_HOLDS]
    prefetch_related_objects(
        held, Prefetch("holds", Hold.objects.filter(Q(ended_at=None) | Q(outcome=Hold.Outcome.RETURNED)).order_by("pk"))
    )
    authors = [pk for m in messages for pk in (m.author_id if m.author_kind == ActorKind.OPERATOR else None, m.approver_id)]
    names = names_of(events, authors, reader=reader)
    files = _files(ticket.pk, reader.pk)
    sight = sight_on(reader, ticket)
    items = {message.pk: _item(message, names, files, reader, sight) for message in messages}
    first_event: dict[int, int] = {}
    for event in events:
        if event.message_id:
            first_event.setdefault(event.message_id, event.pk)
    born = {e.message_id for e in events if e.kind in NEWS_KINDS}
    shown = [item for pk, item in items.items() if not after or pk in born]
    quiet = [replace(line, words=sight.words(line.words)) for line in lines(events, names, partial(may, reader, ticket))]
    entries = list(_woven(shown, first_event, quiet, read_upto, reader))
    inbound = [m.pk for m in messages if m.kind == Message.Kind.INBOUND]
    return Thread(
        entries=entries,
        upto=max([after, events[-1].pk if events else ticket.last_event_id]),
        answers_upto=max(inbound, default=0),
        earlier=earlier,
        cut=cut and sight.notes and may(reader, ticket, Right.SEE_ATTACHMENTS),
        items=items,
        lines=quiet,
        draft_files=[file for file in files if file.draft_id],
        changed=[item for pk, item in items.items() if after and pk not in born],
    )


def _woven(
    items: Sequence[MessageItem], first_event: dict[int, int], quiet: Sequence[HistoryLine], read_upto: int | None, reader: User
) -> Iterator[ThreadEntry]:
    """Messages and lines by time; neighbouring lines become one run; the mark stands before the first thing not yet read."""
    things: list[tuple[datetime, int, MessageItem | HistoryLine]] = [(t.message.at, first_event.get(t.message.pk, 0), t) for t in items]
    things += [(line.at, line.event_id, line) for line in quiet]
    things.sort(key=lambda thing: thing[:2])
    marked = read_upto is None
    for (is_line, is_new), group in groupby(
        things, key=lambda t: (isinstance(t[2], HistoryLine), read_upto is not None and t[1] > read_upto)
    ):
        run: list[HistoryLine] = []
        for at, _event, thing in group:
            if isinstance(thing, HistoryLine):
                run.append(thing)
                continue
            # what one wrote oneself is not unseen_items, but what follows it may be
            draw = is_new and not marked and not thing.mine
            marked = marked or draw
            yield ThreadEntry(at, item=thing, unread_before=draw)
        if is_line:
            draw = is_new and not marked and any(line.actor_id != reader.pk for line in run)
            marked = marked or draw
            yield ThreadEntry(run[0].at, run=run, unread_before=draw)


def _item(message: Message, names: Names, files: Sequence[Attachment], reader: User, sight: Sight) -> MessageItem:
    is_ours = message.author_kind == ActorKind.OPERATOR
    author = message.author_name if not is_ours else names.name("staff.User", message.author_id, message.author_name)
    if message.author_kind == ActorKind.PLAYER and not sight.name:
        author = ""
    return MessageItem(
        message=message,
        author=author or names.actor(message.author_kind, message.author_id),
        approver=names.name("staff.User", message.approver_id, ""),
        files=[file for file in files if file.message_id == message.pk],
        holds=list(message.holds.all()) if message.state in WITH_HOLDS else [],
        mine=is_ours and message.author_id == reader.pk,
    )
