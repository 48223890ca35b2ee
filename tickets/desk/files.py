"""Files of tickets, and mails as they came. Strangers made them: each answer carries a policy under which nothing runs."""

from __future__ import annotations

import re
from html import escape

from django.http import FileResponse, Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from helpdesk.audit.services import note_audit
from helpdesk.base import blobs
from helpdesk.base.html import VERSION, clean_html, picture_key
from helpdesk.base.models import Blob
from helpdesk.staff.rights import Right, StaffRequest, requires
from tickets.access import attachment_for, may, message_for
from tickets.desk.answers import FRAME_POLICY, Policy, under
from tickets.models import Attachment, Message

SHUT: Policy = {
    "default-src": ["'none'"],
    "img-src": ["'self'"],
    "style-src": ["'unsafe-inline'"],
    "frame-ancestors": ["'none'"],
    "sandbox": [],
}
CID = re.compile(r"""src="cid:([^"]*)\"""", re.IGNORECASE)
REMOTE = re.compile(r"""(<img\b[^>]*?)\ssrc="\s*https?:[^"]*\"""", re.IGNORECASE)  # left out, not only blocked: no broken picture shows
PAGE = """<!doctype html>
<html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title><base target="_blank">
<style>
  body {{ font: 15px/1.5 system-ui, sans-serif; color: #1d1f24; background: #fff; margin: 12px; overflow-wrap: anywhere; }}
  img {{ max-width: 100%; height: auto; }} img:not([src]) {{ display: none; }} table {{ max-width: 100%; }}
  blockquote {{ margin: 0 0 0 4px; padding-left: 10px; border-left: 3px solid #ccc; }}
</style></head>
<body>{body}</body></html>"""


@requires(Right.SEE_ATTACHMENTS)
@require_GET
def attachment(request: StaffRequest, pk: int, name: str = "") -> FileResponse | HttpResponse:
    """The file. Pictures that were encoded anew are shown, everything else is downloaded."""
    file = attachment_for(request.user, pk)
    if file.blob is None:
        return HttpResponse(file.refused, status=410, content_type="text/plain; charset=utf-8")
    shown = file.preview_id is not None and "download" not in request.GET
    return _blob(file.blob, file.media_type if shown else _harmless(file.media_type), file.name, download=not shown)


@requires(Right.SEE_ATTACHMENTS)
@require_GET
@cache_control(private=True, max_age=3600)
def thumbnail(request: StaffRequest, pk: int) -> FileResponse | HttpResponse:
    """The small picture of a picture."""
    file = attachment_for(request.user, pk)
    if file.preview is None:
        raise Http404
    return _blob(file.preview, "image/webp", "preview.webp", download=False)


@requires(Right.VIEW)
@require_GET
@xframe_options_sameorigin
def original(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    """The HTML mail as it came, cleaned, for a frame without scripts. `?pictures=1` lets other servers' pictures in."""
    message = message_for(request.user, number, pk)
    if not message.html:
        raise Http404
    pictures = "pictures" in request.GET
    safe = message.html if message.html_version >= VERSION else clean_html(message.html).html  # made by a cleaner that knew less
    html = safe if pictures else REMOTE.sub(r"\1", safe)
    body = _with_own_pictures(message, html, may_open=may(request.user, message.ticket, Right.SEE_ATTACHMENTS))
    policy = FRAME_POLICY | ({"img-src": ["'self'", "data:", "https:", "http:"]} if pictures else {})
    response = under(policy, HttpResponse(PAGE.format(title=escape(message.subject), body=body)))
    response["Referrer-Policy"] = "no-referrer"
    return response


@requires(Right.SEE_RAW_MAIL)
@require_GET
def raw(request: StaffRequest, number: str, pk: int) -> FileResponse | HttpResponse:
    """The mail's own bytes, to be downloaded. Who asked is written down."""
    message = message_for(request.user, number, pk, Right.SEE_RAW_MAIL)
    if message.raw is None:
        raise Http404
    note_audit("mail.looked_at", by=request.user, subject=message, request=request, game_id=message.ticket.game_id, ticket=number)
    return _blob(message.raw, "message/rfc822", f"{number}-{pk}.eml", download=True)


def _blob(blob: Blob, media_type: str, name: str, *, download: bool) -> FileResponse | HttpResponse:
    try:
        file = blobs.opened(blob)
    except blobs.Unreadable:
        return HttpResponse(_("The storage has lost this file."), status=410, content_type="text/plain; charset=utf-8")
    response = FileResponse(file, content_type=media_type, as_attachment=download, filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return under(SHUT, response)


def _harmless(media_type: str) -> str:
    """No browser is told to run it, whatever somebody does with the address."""
    return "text/plain; charset=utf-8" if media_type == "text/plain" else "application/octet-stream"


def _with_own_pictures(message: Message, html: str, *, may_open: bool) -> str:
    """Pictures inside the mail (cid:) come from the message's own files."""
    own = {
        picture_key(file.content_id): file
        for file in Attachment.objects.filter(message=message, preview__isnull=False).exclude(content_id="")
    }

    def address(found: re.Match[str]) -> str:
        file = own.get(picture_key(found.group(1)))
        return f'src="{reverse("desk:attachment", args=[file.pk, "picture"])}"' if file and may_open else ""

    return CID.sub(address, html)
