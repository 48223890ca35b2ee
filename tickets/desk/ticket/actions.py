"""What is done to a ticket and its messages by one click: each view asks for its right on this row and calls one service."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST

from helpdesk.base.bounds import whole_number
from helpdesk.base.errors import Conflict
from helpdesk.base.templatetags.ui import moment_words
from helpdesk.staff.availability import availability
from helpdesk.staff.forms.refusals import refusals
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right, StaffRequest, requires
from tickets.access import demand_settable, may, message_for, ticket_for, visible_tickets
from tickets.actors import operator
from tickets.desk.answers import address_of, refusable
from tickets.desk.forms import AssignForm, BlockForm, FactsForm, HeldForm, MergeForm, PlayerForm, PriorityForm, SenderForm, StatusForm
from tickets.desk.holding import held_now
from tickets.desk.owing import owing
from tickets.desk.presence import read_upto
from tickets.desk.ticket.outcome import done
from tickets.desk.ticket.thread import MessageItem, message_items
from tickets.models import Hold, Message, Status, Ticket
from tickets.services.assign import Taken, set_team
from tickets.services.assign import assign as assign_ticket
from tickets.services.blocks import block_player, bring_in, kept_aside, unblock_player
from tickets.services.edit import count_as_written, recognise, rename, set_language, set_player, set_priority, set_status, set_topic
from tickets.services.held import release as release_hold
from tickets.services.held import return_to_author, revise
from tickets.services.merge import merge as merge_tickets
from tickets.services.merge import unmerge as unmerge_tickets
from tickets.services.outbox import decide as decide_uncertain
from tickets.services.outbox import resend as resend_message
from tickets.services.outbox import try_now as try_message_now
from tickets.services.reply import undo as undo_reply
from tickets.services.unseen import Unseen
from tickets.sight import sight_on


@requires(Right.SET_STATUS)
@require_http_methods(["GET", "POST"])
def status(request: StaffRequest, number: str) -> HttpResponse:
    """Another status by hand."""
    ticket = ticket_for(request.user, number, Right.SET_STATUS)
    asked, sight = request.GET.get("to", ""), sight_on(request.user, ticket)
    before = {
        "status": asked or None,
        **held_now(ticket, sight),
        "pending_told": sight.typed(ticket.pending_told),
        "seen": read_upto(ticket, request.user) or ticket.last_event_id,
    }
    form = StatusForm(request.POST if request.method == "POST" else None, ticket=ticket, by=request.user, initial=before)
    unseen_items: Sequence[MessageItem] = ()
    if form.is_valid() and form.asks_first():
        return _dialog(request, ticket, form, "status", closing=True)
    if form.is_valid():
        with refusals(form):
            try:
                to = Status(form.cleaned_data["status"])
                demand_settable(request.user, ticket, to)
                upto = form.no_reply_needed_upto()
                debtor = owing(form.cleaned_data["pending_on"], ticket, then=to, by=request.user)
                set_status(ticket, to, by=operator(request.user), pending=form.pending_info(debtor), no_reply_needed_upto=upto)
            except Unseen as unseen:
                unseen_items = message_items(ticket, unseen.messages, request.user)
                raise
        if form.is_valid():
            return done(request, number)
    if unseen_items:
        form.show_seen()
    return _dialog(request, ticket, form, "status", unseen_items=unseen_items)


@requires(Right.ASSIGN, Right.TAKE)
@require_http_methods(["GET", "POST"])
def assign(request: StaffRequest, number: str) -> HttpResponse:
    """Give it to a person and a team."""
    ticket = ticket_for(request.user, number, Right.ASSIGN)
    before = {"assignee": ticket.assignee_id, "team": ticket.team_id, "holder": ticket.assignee_id}
    form = AssignForm(request.POST or None, initial=before)
    if form.is_valid():
        by = operator(request.user)
        with refusals(form):
            try:
                assign_ticket(ticket, to=form.cleaned_data["assignee"], by=by, over=form.cleaned_data["holder"])
            except Taken as taken:
                form.show_holder(taken.holder)
                raise
            if "team" in form.changed_data:
                set_team(ticket, to=form.cleaned_data["team"], by=by)
        if form.is_valid():
            return done(request, number, _said_of(form.cleaned_data["assignee"], request.user), kind="")
    return _dialog(request, ticket, form, "assign")


def _said_of(holder: User | None, giver: User) -> str:
    """A word where a ticket was given to somebody who is not here."""
    if holder is None or holder == giver or (state := availability([holder])[holder.pk]).here:
        return ""
    return _("%(name)s is %(state)s.") % {"name": holder.name, "state": state}


@requires(Right.TAKE, Right.ASSIGN)
@require_POST
@refusable
def take(request: StaffRequest, number: str) -> HttpResponse:
    """Take this one oneself; who comes second is told who was faster. From a colleague only with the right to give tickets away, and
    only from the one who stood on the screen."""
    ticket = ticket_for(request.user, number, Right.TAKE)
    may_take_over = may(request.user, ticket, Right.ASSIGN)
    holder = whole_number(request.POST.get("holder")) or None
    try:
        assign_ticket(ticket, to=request.user, by=operator(request.user), over=holder if may_take_over else None)
    except Taken as taken:
        if taken.holder is None or not may_take_over:
            return done(request, number, str(taken), kind="late")
        context = {"ticket": ticket, "holder": taken.holder, "here": address_of(request, ticket), "behind": request.GET.urlencode()}
        response = render(request, "tickets/taken.html#dialog" if request.htmx else "tickets/taken.html", context, status=409)
        response["HX-Retarget"], response["HX-Reswap"] = "#dialog", "innerHTML"
        return response
    return done(request, number)


@requires(Right.SET_STATUS)
@require_http_methods(["GET", "POST"])
def facts(request: StaffRequest, number: str) -> HttpResponse:
    """Subject, topic, language."""
    ticket = ticket_for(request.user, number, Right.SET_STATUS)
    before = {"subject": ticket.subject, "topic": ticket.topic_id, "language": ticket.language}
    form = FactsForm(request.POST or None, ticket=ticket, initial=before)
    if form.is_valid():
        said, by, changed = form.cleaned_data, operator(request.user), form.changed_data
        with refusals(form):
            if "subject" in changed:
                rename(ticket, said["subject"], by=by)
            if "topic" in changed or said["topic"] == ticket.topic:  # a machine's guess is confirmed by leaving it
                set_topic(ticket, said["topic"], by=by)
            if "language" in changed and said["language"] != ticket.language:
                set_language(ticket, said["language"], by=by)
        if form.is_valid():
            return done(request, number, card=True)
    return _dialog(request, ticket, form, "facts")


@requires(Right.SET_PRIORITY)
@require_http_methods(["GET", "POST"])
def priority(request: StaffRequest, number: str) -> HttpResponse:
    """How much it matters."""
    ticket = ticket_for(request.user, number, Right.SET_PRIORITY)
    form = PriorityForm(request.POST if request.method == "POST" else None, initial={"priority": ticket.priority})
    if form.is_valid():
        with refusals(form):
            set_priority(ticket, form.cleaned_data["priority"], by=operator(request.user))
        if form.is_valid():
            return done(request, number)
    return _dialog(request, ticket, form, "priority")


@requires(Right.EDIT_PLAYER)
@require_http_methods(["GET", "POST"])
def player(request: StaffRequest, number: str) -> HttpResponse:
    """Who wrote it, where several write from one address or from another account; said by who sees players."""
    ticket = ticket_for(request.user, number, Right.EDIT_PLAYER)
    if not sight_on(request.user, ticket).name:
        raise Http404
    form = PlayerForm(request.POST if request.method == "POST" else None, ticket=ticket, initial={"player": ticket.player_id})
    if form.is_valid():
        with refusals(form):
            set_player(ticket, form.cleaned_data["player"], by=operator(request.user))
        if form.is_valid():
            return done(request, number, card=True)
    return _dialog(request, ticket, form, "player")


@requires(Right.EDIT_PLAYER)
@require_http_methods(["GET", "POST"])
def sender(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    """Accept a strange address as the player's."""
    message = message_for(request.user, number, pk, Right.EDIT_PLAYER)
    form = SenderForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals(form):
            recognise(message, by=operator(request.user), answer_there=form.cleaned_data["answer_there"])
        if form.is_valid():
            return done(request, number, card=True)
    return _dialog(request, message.ticket, form, "sender")


