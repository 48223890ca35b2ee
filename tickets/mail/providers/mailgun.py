"""Mailgun: signed webhooks; the raw mail by a route whose address ends in `mime`, else a form."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

from anymail.signals import AnymailTrackingEvent
from anymail.webhooks.mailgun import MailgunInboundWebhookView, MailgunTrackingWebhookView
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from helpdesk.base.text import one_line
from tickets.mail.outbound.reports import Report
from tickets.mail.parse.forms import TooMuch, fields
from tickets.mail.provider import CAME_BACK, Ask, Delivered, KeepsList, Proof, Refused, Suppression, as_mail, request_of

SIGNED = ("timestamp", "token", "signature")
LISTS = ("bounces", "complaints", "unsubscribes")
SIGNED_BYTES = 200  # of each of them at the most


class Mailgun(KeepsList):
    name = "mailgun"
    label = "Mailgun"
    inbound = MailgunInboundWebhookView
    tracking = MailgunTrackingWebhookView
    settings = {
        "MAILGUN_API_KEY": "the key that may send",
        "MAILGUN_SENDER_DOMAIN": "the domain it sends for, where that is not the one of the sender's address",
        "MAILGUN_API_URL": "another region's address of its API",
        "MAILGUN_WEBHOOK_SIGNING_KEY": "proves its webhooks",
    }
    needed = ("MAILGUN_API_KEY",)
    api = "https://api.mailgun.net/v3"
    spf = "include:mailgun.org"
    selectors = ("mx", "pic", "k1", "smtp", "mailo", "email")
    signing = ("MAILGUN_WEBHOOK_SIGNING_KEY", "MAILGUN_API_KEY")

    def take(self, body: bytes, content_type: str, authorization: str) -> Delivered:
        """The signature stands in three small fields, found without reading the rest; a raw mail is cut out of the form where it stands."""
        try:
            found = {  # the last of equal names counts, as in a QueryDict
                field.name: field for field in fields(body, content_type) if not field.is_file or field.name == "body-mime"
            }
        except TooMuch as error:
            raise Refused(str(error)) from error
        signed = {name: found[name].value(body, SIGNED_BYTES).decode("ascii", "ignore") for name in SIGNED if name in found}
        request = request_of(b"", "application/x-www-form-urlencoded", authorization)
        proof = QueryDict(mutable=True)
        proof.update(signed)
        _holding(request, proof)
        self.prove(request)
        recipient = found["recipient"].value(body, 1_000).decode("utf-8", "replace") if "recipient" in found else ""
        raw = found["body-mime"].value(body) if "body-mime" in found else b""
        shown = Proof(signed["timestamp"], signed["token"])
        return Delivered(raw or body, f"mailgun:{signed['token']}", recipient, whole=bool(raw), proof=shown)

    @staticmethod
    def unpack(content: bytes, content_type: str) -> bytes:
        request = request_of(b"", content_type)
        texts = QueryDict(mutable=True)
        files: MultiValueDict[str, UploadedFile[bytes]] = MultiValueDict()
        for field in fields(content, content_type):
            value = field.value(content)
            if field.is_file:
                files.appendlist(field.name, SimpleUploadedFile(field.file_name or "file", value, field.media_type))
            else:
                texts[field.name] = value.decode("utf-8", "replace")
        _holding(request, texts, files)
        return as_mail(MailgunInboundWebhookView(webhook_signing_key="not asked again"), request)

    def proof_in(self, request: WSGIRequest) -> Proof:
        signed = json.loads(request.body)["signature"] if request.content_type == "application/json" else request.POST
        return Proof(str(signed["timestamp"]), str(signed["token"]))

    def report_of(self, event: AnymailTrackingEvent) -> Report | None:
        """Its summary names its own lists."""
        data = event.esp_event.get("event-data")
        reason = str(data.get("reason", "")) if isinstance(data, dict) else ""
        listed = event.event_type in CAME_BACK and reason.startswith("suppress-")
        return Report.SUPPRESSED if listed else super().report_of(event)

    def sender_domain(self) -> str:
        return settings.ANYMAIL.get("MAILGUN_SENDER_DOMAIN", "").lower()

    def suppressions(self, ask: Ask, address: str, domains: Sequence[str]) -> list[Suppression]:
        found = []
        for domain in self._domains(domains):
            for listed in LISTS:
                told = self._lists(ask, "GET", domain, listed, address)
                if isinstance(told, dict):
                    said = " ".join(str(told.get(name) or "") for name in ("code", "error")).strip()
                    found.append(Suppression(f"{listed}, {domain}", one_line(said, 300), _moment(told.get("created_at"))))
        return found

    def unsuppress(self, ask: Ask, address: str, domains: Sequence[str]) -> None:
        for domain in self._domains(domains):
            for listed in LISTS:
                self._lists(ask, "DELETE", domain, listed, address)

    def _domains(self, domains: Sequence[str]) -> Sequence[str]:
        own = self.sender_domain()
        return [own] if own else domains

    def _lists(self, ask: Ask, method: str, domain: str, listed: str, address: str) -> Any:
        key = base64.b64encode(f"api:{settings.ANYMAIL.get('MAILGUN_API_KEY', '')}".encode()).decode()
        path = f"/{quote(domain, safe='')}/{listed}/{quote(address, safe='')}"
        return ask(method, path, headers={"Authorization": f"Basic {key}"}, what=listed)


def _moment(told: Any) -> datetime | None:
    """Such as “Fri, 21 Oct 2011 11:02:55 UTC”."""
    try:
        at = parsedate_to_datetime(str(told))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _holding(request: Any, texts: QueryDict, files: MultiValueDict[str, UploadedFile[bytes]] | None = None) -> None:
    """What request.POST and request.FILES answer; the body stays unread."""
    request._post, request._files = texts, files or MultiValueDict()


PROVIDER = Mailgun()
