"""What the composer asks for: reply, note, draft, files, preview. Nothing typed is ever lost by an answer of these views."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from helpdesk.base.errors import DomainError
from helpdesk.staff.forms.refusals import refusals
from helpdesk.staff.rights import Right, StaffRequest, requires
from tickets.access import ticket_for
from tickets.actors import ActorKind
from tickets.desk.answers import FRAME_POLICY, address_of, refusable, under, whole_number
from tickets.desk.forms import ComposerForm
from tickets.desk.ticket.page import composer_of, draw, page_context, rights_on
from tickets.desk.ticket.thread import Turn, unseen_news
from tickets.mail.compose import preview as mail_preview
from tickets.models import Attachment, Draft, Message, Ticket
from tickets.services.attachments import NewFile, attach
from tickets.services.drafts import save_draft
from tickets.services.reply import TEXT_LIMIT, add_note, send_reply
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
    form = ComposerForm(request.POST)
    if not form.is_valid():
        return _back(request, ticket, form, status=422)
    _keep_uploads(request, ticket, Draft.Kind.REPLY, form)
    anyway = bool(request.POST.get("anyway"))
    news = [] if anyway else unseen_news(ticket, request.user, after=form.cleaned_data["seen"] or 0)
    if news:
        _save(ticket, request, form)
        return _back(request, ticket, form, news=news, status=409)
    with refusals(form):
        send_reply(ticket, form.words(ticket, anyway=anyway), by=request.user)
    if not form.is_valid():
        return _back(request, ticket, form, status=422)
    return _done(request, ticket)


@requires(Right.NOTE)
@require_POST
def note(request: StaffRequest, number: str) -> HttpResponse:
    """A note for colleagues. It stops for nothing: it cannot go wrong in front of a player."""
    ticket = ticket_for(request.user, number, Right.NOTE)
    form = ComposerForm(request.POST)
    if form.is_valid():
        _keep_uploads(request, ticket, Draft.Kind.NOTE, form)
        with refusals(form):
            add_note(ticket, form.cleaned_data["text"], by=request.user)
    if not form.is_valid():
        return _back(request, ticket, form, status=422)
    return _done(request, ticket)


@requires(Right.REPLY, Right.NOTE)
@require_POST
@refusable
def draft(request: StaffRequest, number: str) -> HttpResponse:
    """Keep what stands in the composer. With `?open=` its other tab is opened afterwards."""
    kind = _kind(request)
    ticket = ticket_for(request.user, number, RIGHT_OF[kind])
    text = request.POST.get("text", "")[:TEXT_LIMIT]
    if text or Draft.objects.filter(ticket=ticket, author=request.user, kind=kind).exists():
        saved = save_draft(ticket, author=request.user, kind=kind, text=text, then_status=_then(request))
        time = date_format(timezone.localtime(saved.saved_at), "H:i")
    else:
        time = ""
    opened = request.GET.get("open", "")
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
    return JsonResponse({"time": time})


@requires(Right.REPLY, Right.NOTE)
@require_POST
def add_file(request: StaffRequest, number: str) -> HttpResponse:
    """A file for the draft. What is wrong with it is said in plain words, and the composer stays as it is."""
    kind = _kind(request)
    ticket = ticket_for(request.user, number, RIGHT_OF[kind])
    upload = request.FILES.get("file")
    if upload is None:
        return HttpResponse(_("No file came."), status=422, content_type="text/plain; charset=utf-8")
    try:
        file = attach(ticket, NewFile(upload.name or "", upload.read()), draft=_own_draft(ticket, request, kind))
    except DomainError as error:
        return HttpResponse(str(error), status=422, content_type="text/plain; charset=utf-8")
    return render(request, "tickets/_file.html", {"file": file, "ticket": ticket, "removable": True, "can": {"see_attachments": True}})


@requires(Right.REPLY, Right.NOTE)
@require_POST
@refusable
def drop_file(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    """Take a file out of one's own draft."""
    ticket = ticket_for(request.user, number)
    file = get_object_or_404(Attachment, pk=pk, ticket=ticket, draft__author=request.user, message=None)
    file.delete()
    return HttpResponse("") if request.htmx else HttpResponseRedirect(address_of(request, ticket) + "#composer")


@requires(Right.REPLY)
@require_GET
@xframe_options_sameorigin
def preview(request: StaffRequest, number: str) -> HttpResponse:
    """The mail of one's own draft as the player will see it, from its own address in a frame without scripts."""
    ticket = ticket_for(request.user, number, Right.REPLY)
    own = Draft.objects.filter(ticket=ticket, author=request.user, kind=Draft.Kind.REPLY).first()
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
    html = mail_preview(message).html.replace("</body>", f"{_enclosed(own)}</body>")
    return under(FRAME_POLICY, HttpResponse(html))


def _enclosed(own: Draft | None) -> SafeString:
    """The files that leave with the mail, as a mail program lists them under it."""
    files = Attachment.objects.filter(draft=own, blob__isnull=False).select_related("blob").order_by("pk") if own else []
    rows = format_html_join("", "<li>{} · {}</li>", ((file.name, filesizeformat(file.blob.size if file.blob else 0)) for file in files))
    if not rows:
        return SafeString("")
    frame = (
        "max-width:600px;margin:16px auto;padding:12px 24px;font:14px/1.5 sans-serif;background:#fff;color:#1d1f24;border:1px solid #ccc"
    )
    return format_html('<div style="{}"><b>{}</b><ul style="margin:4px 0 0;padding-left:20px">{}</ul></div>', frame, _("Attached"), rows)


def _back(request: StaffRequest, ticket: Ticket, form: ComposerForm, *, status: int, news: Sequence[Turn] = ()) -> HttpResponse:
    """The composer with everything that was typed, and what is in the way."""
    context = page_context(request, ticket, form=form, news=news)
    return draw(request, context, "composer", status=status)


def _done(request: StaffRequest, ticket: Ticket) -> HttpResponse:
    if not request.htmx:
        return HttpResponseRedirect(address_of(request, ticket))
    fresh = ticket_for(request.user, ticket.number)
    response = draw(request, page_context(request, fresh), "desk")
    response["HX-Retarget"], response["HX-Reswap"] = "#ticket", "outerHTML"
    return trigger_client_event(response, "rail")


def _keep_uploads(request: StaffRequest, ticket: Ticket, kind: Draft.Kind, form: ComposerForm) -> None:
    """Files that came with the form itself, from a browser without scripts."""
    for upload in request.FILES.getlist("file"):
        with refusals(form):
            attach(ticket, NewFile(upload.name or "", upload.read()), draft=_own_draft(ticket, request, kind))


def _own_draft(ticket: Ticket, request: StaffRequest, kind: Draft.Kind) -> Draft:
    own = Draft.objects.filter(ticket=ticket, author=request.user, kind=kind).first()
    return own or save_draft(ticket, author=request.user, kind=kind, text=request.POST.get("text", "")[:TEXT_LIMIT])


def _save(ticket: Ticket, request: StaffRequest, form: ComposerForm) -> None:
    save_draft(ticket, author=request.user, kind=Draft.Kind.REPLY, text=form.cleaned_data["text"], then_status=form.cleaned_data["then"])


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
