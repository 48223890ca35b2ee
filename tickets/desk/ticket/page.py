"""Everything the ticket's page needs, gathered once: the same for the page, its parts and its answers to a POST."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.forms import BoundField
from django.http import HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat

from helpdesk.base.idempotency import fresh_key
from helpdesk.base.worded import Worded
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right, StaffRequest, has_everywhere
from tickets.access import may, settable
from tickets.actors import ActorKind
from tickets.channels import Unreachable, channel
from tickets.desk.answers import address_of
from tickets.desk.forms import AFTER_REPLY, ComposerForm, show_again
from tickets.desk.holding import held_now
from tickets.desk.presence import read_upto
from tickets.desk.queue.filters import SEARCH, Wanted
from tickets.desk.ticket.outlook import outlook, timers_of
from tickets.desk.ticket.thread import MessageItem, Thread, thread_of
from tickets.lifecycle.moves import reachable
from tickets.models import ON_HOLD, Attachment, Draft, Status, Ticket
from tickets.panels import panels_on
from tickets.search.highlights import words_found
from tickets.sight import sight_on

_drafts = Worded(lambda ticket: Draft.objects.filter(ticket=ticket).select_related("author").order_by("-saved_at"))
RIGHTS = (
    Right.REPLY,
    Right.NOTE,
    Right.ASSIGN,
    Right.TAKE,
    Right.SET_STATUS,
    Right.SET_PRIORITY,
    Right.RESEND,
    Right.RELEASE_HELD,
    Right.SEE_ATTACHMENTS,
    Right.SEE_RAW_MAIL,
    Right.SEE_PLAYER_CONTACT,
    Right.EDIT_PLAYER,
    Right.START,
    Right.MERGE,
)
LOOKS_AFTER_PEOPLE = (Right.MANAGE_STAFF, Right.MANAGE_ROLES)  # everywhere; who does may ask who sees a ticket


@dataclass(frozen=True, slots=True)
class After:
    """What a reply brings with it: a status and the words of the button that says so."""

    status: str
    label: str
    chosen: bool

    @property
    def holds(self) -> bool:
        return self.status in ON_HOLD


@dataclass(frozen=True, slots=True)
class Composer:
    """The composer as it is drawn. `others`: drafts of colleagues; `unseen_items`: what its author has to see before it leaves;
    `unreachable`: why a reply may not arrive."""

    form: ComposerForm
    mode: str
    may_reply: bool
    may_note: bool
    closed: bool
    files: Sequence[Attachment]
    saved: Draft | None
    others: Sequence[Draft]
    after: Sequence[After]
    then: str
    unseen_items: Sequence[MessageItem]
    unreachable: Unreachable | None

    @property
    def hold_fields(self) -> list[BoundField]:
        """What a reply asks that puts the ticket on hold."""
        return [self.form[name] for name in ("hold_reason", "pending_until", "pending_on")]

    @property
    def drawn(self) -> bool:
        return (self.may_reply and not self.closed) or self.may_note


def rights_on(ticket: Ticket, reader: User) -> dict[str, bool]:
    """What this reader may do here, by the right's last word (`can.reply`, `can.set_status`), and `can.ask_who` sees it."""
    can = {right.partition(".")[2]: may(reader, ticket, right) for right in RIGHTS}
    return can | {"ask_who": any(has_everywhere(reader, right) for right in LOOKS_AFTER_PEOPLE)}


def page_context(
    request: StaffRequest, ticket: Ticket, *, form: ComposerForm | None = None, unseen_items: Sequence[MessageItem] = ()
) -> dict[str, Any]:
    """The context of `tickets/ticket.html`. With `form` the composer holds what somebody typed, wrong as it may be."""
    reader = request.user
    thread = thread_of(ticket, reader, read_upto=read_upto(ticket, reader), whole="whole" in request.GET)
    return {
        "ticket": ticket,
        "can": rights_on(ticket, reader),
        "sight": sight_on(reader, ticket),
        "thread": thread,
        "composer": composer_of(request, ticket, thread, form=form, unseen_items=unseen_items),
        "prospects": outlook(ticket, timers_of(ticket), [item.message for item in thread.items.values()]),
        "panels": panels_on(ticket, reader),
        "here": address_of(request, ticket),
        "behind": request.GET.urlencode(),
        "found": found_in(request, thread),
        "statuses": settable(reader, ticket, reachable(ticket.status, ActorKind.OPERATOR)),
    }


