"""What is done to a ticket and its messages by one click: each view asks for its right on this row and calls one service."""

from __future__ import annotations

from django.forms import BaseForm
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from helpdesk.staff.forms.refusals import refusals
from helpdesk.staff.rights import Right, StaffRequest, requires
from tickets.access import message_for, ticket_for, visible_tickets
from tickets.actors import operator
from tickets.desk.answers import address_of, go, refusable, say
from tickets.desk.forms import AssignForm, FactsForm, PlayerForm, SenderForm, StatusForm
from tickets.desk.looking import read_upto
from tickets.desk.ticket.page import draw, page_context
from tickets.models import Hold, Status, Ticket
from tickets.services.assign import assign as assign_ticket
from tickets.services.assign import set_team
from tickets.services.edit import count_as_written, recognise, rename, set_language, set_player, set_status, set_topic
from tickets.services.held import release as release_hold
from tickets.services.merge import merge as merge_tickets
from tickets.services.merge import unmerge
from tickets.services.outbox import decide as decide_uncertain
from tickets.services.outbox import resend as resend_message
from tickets.services.reply import undo as undo_reply


@requires(Right.SET_STATUS)
@require_http_methods(["GET", "POST"])
def status(request: StaffRequest, number: str) -> HttpResponse:
    """Another status by hand."""
    ticket = ticket_for(request.user, number, Right.SET_STATUS)
    asked = request.GET.get("to", "")
    before = {
        "status": asked or None,
        "pending_on": ticket.pending_on,
        "pending_until": ticket.pending_until,
        "pending_told": ticket.pending_told,
        "needs_no_reply": ticket.first_reply_at is not None,  # who was never answered has hardly said thanks
        "seen": read_upto(ticket, request.user) or ticket.last_event_id,
    }
    form = StatusForm(request.POST if request.method == "POST" else None, ticket=ticket, initial=before)
    if form.is_valid():
        with refusals(form):
            to = Status(form.cleaned_data["status"])
            set_status(ticket, to, by=operator(request.user), owed=form.owed(), excused_upto=form.excused_upto())
        if form.is_valid():
            return _done(request, ticket)
    return _dialog(request, ticket, form, "status")


@requires(Right.ASSIGN, Right.TAKE)
@require_http_methods(["GET", "POST"])
def assign(request: StaffRequest, number: str) -> HttpResponse:
    """Give it to a person and a team."""
    ticket = ticket_for(request.user, number, Right.ASSIGN)
    form = AssignForm(request.POST or None, initial={"assignee": ticket.assignee_id, "team": ticket.team_id})
    if form.is_valid():
        by = operator(request.user)
        with refusals(form):
            assign_ticket(ticket, to=form.cleaned_data["assignee"], by=by)
            set_team(ticket, to=form.cleaned_data["team"], by=by)
        if form.is_valid():
            return _done(request, ticket)
    return _dialog(request, ticket, form, "assign")


@requires(Right.TAKE, Right.ASSIGN)
@require_POST
@refusable
def take(request: StaffRequest, number: str) -> HttpResponse:
    """Take this one oneself. From a colleague only with the right to give tickets away."""
    ticket = ticket_for(request.user, number, Right.TAKE)
    if ticket.assignee_id not in {None, request.user.pk}:
        ticket = ticket_for(request.user, number, Right.ASSIGN)
    assign_ticket(ticket, to=request.user, by=operator(request.user))
    return _done(request, ticket)


@requires(Right.SET_STATUS)
@require_http_methods(["GET", "POST"])
def facts(request: StaffRequest, number: str) -> HttpResponse:
    """Subject, topic, language."""
    ticket = ticket_for(request.user, number, Right.SET_STATUS)
    before = {"subject": ticket.subject, "topic": ticket.topic_id, "language": ticket.language}
    form = FactsForm(request.POST or None, ticket=ticket, initial=before)
    if form.is_valid():
        said, by = form.cleaned_data, operator(request.user)
        with refusals(form):
            rename(ticket, said["subject"], by=by)
            set_topic(ticket, said["topic"], by=by)
            if said["language"] != ticket.language:
                set_language(ticket, said["language"], by=by)
        if form.is_valid():
            return _done(request, ticket)
    return _dialog(request, ticket, form, "facts")


