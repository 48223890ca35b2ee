"""Drafts: saved while somebody writes, given back when a reply is called back or returned.

Two hands may write one draft: two tabs of its author, or they and what the desk gives back to them. None ever overwrites the other: a
draft carries the revision it stands at and the composer that wrote it last, and whoever saves without having seen what stands there
gets both texts, one after the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock
from helpdesk.base.bounds import whole_number
from helpdesk.base.errors import Conflict, DomainError
from helpdesk.base.idempotency import as_key, once
from helpdesk.base.text import clean, fold, one_line
from helpdesk.base.worded import Worded
from helpdesk.staff.models import User
from players.models import AddressUse
from tickets.actors import Actor, ActorKind
from tickets.events import record
from tickets.events.of_tickets import DraftStarted
from tickets.locks import demand_lock, lock
from tickets.models import Attachment, Draft, Message, Ticket
from tickets.services.attachments import FILES_PER_MESSAGE, NewFile, attach

TEXT_LIMIT = 100_000  # characters
_held = Worded(lambda ticket, author, kind: Draft.objects.select_for_update().filter(ticket=ticket, author=author, kind=kind))
MOST_CHARACTERS = 10_000_000  # that a draft counts
ATTEMPTS = 3  # at a draft that a merge moves away while its file is being read


@dataclass(frozen=True, slots=True)
class Hand:
    """Which composer writes (its form's key) and which revision of the draft it began from; None: there was no draft then."""

    composer: UUID | None
    base: UUID | None
    typed: int | None = None  # characters typed in it, and pasted or put into it, since the draft began; None: it did not count
    inserted: int | None = None

    @classmethod
    def of(cls, said: Mapping[str, str]) -> Hand | None:
        """The composer that sent this form; None for a page that does not say, whose text simply stands."""
        key = as_key(said.get("key"))
        typed, inserted = (min(whole_number(said.get(name)), MOST_CHARACTERS) if name in said else None for name in ("typed", "inserted"))
        return cls(key, as_key(said.get("revision")), typed, inserted) if key else None

    def knows(self, draft: Draft) -> bool:
        """Whether what stands in the draft came from this composer, or was seen by it."""
        return draft.revision == self.base or (draft.composer is not None and draft.composer == self.composer)


def demand_length(text: str) -> None:
    """DomainError for a text that is longer than anybody writes."""
    if len(text) > TEXT_LIMIT:
        raise DomainError(_("This is longer than %(limit)d characters.") % {"limit": TEXT_LIMIT}, field="text")


def both(first: str, second: str) -> str:
    """Two texts of one author as one, none lost; what stands in the other already does not stand there twice."""
    first, second = first.strip(), second.strip()
    if second in first:
        return first
    return second if first in second else f"{first}\n\n{second}"


@transaction.atomic
def save_draft(ticket: Ticket, *, author: User, kind: Draft.Kind, text: str, then_status: str = "", hand: Hand | None = None) -> Draft:
    """Keep what stands in the composer; an empty text stays, because files may hang at it.

    With a `hand` that does not know what stands in the draft, both texts are kept: the draft then says something else than `text`.
    """
    ticket, text = lock(ticket), clean(text)
    demand_length(text)
    draft = _draft_of(ticket, author.pk, kind)
    began = draft._state.adding
    keep(draft, text, hand)
    draft.then_status = then_status
    draft.save()
    if began:
        _tell_of_beginning(ticket, draft)
    return draft


def _tell_of_beginning(ticket: Ticket, draft: Draft) -> None:
    record(ticket, DraftStarted(draft="note" if draft.kind == Draft.Kind.NOTE else "reply"), by=Actor(ActorKind.OPERATOR, draft.author_id))


def keep(draft: Draft, text: str, hand: Hand | None) -> None:
    """Put a text into a draft as `save_draft` says."""
    known = hand is None or draft._state.adding or hand.knows(draft)
    draft.text = text if known else both(draft.text, text)
    draft.revision, draft.composer, draft.saved_at = uuid4(), hand.composer if hand else None, clock.now()
    if hand and hand.typed is not None:
        draft.typed, draft.inserted = hand.typed, hand.inserted or 0


def take_draft(ticket: Ticket, message: Message, *, author: Actor, kind: Draft.Kind, hand: Hand | None = None) -> datetime | None:
    """The words have become a message of the locked ticket: its draft's files go with it and the draft is gone. When it began.

    Words in the draft that this composer never saw have not been sent, and stay. Only people have drafts.
    """
    demand_lock(ticket)
    return next((_become(draft, message, hand) for draft in _held(ticket.pk, author.person, kind)), None) if author.person else None


def bring_drafts(ticket: Ticket, *, into: Ticket) -> None:
    """After a merge of two locked tickets: what somebody was writing stands in the one that stays, after their own words there."""
    demand_lock(ticket)
    demand_lock(into)
    for draft in Draft.objects.select_for_update().filter(ticket=ticket).order_by("pk"):  # a file may just be coming to it
        kept = _draft_of(into, draft.author_id, Draft.Kind(draft.kind))
        keep(kept, both(kept.text, draft.text), None)
        kept.then_status = kept.then_status or draft.then_status
        kept.save()
        Attachment.objects.filter(draft=draft).update(draft=kept, ticket=into)
        draft.delete()


def give_back(message: Message) -> Draft | None:
    """A reply's words return to its author's composer, before whatever stands there already; None when a machine wrote it.

    The message's ticket is locked.
    """
    if message.author_kind != "operator" or message.author_id is None:
        return None
    demand_lock(message.ticket)
    draft = _draft_of(message.ticket, message.author_id, Draft.Kind.REPLY)
    keep(draft, both(message.text, draft.text), None)
    draft.then_status = message.then_status or draft.then_status
    draft.save()
    for file in Attachment.objects.filter(message=message):
        file.pk, file.message, file.draft = None, None, draft
        file.save(force_insert=True)
    return draft


def add_file(ticket: Ticket | None, file: NewFile, *, author: User, kind: Draft.Kind, key: UUID | None = None) -> Attachment:
    """A file for one's draft, wherever that stands when the file has been read: a merge or a reply may take it away meanwhile.

    No ticket: for the draft of a start. The same `key` again gives the same file.
    """
    for _attempt in range(ATTEMPTS):
        draft = own_start(author) if ticket is None else own_draft(ticket, author=author, kind=kind)
        with suppress(IntegrityError, Draft.DoesNotExist):
            kept = Attachment.objects.filter(pk=once("file", key, partial(_attached, draft, file), by=author.pk).pk).first()
            if kept is None:
                raise Conflict(_("This file was taken out again."))
            return kept
    raise Conflict(_("This ticket is being merged. Try again."))


def _attached(draft: Draft, file: NewFile) -> int:
    """No lock is held while the file is read; who takes the draft away locks it first, so that the file goes along or is brought again."""
    kept = attach(draft.ticket, file, draft=draft)
    Draft.objects.select_for_update(no_key=True).get(pk=draft.pk)
    if draft.attachments.count() > FILES_PER_MESSAGE:  # asked once more, since others came at the same time
        raise DomainError(_("A message takes 30 files at the most."), field="file")
    return kept.pk


@transaction.atomic
def drop_file(pk: int, *, author: User) -> None:
    """Take a file out of one's own draft; one that has gone with a message stays there."""
    for file in Attachment.objects.select_for_update(of=("self",)).filter(pk=pk, draft__author=author, message=None):
        file.delete()


@transaction.atomic
def save_start(*, author: User, text: str, heading: dict[str, str], hand: Hand | None = None) -> Draft:
    """Keep the conversation that somebody is about to begin, with what stands above the text."""
    text = clean(text)
    demand_length(text)
    draft = own_start(author)
    keep(draft, text, hand)
    draft.heading = {name: one_line(said, 300) for name, said in heading.items()}
    draft.save()
    return draft


@transaction.atomic
def own_start(author: User) -> Draft:
    """The locked draft of a start; an empty one where there was none."""
    Draft.objects.get_or_create(author=author, kind=Draft.Kind.START, ticket=None)
    return Draft.objects.select_for_update().get(author=author, kind=Draft.Kind.START)


@transaction.atomic
def drop_start(author: User) -> None:
    """Throw it away with its files."""
    for draft in Draft.objects.select_for_update().filter(author=author, kind=Draft.Kind.START):
        Attachment.objects.filter(draft=draft).delete()
        draft.delete()


@transaction.atomic
def drop_starts_to(player_id: int) -> int:
    """A player is erased: what anybody is about to write to one of his addresses goes, with its files. Returns how many there were."""
    his = set(AddressUse.objects.filter(player=player_id).values_list("address__folded", flat=True))
    starts = Draft.objects.select_for_update().filter(kind=Draft.Kind.START)
    pks = [draft.pk for draft in starts if fold(str(draft.heading.get("to", ""))) in his]
    Attachment.objects.filter(draft__in=pks).delete()
    Draft.objects.filter(pk__in=pks).delete()
    return len(pks)


def take_start(message: Message, *, author: Actor, hand: Hand) -> datetime | None:
    """The start has become this message; what another tab wrote there stays, as in `take_draft`. When it began."""
    starts = Draft.objects.select_for_update().filter(author=author.person, kind=Draft.Kind.START)
    return next((_become(draft, message, hand) for draft in starts), None)


def _become(draft: Draft, message: Message, hand: Hand | None) -> datetime | None:
    Attachment.objects.filter(draft=draft).update(message=message, ticket=message.ticket, draft=None)
    if hand is None or hand.knows(draft) or draft.text.strip() in message.text:
        draft.delete()
    return draft.began_at


@transaction.atomic
def own_draft(ticket: Ticket, *, author: User, kind: Draft.Kind) -> Draft:
    """The draft where the ticket is shown now; an empty one where there was none."""
    ticket = lock(ticket)
    draft = _draft_of(ticket, author.pk, kind)
    if draft._state.adding:
        draft.save()
        _tell_of_beginning(ticket, draft)
    return draft


def _draft_of(ticket: Ticket, author_id: int, kind: Draft.Kind) -> Draft:
    """The row, or one that is not saved yet. The ticket's lock keeps others from making it."""
    found = Draft.objects.filter(ticket=ticket, author_id=author_id, kind=kind).first()
    return found or Draft(ticket=ticket, author_id=author_id, kind=kind, saved_at=clock.now())