def found_in(request: StaffRequest, thread: Thread) -> list[str]:
    """The words by which the ticket was found, as they stand in what is shown of it: the page marks them."""
    if not request.GET.get(SEARCH):
        return []
    look = Wanted.of(request.GET, request.user).look
    return words_found(((item.message.text, item.message.language) for item in thread.items.values()), look) if look.sought else []


def composer_of(
    request: StaffRequest,
    ticket: Ticket,
    thread: Thread | None,
    *,
    form: ComposerForm | None = None,
    unseen_items: Sequence[MessageItem] = (),
    mode: str = "",
    shown: tuple[int, int] = (0, 0),
) -> Composer:
    """The composer with the reader's own draft in it.

    Without a `thread` on the way, `shown` says what its author has on screen: the last event and the player's last message.
    """
    reader = request.user
    sight = sight_on(reader, ticket)
    may_reply, may_note = may(reader, ticket, Right.REPLY), sight.notes and may(reader, ticket, Right.NOTE)
    closed = ticket.status == Status.CLOSED or ticket.merged_into_id is not None
    mode = _mode(form["mode"].value() if form else mode or request.GET.get("mode", ""), reply=may_reply and not closed, note=may_note)
    drafts = _drafts(ticket.pk)
    own = next((draft for draft in drafts if draft.author_id == reader.pk and draft.kind == mode), None)
    upto, answers_upto = (thread.upto, thread.answers_upto) if thread else shown
    files = thread.draft_files if thread else list(Attachment.objects.filter(draft__in=drafts).select_related("preview").order_by("pk"))
    if form is None:
        form = ComposerForm(
            ticket=ticket,
            initial={
                "mode": mode,
                "key": fresh_key(),
                "revision": own.revision if own else None,
                "typed": (own and own.typed) or 0,
                "inserted": (own and own.inserted) or 0,
                "text": own.text if own else "",
                "seen": upto,
                "upto": answers_upto,
                "then": own.then_status if own else "",
                **held_now(ticket, sight),
            },
        )
    elif unseen_items:
        show_again(form, seen=str(upto), upto=str(answers_upto))
    then = form["then"].value() or ""
    return Composer(
        form=form,
        mode=mode,
        may_reply=may_reply,
        may_note=may_note,
        closed=closed,
        files=[file for file in files if own and file.draft_id == own.pk],
        saved=own if own and own.text else None,
        others=[draft for draft in drafts if draft.author_id != reader.pk and draft.kind != sight.hidden and draft.text.strip()],
        after=_after(ticket, reader, then),
        then=then,
        unseen_items=unseen_items,
        unreachable=channel(ticket.channel).unreachable(ticket) if mode == Draft.Kind.REPLY else None,
    )


def draw(request: StaffRequest, context: dict[str, Any], part: str = "", status: int = 200) -> HttpResponse:
    """The whole page, or for htmx the part it asked for."""
    limits = {
        "limit": settings.MAX_ATTACHMENT_BYTES,
        "limit_words": filesizeformat(settings.MAX_ATTACHMENT_BYTES),
    }
    template = f"tickets/ticket.html#{part}" if part and request.htmx else "tickets/ticket.html"
    return render(request, template, context | limits, status=status)


def _mode(wanted: str, *, reply: bool, note: bool) -> str:
    if wanted == Draft.Kind.NOTE and note:
        return Draft.Kind.NOTE
    return Draft.Kind.REPLY if reply else Draft.Kind.NOTE


def _after(ticket: Ticket, reader: User, then: str) -> list[After]:
    """The ways to send from here; the one on the main button is `chosen`."""
    to = {*reachable(ticket.status, ActorKind.OPERATOR), Status(ticket.status)}
    wanted = settable(reader, ticket, (status for status in AFTER_REPLY if status in to))
    chosen = then if then in wanted else Status.ANSWERED
    return [After(status.value, str(status.label), status == chosen) for status in wanted]