@requires(Right.EDIT_PLAYER)
@require_http_methods(["GET", "POST"])
def player(request: StaffRequest, number: str) -> HttpResponse:
    """Who wrote it, where several write from one address or from another account."""
    ticket = ticket_for(request.user, number, Right.EDIT_PLAYER)
    form = PlayerForm(request.POST if request.method == "POST" else None, ticket=ticket, initial={"player": ticket.player_id})
    if form.is_valid():
        with refusals(form):
            set_player(ticket, form.cleaned_data["player"], by=operator(request.user))
        if form.is_valid():
            return _done(request, ticket, card=True)
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
            return _done(request, message.ticket, card=True)
    return _dialog(request, message.ticket, form, "sender")


@requires(Right.SET_STATUS)
@require_POST
@refusable
def counted(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    """A person wrote what was taken for a machine's."""
    message = message_for(request.user, number, pk, Right.SET_STATUS)
    return _done(request, count_as_written(message, by=operator(request.user)))


@requires(Right.MERGE)
@require_POST
@refusable
def merge(request: StaffRequest, number: str, other: str) -> HttpResponse:
    """Show another ticket of the player in this one."""
    into, away = (ticket_for(request.user, each, Right.MERGE) for each in (number, other))
    merge_tickets(away, into=into, by=operator(request.user))
    return _done(request, into, _("Merged. You can take it out again."), card=True)


@requires(Right.MERGE)
@require_POST
@refusable
def part(request: StaffRequest, number: str, other: str) -> HttpResponse:
    """Take a merged ticket out of this one again."""
    into, away = (ticket_for(request.user, each, Right.MERGE) for each in (number, other))
    unmerge(away, by=operator(request.user))
    return _done(request, into, _("It is a ticket of its own again."), card=True)


@requires(Right.REPLY)
@require_POST
@refusable
def undo(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    """Call a reply back while it has not left: its words stand in the composer again."""
    message = message_for(request.user, number, pk, Right.REPLY)
    undo_reply(message, by=request.user)
    return _done(request, message.ticket, _("Called back. Your words are in the composer again."), mode="reply")


@requires(Right.RESEND)
@require_POST
@refusable
def resend(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    """Send a failed or bounced message once more."""
    message = message_for(request.user, number, pk, Right.RESEND)
    resend_message(message, by=request.user)
    return _done(request, message.ticket, _("It is on its way again."))


@requires(Right.RESEND)
@require_POST
@refusable
def decide(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    """Say of an uncertain message whether it arrived; if not, it is sent again."""
    message = message_for(request.user, number, pk, Right.RESEND)
    decide_uncertain(message, arrived=request.POST.get("arrived") == "yes", by=request.user)
    return _done(request, message.ticket)


@requires(Right.RELEASE_HELD)
@require_POST
@refusable
def release(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    """Open the holds of a held reply."""
    message = message_for(request.user, number, pk, Right.RELEASE_HELD)
    for hold in Hold.objects.filter(message=message, released_at=None).select_related("message__ticket"):
        release_hold(hold, by=request.user)
    return _done(request, message.ticket, _("Released. It leaves now."))


def _dialog(request: StaffRequest, ticket: Ticket, form: BaseForm, kind: str) -> HttpResponse:
    """The form in the page's dialog, or as a page of its own where no script runs."""
    titles = {
        "status": pgettext("once", "Change the status"),
        "assign": _("Assign"),
        "facts": _("Subject, topic, language"),
        "player": _("Whose ticket is it?"),
        "sender": _("This address is the player's"),
    }
    context = {
        "ticket": ticket,
        "form": form,
        "kind": kind,
        "title": titles[kind],
        "here": address_of(request, ticket),
        "behind": request.GET.urlencode(),
    }
    template = "tickets/dialog.html#dialog" if request.htmx else "tickets/dialog.html"
    return render(request, template, context, status=422 if form.is_bound else 200)


def _done(request: StaffRequest, ticket: Ticket, words: str = "", mode: str = "", *, card: bool = False) -> HttpResponse:
    """The ticket as it is now; back to the queue for somebody who may not see it any more, since it went to another team.

    `card`: what the player's card shows has changed too, so the page asks for it again.
    """
    found = visible_tickets(request.user).filter(pk=ticket.pk).exists()
    if not found:
        return say(request, go(request, reverse("desk:queue")), _("Done. It is not yours to see any more."))
    if not request.htmx:
        response: HttpResponse = HttpResponseRedirect(address_of(request, ticket, **({"mode": mode} if mode else {})))
    else:
        response = draw(request, page_context(request, ticket_for(request.user, ticket.number)), "desk")
        if request.htmx.target != "ticket":  # it came from the dialog
            response["HX-Retarget"], response["HX-Reswap"] = "#ticket", "outerHTML"
        if card:
            trigger_client_event(response, "card-changed")
    return say(request, response, words) if words else response
