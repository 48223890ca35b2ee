"""The pages of the players' mailbox: the list, a mail as its player sees it, an answer, a new mail."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.core.management import CommandError, call_command
from django.core.paginator import Paginator
from django.forms import Form
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from helpdesk.base.errors import DomainError
from helpdesk.base.html import picture_key
from helpdesk.demo.mailbox import store
from helpdesk.demo.mailbox.forms import AnswerForm, NewMailForm
from helpdesk.demo.mailbox.store import Kept
from helpdesk.demo.mailbox.writing import answer, answer_to, new_mail
from tickets.desk.answers import FRAME_POLICY, Policy, under
from tickets.mail.inbound.inbox import InboundMail
from tickets.mail.inbound.inbox import store as receive
from tickets.mail.models import MailSource
from tickets.mail.parse import MailAddress
from tickets.mail.parse.headers import decode_words
from tickets.mail.parse.mime import Cutter

PAGE = 60  # mails in the list at once
SOURCE = 200_000  # characters shown of a mail's source; all of it is in the file
PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp"}
CID = re.compile(r"""(?<=["'(])cid:([^"')\s]+)""")
HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)
SEEN_BY_A_PLAYER: Policy = FRAME_POLICY | {
    "img-src": ["'self'", "data:", "https:", "http:"],
    "sandbox": [*FRAME_POLICY["sandbox"], "allow-popups-to-escape-sandbox"],
}
DOWNLOAD: Policy = {"default-src": ["'none'"], "sandbox": []}


@require_GET
def front(request: HttpRequest) -> HttpResponse:
    """The list. The open page asks for it every few seconds and is answered only when a mail has come."""
    listing = _listing(request)
    if request.headers.get("HX-Request") is None:
        return render(request, "demo/mailbox/mails.html", listing)
    if request.GET.get("newest") == listing["newest"]:
        return HttpResponse(status=204)
    return render(request, "demo/mailbox/_list.html", listing)


def mail(request: HttpRequest, key: str) -> HttpResponse:
    """A mail, shown as `?show=` tells; what is posted is its player's answer."""
    kept = _found(key)
    read = kept.mail
    form = AnswerForm(request.POST or None, request.FILES or None) if kept.way == "in" else None
    if form and form.is_valid():
        name = next((each.name for each in read.to if each.address.lower() == kept.players[0]), "")
        written = form.cleaned_data
        raw = answer(read, MailAddress(kept.players[0], name), text=written["text"], files=written["attached"])
        if sent := _sent(request, form, raw, sender=kept.players[0], to=answer_to(read).address):
            return redirect("mailbox:mail", sent)
    show = request.GET.get("show", "page")
    context = {
        "kept": kept,
        "mail": read,
        "files": [(index, each) for index, each in enumerate(read.attachments) if not each.inline],
        "show": show if read.html_raw or show != "page" else "text",
        "form": form,
        "headers": ((name, decode_words(value)) for name, value in Cutter().mail(kept.raw).headers.items),
        "source": kept.raw[:SOURCE].decode(errors="replace"),
    }
    listing = _listing(request, current=key)
    return render(request, "demo/mailbox/mail.html", listing | context, status=422 if form and form.errors else 200)


@require_GET
@xframe_options_sameorigin
def page(request: HttpRequest, key: str) -> HttpResponse:
    """The mail's HTML with its own look and pictures, for a frame in which nothing runs. Its links open outside."""
    read = _found(key).mail
    own = {picture_key(each.content_id): index for index, each in enumerate(read.attachments) if each.content_id}

    def address(found: re.Match[str]) -> str:
        index = own.get(picture_key(found[1]))
        return found[0] if index is None else reverse("mailbox:file", args=[key, index])

    html = CID.sub(address, read.html_raw or "")
    head = HEAD.search(html)
    cut = head.end() if head else 0
    return under(SEEN_BY_A_PLAYER, HttpResponse(f'{html[:cut]}<base target="_blank">{html[cut:]}'))


@require_GET
def source(request: HttpRequest, key: str) -> FileResponse:
    kept = _found(key)
    response = FileResponse(kept.path.open("rb"), content_type="message/rfc822", as_attachment=True, filename=kept.path.name)
    return under(DOWNLOAD, response)


@require_GET
def file(request: HttpRequest, key: str, index: int) -> FileResponse:
    """A picture to be shown, anything else to be downloaded."""
    files = _found(key).mail.attachments
    if index >= len(files):
        raise Http404
    shown = files[index].type in PICTURES
    kind = files[index].type if shown else "application/octet-stream"
    response = FileResponse(BytesIO(files[index].content), content_type=kind, as_attachment=not shown, filename=files[index].name)
    return under(DOWNLOAD, response)


def write(request: HttpRequest) -> HttpResponse:
    """A first mail, by whomever."""
    form = NewMailForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        written = form.cleaned_data
        player, to = MailAddress(written["address"], written["name"]), MailAddress(written["to"].address)
        raw = new_mail(player, to, subject=written["subject"], text=written["text"], files=written["attached"])
        if sent := _sent(request, form, raw, sender=player.address, to=to.address):
            return redirect("mailbox:mail", sent)
    return render(request, "demo/mailbox/write.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
def ask_for_rating(request: HttpRequest, key: str) -> HttpResponse:
    """The survey of this mail's ticket, without the day's wait: a newcomer wants to see one."""
    try:
        call_command("demo_survey_now", _found(key).mail.message_id or "")
    except CommandError as error:
        messages.error(request, str(error))
    else:
        done = _("The ticket is resolved, and the player is asked for a rating: that mail comes into the list within half a minute.")
        messages.success(request, done)
    return redirect("mailbox:mail", key)


def _found(key: str) -> Kept:
    kept = store.get(key)
    if kept is None:
        raise Http404
    return kept


def _listing(request: HttpRequest, current: str = "") -> dict[str, Any]:
    everything = store.kept()
    mailbox = request.GET.get("to", "").strip().lower()
    shown = [each for each in everything if not mailbox or mailbox in each.players]
    return {
        "mails": Paginator(shown, PAGE).get_page(request.GET.get("page")),
        "mailbox": mailbox,
        "mailboxes": list(Counter(player for each in everything for player in each.players).items())[:200],
        "newest": everything[0].key if everything else "",
        "current": current or request.GET.get("current", ""),
    }


def _sent(request: HttpRequest, form: Form, raw: bytes, *, sender: str, to: str) -> str | None:
    """Into the desk, as a mail server would hand it in, and then into the list: its key there. What the desk refuses stays in the form."""
    try:
        receive(InboundMail(content=raw, source=MailSource.PIPE, key=hashlib.sha256(raw).hexdigest(), mailbox=to))
    except DomainError as error:
        refused = _("The desk did not take the mail: %(said)s. Your text is still here; send it again.")
        form.add_error(None, refused % {"said": str(error).rstrip(".")})
        return None
    messages.success(request, _("The desk has this mail. It becomes a message there within seconds."))
    return store.keep(raw, way="out", sender=sender, recipients=[to])
