"""What the composer asks for: reply, note, draft, files, preview. Nothing typed is ever lost by an answer of these views."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from helpdesk.base.bounds import whole_number
from helpdesk.base.errors import DomainError
from helpdesk.base.idempotency import Done, as_key, came_of, once
from helpdesk.base.text import clean
from helpdesk.staff.forms.refusals import refusals
from helpdesk.staff.rights import Right, StaffRequest, requires
from tickets.access import demand_settable, may, ticket_for
from tickets.actors import ActorKind, operator
from tickets.channels import channel
from tickets.desk.answers import FRAME_POLICY, address_of, refusable, under
from tickets.desk.forms import ComposerForm
from tickets.desk.owing import owing
from tickets.desk.ticket.outcome import done, moved
from tickets.desk.ticket.page import composer_of, draw, page_context, rights_on
from tickets.desk.ticket.thread import MessageItem, message_items
from tickets.models import Attachment, Draft, Message, Ticket
from tickets.services.attachments import NewFile
from tickets.services.drafts import Hand, add_file, drop_file, save_draft
from tickets.services.reply import add_note, send_reply
from tickets.services.unseen import Unseen
from tickets.sight import sight_on

ENCLOSED = (
    '<div style="max-width:600px;margin:16px auto;padding:12px 24px;font:14px/1.5 sans-serif;background:#fff;color:#1d1f24;'
    'border:1px solid #ccc"><b>{}</b><ul style="margin:4px 0 0;padding-left:20px">{}</ul></div>'
)
RIGHT_OF = {Draft.Kind.REPLY: Right.REPLY, Draft.Kind.NOTE: Right.NOTE}


@requires(Right.REPLY)
@require_POST
def reply(request: StaffRequest, number: str) -> HttpResponse:
    """Send a reply into its undo window; stop first when something came that its author has not seen."""
    ticket = ticket_for(request.user, number, Right.REPLY)
    form, by = ComposerForm(request.POST, ticket=ticket), request.user
    sent: Done | None = None
    if form.is_valid() and _keep_uploads(request, ticket, Draft.Kind.REPLY, form):
        with refusals(form):
            if form.cleaned_data["then"]:
                demand_settable(by, ticket, form.cleaned_data["then"])
            debtor = owing(form.cleaned_data["pending_on"], ticket, then=form.cleaned_data["then"], by=by)
            words = form.words(debtor, anyway=bool(request.POST.get("anyway")), sees_notes=may(by, ticket, Right.SEE_NOTES))
            try:
                sent = once("reply", form.cleaned_data["key"], lambda: send_reply(ticket, words, by=operator(by)).pk, by=by.pk)
            except Unseen as unseen:
                return _stopped(request, ticket, form, unseen)
    return _back(request, ticket, form, status=422) if sent is None else _sent(request, ticket, form, sent)


@requires(Right.NOTE)
@require_POST
def note(request: StaffRequest, number: str) -> HttpResponse:
    """A note for colleagues. It stops for nothing: it cannot go wrong in front of a player."""
    ticket = _ticket_of(request, number, Draft.Kind.NOTE)
    form, by = ComposerForm(request.POST, ticket=ticket), request.user
    noted: Done | None = None
    if form.is_valid() and _keep_uploads(request, ticket, Draft.Kind.NOTE, form):
        text, hand = form.cleaned_data["text"], form.hand()
        with refusals(form):
            noted = once("note", form.cleaned_data["key"], lambda: add_note(ticket, text, by=operator(by), hand=hand).pk, by=by.pk)
    return _back(request, ticket, form, status=422) if noted is None else _sent(request, ticket, form, noted)


@requires(Right.REPLY, Right.NOTE)
@require_POST
@refusable
def draft(request: StaffRequest, number: str) -> HttpResponse:
    """Keep what stands in the composer. With `?open=` its other tab is opened afterwards.

    The answer names the revision that stands there now, and the text where that is more than what was sent: another tab, or the desk
    itself, had written there. `sent`: the form was sent before, and that answer was lost.
    """
    kind = _kind(request)
    ticket = _ticket_of(request, number, kind)
    text, hand, opened = request.POST.get("text", ""), Hand.of(request.POST), request.GET.get("open", "")
    sent, saved = _came_of(request, kind), None
    try:
        if not _holds(sent, text) and (text or Draft.objects.filter(ticket=ticket, author=request.user, kind=kind).exists()):
            saved = save_draft(ticket, author=request.user, kind=kind, text=text, then_status=_then(request), hand=hand)
    except DomainError as error:
        if opened:
            raise
        return JsonResponse({"error": str(error)}, status=422)
    if opened and request.htmx:
        context = {
            "ticket": ticket,
            "can": rights_on(ticket, request.user),
            "sight": sight_on(request.user, ticket),
            "composer": composer_of(request, ticket, None, mode=opened, shown=_shown(request)),
        }
        return draw(request, context | {"behind": _behind(request)}, "composer")
    if opened:
        return HttpResponseRedirect(address_of(request, ticket, mode=opened) + "#composer")
    return JsonResponse(saved_as(saved, text) | {"sent": sent is not None})


def saved_as(saved: Draft | None, text: str) -> dict[str, str]:
    """What the composer is told of its draft: when it was saved, what revision it is, and its text if that is another than it sent."""
    if saved is None:
        return {"time": "", "revision": ""}
    told = {"time": date_format(timezone.localtime(saved.saved_at), "H:i"), "revision": str(saved.revision)}
    return told if saved.text == clean(text) else told | {"text": saved.text}


@requires(Right.REPLY, Right.NOTE)
@require_POST
def upload(request: StaffRequest, number: str) -> HttpResponse:
    """A file for the draft. What is wrong with it is said in plain words, and the composer stays as it is."""
    kind = _kind(request)
    return keep_upload(request, _ticket_of(request, number, kind), kind)


def keep_upload(request: StaffRequest, ticket: Ticket | None, kind: Draft.Kind) -> HttpResponse:
    """One file that a script sends, for the draft of a ticket or of a start; the same key again gives the same file."""
    came = request.FILES.get("file")
    if came is None:
        return HttpResponse(_("No file came."), status=422, content_type="text/plain; charset=utf-8")
    key = as_key(request.POST.get("key"))
    try:
        new = NewFile(came.name or "", came.read())
        file = add_file(ticket, new, author=request.user, kind=kind, key=key)
    except DomainError as error:
        return HttpResponse(str(error), status=422, content_type="text/plain; charset=utf-8")
    return render(request, "tickets/_file.html", {"file": file, "removable": True, "can": {"see_attachments": True}})


@requires(Right.REPLY, Right.NOTE, Right.START)
@require_POST
@refusable
def take_out(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a file out of one's own draft."""
    file = get_object_or_404(Attachment.objects.select_related("ticket"), pk=pk, draft__author=request.user, message=None)
    drop_file(file.pk, author=request.user)
    if request.htmx:
        return HttpResponse("")
    return HttpResponseRedirect(address_of(request, file.ticket) + "#composer" if file.ticket else reverse("desk:start"))


