"""The webhook door: `/hooks/mail/<provider>/inbound`. It reads the body itself, lets the provider prove itself, stores, and says yes.

`request.POST` is never touched: it would decode an 8-bit mail to pieces, and refuses mails of more than a few megabytes.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from helpdesk.audit.client import client_address
from tickets.mail.inbox import HandedIn, store
from tickets.mail.models import Door
from tickets.mail.payloads import PROVIDERS, Refused

log = structlog.get_logger(__name__)

FORM_OVERHEAD = 1.5  # a mail of the largest size, packed into a form or into JSON
PERIOD = 60.0  # seconds
MOST_REFUSED = 20  # unproved requests of one client in a period, in one process
MOST_CALLS = 3_000


class Turnstile:
    """Counts by client and period, in this process; forgets everybody when a period ends."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.period = 0.0
        self.counts: dict[str, int] = defaultdict(int)
        self.lock = threading.Lock()

    def add(self, client: str, amount: int = 1) -> bool:
        """Count; False when the client has used up the period."""
        now = time.monotonic()
        with self.lock:
            if now - self.period > PERIOD:
                self.period = now
                self.counts.clear()
            self.counts[client] += amount
            return self.counts[client] <= self.most


refused = Turnstile(MOST_REFUSED)
calls = Turnstile(MOST_CALLS)


@csrf_exempt
@require_http_methods(["POST", "HEAD"])
def hand_in(request: HttpRequest, provider: str, kind: str = "") -> HttpResponse:
    """200 when the mail is stored; 4xx when it never will be; anything else makes the provider try again."""
    if provider not in PROVIDERS or request.method == "HEAD":  # some providers try the address by HEAD when it is set
        return _said(200 if provider in PROVIDERS else 404, "")
    client = client_address(request) or ""
    if not calls.add(client) or not refused.add(client, 0):
        return _said(429, "Too many requests.")
    body = _body(request)
    if body is None:
        return _said(413, "The mail is too large.")
    try:
        delivered = PROVIDERS[provider](body, request.META.get("CONTENT_TYPE", ""), request.headers.get("Authorization", ""))
    except Refused as reason:
        refused.add(client)
        log.warning("mail_hook_refused", provider=provider, reason=str(reason))
        return _said(400, "Not accepted.")
    raw = store(
        HandedIn(
            content=delivered.content,
            door=Door.WEBHOOK,
            key=delivered.key,
            recipient=delivered.recipient,
            form=delivered.form,
            content_type=request.META.get("CONTENT_TYPE", ""),
        )
    )
    log.info("mail_handed_in", provider=provider, raw_mail=raw.pk)
    return _said(200, "Stored.")


def _body(request: HttpRequest) -> bytes | None:
    """The request's bytes as they came, or None if they are too many."""
    limit = int(settings.MAX_MAIL_BYTES * FORM_OVERHEAD)
    if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
        return None
    body: bytes = request.read(limit + 1)
    return body if len(body) <= limit else None


def _said(status: int, text: str) -> HttpResponse:
    return HttpResponse(text + "\n", status=status, content_type="text/plain; charset=utf-8")
