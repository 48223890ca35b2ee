"""Postmark: webhooks in JSON that nobody signs, so that the secret in their addresses is the only proof."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from anymail.signals import AnymailTrackingEvent
from anymail.webhooks.postmark import PostmarkInboundWebhookView, PostmarkTrackingWebhookView
from django.conf import settings
from django.utils.dateparse import parse_datetime

from helpdesk.base.sandbox import Failed, Spent
from helpdesk.base.sandbox.child import Job
from helpdesk.base.text import one_line
from tickets.mail.outbound.reports import Report
from tickets.mail.provider import CAME_BACK, Ask, Delivered, KeepsList, Senseless, Suppression, as_mail, request_of

SOFT = frozenset({"SoftBounce", "Transient", "DnsError"})
OWN = {"SpamNotification": Report.POLICY, "ManuallyDeactivated": Report.SUPPRESSED}


class Postmark(KeepsList):
    name = "postmark"
    label = "Postmark"
    inbound = PostmarkInboundWebhookView
    tracking = PostmarkTrackingWebhookView
    settings = {"POSTMARK_SERVER_TOKEN": "the server's token that may send", "POSTMARK_API_URL": "another address of its API"}
    needed = ("POSTMARK_SERVER_TOKEN",)
    refused = {"rejected": Report.SUPPRESSED, "invalid": Report.GONE}  # inactive at Postmark; no address at all
    headers = {"X-PM-KeepID": "true"}  # else it writes a Message-ID of its own
    api = "https://api.postmarkapp.com"
    alias_domain = "mtasv.net"

    def take(self, body: bytes, content_type: str, authorization: str) -> Delivered:
        """JSON, with the raw mail in `RawEmail` where the server is set to include it."""
        self.prove(request_of(b"", content_type, authorization))
        try:
            key, recipient, raw = self.in_child("look", body, answer=tuple[str, str, bytes | None])
        except Failed as error:
            raise Senseless("this is no inbound mail of Postmark's") from error
        except Spent:  # proved, and too much to look at: kept as it came, for a person to see
            return Delivered(body, f"postmark:{hashlib.sha256(body).hexdigest()}", "", whole=False)
        return Delivered(body if raw is None else raw, f"postmark:{key}", recipient, whole=raw is not None)

    @staticmethod
    def unpack(content: bytes, content_type: str) -> bytes:
        request: Any = request_of(b"", "application/json")
        request._body = content  # what request.body answers; read by itself it may be no larger than a form
        return as_mail(PostmarkInboundWebhookView(webhook_secret=["not asked again"]), request)

    @staticmethod
    def jobs() -> dict[str, Job]:
        return {"look": (_look, tuple[bytes])}

    def report_of(self, event: AnymailTrackingEvent) -> Report | None:
        """It has words of its own for what may pass and for its list, and files a filter's dislike under complaints."""
        kind, told = event.esp_event.get("Type"), super().report_of(event)
        if event.event_type in CAME_BACK and kind in SOFT:
            return Report.SOFT if told == Report.GONE else told
        return OWN.get(kind, told)

    def suppressions(self, ask: Ask, address: str, domains: Sequence[str]) -> list[Suppression]:
        told = self._list(ask, "GET", f"/dump?EmailAddress={quote(address, safe='')}")
        rows = told.get("Suppressions") if isinstance(told, dict) else None
        return [_suppression(row) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []

    def unsuppress(self, ask: Ask, address: str, domains: Sequence[str]) -> None:
        self._list(ask, "POST", "/delete", {"Suppressions": [{"EmailAddress": address}]})

    def _list(self, ask: Ask, method: str, what: str, body: Any = None) -> Any:
        headers = {"X-Postmark-Server-Token": settings.ANYMAIL.get("POSTMARK_SERVER_TOKEN", "")}
        return ask(method, f"/message-streams/outbound/suppressions{what}", headers=headers, body=body, what="suppressions")


def _suppression(row: dict[str, Any]) -> Suppression:
    reason = str(row.get("SuppressionReason") or "")
    said = " ".join(part for part in (reason, str(row.get("Origin") or "")) if part)
    since = parse_datetime(str(row.get("CreatedAt") or ""))
    return Suppression("outbound", one_line(said, 300), since, for_good=reason == "SpamComplaint")


def _look(content: bytes) -> tuple[str, str, bytes | None]:
    """(Postmark's name of the mail, the recipient, the raw mail where the server is set to include it). In the child."""
    payload = json.loads(content)
    key, recipient, raw = str(payload["MessageID"]), str(payload.get("OriginalRecipient") or ""), payload.get("RawEmail")
    whole = raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) and raw.strip() else None
    return key[:250], recipient[:400], whole


PROVIDER = Postmark()