@requires(Right.REPLY)
@require_GET
@xframe_options_sameorigin
def preview(request: StaffRequest, number: str) -> HttpResponse:
    """One's own draft as the player will see it, from its own address in a frame without scripts."""
    ticket = ticket_for(request.user, number, Right.REPLY)
    own = Draft.objects.filter(ticket=ticket, author=request.user, kind=Draft.Kind.REPLY).first()
    return previewed(request, ticket, own)


def previewed(request: StaffRequest, ticket: Ticket, own: Draft | None) -> HttpResponse:
    """The message that a draft would become, its files under it; the ticket need not be there yet."""
    message = Message(
        ticket=ticket,
        received_in=ticket,
        kind=Message.Kind.REPLY,
        state=Message.State.QUEUED,
        channel=ticket.channel,
        author_kind=ActorKind.OPERATOR,
        author_id=request.user.pk,
        author_name=request.user.shown_to_players,
        language=ticket.language,
        text=own.text if own and own.text.strip() else "…",
    )
    html = channel(ticket.channel).preview(message).replace("</body>", f"{_enclosed(own)}</body>")
    return under(FRAME_POLICY, HttpResponse(html))


def _enclosed(own: Draft | None) -> SafeString:
    """The files that leave with the message, listed under it."""
    files = Attachment.objects.filter(draft=own, blob__isnull=False).select_related("blob").order_by("pk") if own else []
    rows = format_html_join("", "<li>{} · {}</li>", ((file.name, filesizeformat(file.blob.size if file.blob else 0)) for file in files))
    if not rows:
        return SafeString("")
    return format_html(ENCLOSED, _("Attached"), rows)


