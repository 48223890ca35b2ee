"""The webhook door: `/hooks/mail/<provider>/inbound`. It lets the provider prove itself, reads the body itself, stores, and says yes.

What the header alone can prove or refute (no secret set, wrong Basic authentication, too large) is settled before the body is read.

`request.POST` is never touched: it would decode an 8-bit mail to pieces, and refuses mails of more than a few megabytes.
"""

from __future__ import annotations

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from helpdesk.audit.client import client_address
from helpdesk.base.blobs import NotKept
from helpdesk.base.rate_limits import is_shut, network, too_often
from tickets.mail.inbox import InboundMail, store
from tickets.mail.models import MailSource
from tickets.mail.payloads import PROVIDERS, Delivered, Refused

log = structlog.get_logger(__name__)

FORM_OVERHEAD = 1.5  # a mail of the largest size, packed into a form or into JSON
PERIOD = 60  # seconds
MOST_REFUSED = 20  # unproved requests of one client in a period, at all web processes together
MOST_CALLS = 6_000
STRIDE = 25  # calls; a provider hands in many, and not each is worth a row's change


def asks_too_often(client: str) -> bool:
    """Before the body is read: called too often, or refused too often. All doors of the providers count together."""
    return is_shut("hook-refused", client, seconds=PERIOD) or too_often("hook", client, times=MOST_CALLS, seconds=PERIOD, stride=STRIDE)


def note_refusal(client: str) -> None:
    """A request that did not prove itself: after some of them the door is shut to this client for a while."""
    too_often("hook-refused", client, times=MOST_REFUSED, seconds=PERIOD)


@csrf_exempt
@require_http_methods(["POST", "HEAD"])
def receive(request: HttpRequest, provider: str, kind: str = "") -> HttpResponse:
    """200 when the mail is stored; 4xx when it never will be; anything else makes the provider try again."""
    if provider not in PROVIDERS or request.method == "HEAD":  # some providers try the address by HEAD when it is set
        return _said(200 if provider in PROVIDERS else 404, "")
    client = network(client_address(request) or "")
    if asks_too_often(client):
        return _said(429, "Too many requests.")
    size, authorization = _size(request), request.headers.get("Authorization", "")
    try:
        PROVIDERS[provider].admit(authorization)
        if size is None:
            return _said(411, "How long is it?")
        if size > settings.MAX_MAIL_BYTES * FORM_OVERHEAD:
            return _said(413, "The mail is too large.")
        delivered = PROVIDERS[provider].take(request.read(size), request.META.get("CONTENT_TYPE", ""), authorization)
    except Refused as reason:
        note_refusal(client)
        log.warning("mail_hook_refused", provider=provider, reason=str(reason))
        return _said(400, "Not accepted.")
    return _keep(provider, delivered, request.META.get("CONTENT_TYPE", ""))


def _keep(provider: str, delivered: Delivered, content_type: str) -> HttpResponse:
    mail = InboundMail(
        content=delivered.content,
        source=MailSource.WEBHOOK,
        key=delivered.key,
        recipient=delivered.recipient,
        form=delivered.form,
        content_type=content_type,
    )
    try:
        raw = store(mail)
    except NotKept:
        return _said(507, "Not stored: try again later.")
    log.info("mail_handed_in", provider=provider, raw_mail=raw.pk)
    return _said(200, "Stored.")


def _size(request: HttpRequest) -> int | None:
    """How many bytes the request says that it has. None where it does not say: in pieces of unknown number nothing is taken."""
    told = request.META.get("CONTENT_LENGTH") or ""
    return int(told) if told.isascii() and told.isdecimal() and "HTTP_TRANSFER_ENCODING" not in request.META else None


def _said(status: int, text: str) -> HttpResponse:
    return HttpResponse(text + "\n", status=status, content_type="text/plain; charset=utf-8")