@requires(Right.SET_STATUS)
@require_POST
@refusable
def counted(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    """A person wrote what was taken for a machine's."""
    message = message_for(request.user, number, pk, Right.SET_STATUS)
    count_as_written(message, by=operator(request.user))
    return done(request, number)


@requires(Right.MERGE)
@require_http_methods(["GET", "POST"])
def merge_with(request: StaffRequest, number: str) -> HttpResponse:
    """Choose another ticket of the player that belongs to this one."""
    into = ticket_for(request.user, number, Right.MERGE)
    others = visible_tickets(request.user, Right.MERGE).filter(player=into.player_id, game=into.game_id, merged_into=None)
    form = MergeForm(request.POST or None, others=others.exclude(pk=into.pk).exclude(status=Status.CLOSED).order_by("-created_at"))
    if form.is_valid():
        with refusals(form):
            merge_tickets(form.cleaned_data["other"], into=into, by=operator(request.user))
        if form.is_valid():
            return done(request, number, _("Merged. You can take it out again."), card=True)
    return _dialog(request, into, form, "merge")


@requires(Right.MERGE)
@require_POST
@refusable
def merge(request: StaffRequest, number: str, other: str) -> HttpResponse:
    """Show another ticket of the player in this one."""
    into, away = (ticket_for(request.user, each, Right.MERGE) for each in (number, other))
    merge_tickets(away, into=into, by=operator(request.user))
    return done(request, number, _("Merged. You can take it out again."), card=True)


@requires(Right.MERGE)
@require_POST
@refusable
def unmerge(request: StaffRequest, number: str, other: str) -> HttpResponse:
    """Take a merged ticket out of this one again."""
    into, away = (ticket_for(request.user, each, Right.MERGE) for each in (number, other))
    unmerge_tickets(away, out_of=into, by=operator(request.user))
    return done(request, number, _("It is a ticket of its own again."), card=True)


@requires(Right.REPLY)
@require_POST
@refusable
def undo(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    """Call a reply back while it has not left: its words stand in the composer again."""
    message = message_for(request.user, number, pk, Right.REPLY)
    undo_reply(message, by=operator(request.user))
    return done(request, number, _("Called back. Your words are in the composer again."), mode="reply")


@requires(Right.RESEND)
@require_POST
@refusable
def resend(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    """Send a failed or bounced message once more."""
    message = message_for(request.user, number, pk, Right.RESEND)
    resend_message(message, by=operator(request.user))
    return done(request, number, _("It is on its way again."))


@requires(Right.RESEND)
@require_POST
@refusable
def try_now(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    """Do not wait for the next try of a message that could not be sent yet."""
    message = message_for(request.user, number, pk, Right.RESEND)
    try_message_now(message)
    return done(request, number, _("It is tried now."))


@requires(Right.RESEND)
@require_POST
@refusable
def decide(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    """Say of an uncertain message whether it arrived; if not, it is sent again."""
    message = message_for(request.user, number, pk, Right.RESEND)
    decide_uncertain(message, arrived=request.POST.get("arrived") == "yes", by=operator(request.user))
    return done(request, number)


@requires(Right.BLOCK_PLAYER)
@require_http_methods(["GET", "POST"])
def block(request: StaffRequest, number: str) -> HttpResponse:
    """Set aside what the player writes, until a moment and for a reason."""
    ticket = ticket_for(request.user, number, Right.BLOCK_PLAYER)
    form = BlockForm(request.POST or None, player=ticket.player)
    if form.is_valid():
        with refusals(form):
            why = form.cleaned_data["why"]
            made = block_player(ticket.player, on=ticket, until=form.end(), why=why, by=request.user, request=request)
            words = _("Blocked until %(time)s. What he writes is set aside; nothing automatic is sent to him.")
            return done(request, number, words % {"time": moment_words(made.until)}, card=True)
    return _dialog(request, ticket, form, "block")


@requires(Right.BLOCK_PLAYER)
@require_POST
@refusable
def unblock(request: StaffRequest, number: str) -> HttpResponse:
    """Lift the block."""
    ticket = ticket_for(request.user, number, Right.BLOCK_PLAYER)
    unblock_player(ticket.player, by=request.user, request=request)
    waits = kept_aside(ticket.player)
    words = (
        _("The block is lifted. What was set aside meanwhile can be brought in beside the ticket.") if waits else _("The block is lifted.")
    )
    return done(request, number, words, card=True)


@requires(Right.BLOCK_PLAYER)
@require_POST
@refusable
def brought_in(request: StaffRequest, number: str) -> HttpResponse:
    """Let in what was set aside while the player was blocked."""
    ticket = ticket_for(request.user, number, Right.BLOCK_PLAYER)
    count = bring_in(ticket.player, by=request.user, request=request)
    words = ngettext("%(n)s message comes in now.", "%(n)s messages come in now, one after the other.", count) % {"n": count}
    return done(request, number, words, card=True)


@requires(Right.RELEASE_HELD)
@require_POST
@refusable
def release(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    """Open the holds of a held reply."""
    message = message_for(request.user, number, pk, Right.RELEASE_HELD)
    for hold in Hold.objects.filter(message=message, ended_at=None).select_related("message__ticket"):
        release_hold(hold, by=operator(request.user))
    return done(request, number, _("Released. It leaves now."))


@requires(Right.RELEASE_HELD)
@require_http_methods(["GET", "POST"])
@refusable
def held(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    """Give a held reply back to its author, or let another text leave instead; either with a word on why."""
    message = message_for(request.user, number, pk, Right.RELEASE_HELD)
    if message.state != Message.State.HELD:
        raise Conflict(_("It is not held any more."))
    form = HeldForm(request.POST if request.method == "POST" else None, initial={"text": message.text})
    if form.is_valid():
        said, back = form.cleaned_data, request.POST.get("do") == "return"
        with refusals(form):
            if back:
                return_to_author(message, by=operator(request.user), why=said["why"])
            else:
                revise(message, said["text"], by=operator(request.user), why=said["why"])
        if form.is_valid():
            return done(request, number, _("Its author has it again.") if back else _("Your text leaves now, under its author's name."))
    return _dialog(request, message.ticket, form, "held")


def _dialog(request: StaffRequest, ticket: Ticket, form: BaseForm, kind: str, **more: Any) -> HttpResponse:
    """The form in the page's dialog, or as a page of its own where no script runs."""
    titles = {
        "status": pgettext("once", "Change the status"),
        "assign": _("Assign"),
        "facts": _("Subject, topic, language"),
        "priority": _("Priority"),
        "player": _("Whose ticket is it?"),
        "sender": _("This address is the player's"),
        "merge": _("Merge with another ticket"),
        "held": _("Look the reply over"),
        "block": _("Block the player"),
    }
    context = {
        "ticket": ticket,
        "form": form,
        "kind": kind,
        "title": titles[kind],
        "here": address_of(request, ticket),
        "behind": request.GET.urlencode(),
        **more,
    }
    template = "tickets/dialog.html#dialog" if request.htmx else "tickets/dialog.html"
    return render(request, template, context, status=422 if form.is_bound else 200)