def _back(
    request: StaffRequest, ticket: Ticket, form: ComposerForm, *, status: int, unseen_items: Sequence[MessageItem] = ()
) -> HttpResponse:
    """The composer with everything that was typed, and what is in the way."""
    context = page_context(request, ticket, form=form, unseen_items=unseen_items)
    return draw(request, context, "composer", status=status)


def _stopped(request: StaffRequest, ticket: Ticket, form: ComposerForm, unseen: Unseen) -> HttpResponse:
    """A reply that did not leave: its words are a draft, and what its author has not seen stands above them."""
    said = form.cleaned_data
    kind, hand = Draft.Kind.REPLY, form.hand()
    saved = save_draft(ticket, author=request.user, kind=kind, text=said["text"], then_status=said["then"], hand=hand)
    if unseen.ticket.pk != ticket.pk:
        return moved(request, ticket, _("%(number)s was merged into this one meanwhile. Nothing was sent: your words are in the composer."))
    form.show(saved)
    return _back(request, ticket, form, unseen_items=message_items(ticket, unseen.messages, request.user), status=409)


def _sent(request: StaffRequest, ticket: Ticket, form: ComposerForm, sent: Done) -> HttpResponse:
    """The ticket with the new message in it. One that an earlier request had made already is shown as that, and words that were changed
    since stay in the composer."""
    if sent.first:
        return done(request, ticket.number)
    text = form.cleaned_data["text"]
    if _says(sent.pk, text):
        return done(request, ticket.number, _("That was saved at the first try; it is not there twice."))
    kind, words = Draft.Kind(form.cleaned_data["mode"]), _("It had been sent at the first try. What you changed since is in the composer.")
    save_draft(ticket, author=request.user, kind=kind, text=text, hand=form.hand())
    return done(request, ticket.number, words, mode=kind, kind="late")


def _keep_uploads(request: StaffRequest, ticket: Ticket, kind: Draft.Kind, form: ComposerForm) -> bool:
    """Files that came with the form itself, from a browser without scripts. False when one was refused: nothing may leave without it."""
    for came in request.FILES.getlist("file"):
        with refusals(form):
            add_file(ticket, NewFile(came.name or "", came.read()), author=request.user, kind=kind)
    return form.is_valid()


def _came_of(request: StaffRequest, kind: Draft.Kind) -> int | None:
    """The message that this composer's form has become already."""
    return came_of(kind, as_key(request.POST.get("key")), by=request.user.pk)


def _says(message: int | None, text: str) -> bool:
    """Whether a message says just this."""
    return message is not None and Message.objects.filter(pk=message, text=clean(text).strip()).exists()


def _holds(message: int | None, text: str) -> bool:
    """Whether these words stand in a message, such as those of a draft that was being saved while its form was sent."""
    return message is not None and Message.objects.filter(pk=message, text__contains=clean(text).strip()).exists()


def _ticket_of(request: StaffRequest, number: str, kind: Draft.Kind) -> Ticket:
    """The ticket in which this person may write this; who writes notes also has to see them."""
    ticket = ticket_for(request.user, number, RIGHT_OF[kind])
    if kind == Draft.Kind.NOTE and not may(request.user, ticket, Right.SEE_NOTES):
        raise Http404
    return ticket


def _kind(request: StaffRequest) -> Draft.Kind:
    return Draft.Kind.NOTE if request.POST.get("mode") == Draft.Kind.NOTE else Draft.Kind.REPLY


def _then(request: StaffRequest) -> str:
    then = request.POST.get("then", "")
    return then if then in {value for value, _label in ComposerForm.base_fields["then"].choices} else ""  # type: ignore[attr-defined]


def _shown(request: StaffRequest) -> tuple[int, int]:
    """What stood on screen when the tab was changed: changing it must not count as having read what came since."""
    return whole_number(request.POST.get("seen")), whole_number(request.POST.get("upto"))


def _behind(request: StaffRequest) -> str:
    asked = request.GET.copy()
    asked.pop("open", None)
    return asked.urlencode()
