"""The providers' doors: `/hooks/mail/<provider>/inbound` for mails, `…/tracking` for news of ours.

They let the provider prove itself, read the body themselves, keep what it brings, and say yes. What the header alone can prove or refute
(no secret set, wrong Basic authentication, too large) is settled before the body is read.

`request.POST` is never touched: it would decode an 8-bit mail to pieces, and refuses mails of more than a few megabytes.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from helpdesk.audit.client import client_address
from helpdesk.base.blobs import NotKept
from helpdesk.base.rate_limits import is_shut, network, too_often
from tickets.mail.inbound.inbox import InboundMail, store
from tickets.mail.inbound.tokens import Stale, show
from tickets.mail.models import MIME, MailSource
from tickets.mail.outbound.track import note_tracking
from tickets.mail.provider import Proof, Provider, Refused, Senseless
from tickets.mail.providers import providers

log = structlog.get_logger(__name__)

FORM_OVERHEAD = 1.5  # a mail of the largest size, packed into a form or into JSON
LARGEST_NEWS = 1024 * 1024  # bytes
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
    known = providers().get(provider)
    if known is None or request.method == "HEAD":  # some providers try the address by HEAD when it is set
        return _said(200 if known else 404, "")
    return _at_the_door(request, known, _keep, most=int(settings.MAX_MAIL_BYTES * FORM_OVERHEAD), refused=400)


@csrf_exempt
@require_http_methods(["POST", "HEAD"])
def tracking(request: HttpRequest, provider: str) -> HttpResponse:
    """News of our mails. One door per provider that can prove itself; 404 for the others. What fails is asked for again (500)."""
    known = providers().get(provider)
    if known is None or not known.has_secret or request.method == "HEAD":
        return _said(200 if known and known.has_secret else 404, "")
    return _at_the_door(request, known, _note, most=LARGEST_NEWS, refused=403)


Work = Callable[[Provider, bytes, str, str], HttpResponse]


def _at_the_door(request: HttpRequest, provider: Provider, work: Work, *, most: int, refused: int) -> HttpResponse:
    """What the header alone can settle, then the body to whoever works on it."""
    client, authorization = network(client_address(request) or ""), request.headers.get("Authorization", "")
    if asks_too_often(client):
        return _said(429, "Too many requests.")
    size = _size(request)
    try:
        provider.admit(authorization)
        if size is None:
            return _said(411, "How long is it?")
        if size > most:
            return _said(413, "It is too large.")
        return work(provider, request.read(size), request.META.get("CONTENT_TYPE", ""), authorization)
    except Refused as reason:
        note_refusal(client)
        log.warning("mail_hook_refused", provider=provider.name, reason=str(reason))
        return _said(refused, "Not accepted.")
    except Senseless as reason:
        log.warning("mail_hook_senseless", provider=provider.name, reason=str(reason))
        return _said(400, "Not understood.")


def _keep(provider: Provider, body: bytes, content_type: str, authorization: str) -> HttpResponse:
    delivered = provider.take(body, content_type, authorization)
    _show(delivered.proof, "inbound")
    mail = InboundMail(
        content=delivered.content,
        source=MailSource.WEBHOOK,
        key=delivered.key,
        recipient=delivered.recipient,
        form=MIME if delivered.whole else provider.name,
        content_type=content_type,
    )
    try:
        raw = store(mail)
    except NotKept:
        return _said(507, "Not stored: try again later.")
    log.info("mail_handed_in", provider=provider.name, raw_mail=raw.pk)
    return _said(200, "Stored.")


def _note(provider: Provider, body: bytes, content_type: str, authorization: str) -> HttpResponse:
    news = provider.news(body, content_type, authorization)
    _show(news.proof, "tracking")
    for event, report in news.events:
        note_tracking(event, report)
    return _said(200, "Noted.")


def _show(proof: Proof | None, door: str) -> None:
    """A signature is good for a while, and at one door."""
    try:
        if proof is not None:
            show(proof.timestamp, proof.token, door)
    except Stale as reason:
        raise Refused(str(reason)) from reason


def _size(request: HttpRequest) -> int | None:
    """How many bytes the request says that it has. None where it does not say: in pieces of unknown number nothing is taken."""
    told = request.META.get("CONTENT_LENGTH") or ""
    return int(told) if told.isascii() and told.isdecimal() and "HTTP_TRANSFER_ENCODING" not in request.META else None


def _said(status: int, text: str) -> HttpResponse:
    return HttpResponse(text + "\n", status=status, content_type="text/plain; charset=utf-8")
