"""Providers' webhooks: proved by anymail, and where they bring no raw mail, their payload put into the form of one.

Nothing here touches the request that came in: its bytes are already read, and `request.POST` would decode 8-bit mails to pieces. anymail
is shown a small request of our own making instead.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from anymail.exceptions import AnymailError
from anymail.webhooks.mailgun import MailgunInboundWebhookView
from anymail.webhooks.postmark import PostmarkInboundWebhookView
from django.core.exceptions import ImproperlyConfigured, SuspiciousOperation
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from tickets.mail.models import RawMail
from tickets.mail.parse.headers import Headers
from tickets.mail.parse.mime import Cutter, Part


class Refused(Exception):
    """The webhook did not prove that it is the provider's, or makes no sense."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a provider handed in: the raw mail where there is one, else its whole payload."""

    content: bytes
    form: RawMail.Form
    key: str
    recipient: str


def mailgun(body: bytes, content_type: str, authorization: str) -> Delivered:
    """Mailgun's inbound route: `forward()` to an address that ends in `mime` brings the raw mail in the field `body-mime`."""
    fields = form_fields(body, content_type)
    signed = {name: fields.get(name, b"").decode("ascii", "replace") for name in ("timestamp", "token", "signature")}
    request = _request(b"", "application/x-www-form-urlencoded", authorization)
    proof = QueryDict(mutable=True)
    proof.update(signed)
    request._post = proof  # type: ignore[attr-defined]  # what request.POST answers; the body stays unread
    request._files = {}  # type: ignore[attr-defined]
    _prove(MailgunInboundWebhookView, request)
    recipient = fields.get("recipient", b"").decode("utf-8", "replace")
    raw = fields.get("body-mime")
    if raw:
        return Delivered(raw, RawMail.Form.MIME, f"mailgun:{signed['token']}", recipient)
    return Delivered(body, RawMail.Form.MAILGUN, f"mailgun:{signed['token']}", recipient)


def postmark(body: bytes, content_type: str, authorization: str) -> Delivered:
    """Postmark's inbound stream: JSON, with the raw mail in `RawEmail` where the server is set to include it."""
    _prove(PostmarkInboundWebhookView, _request(body, "application/json", authorization))
    try:
        payload = json.loads(body)
        key, recipient, raw = str(payload["MessageID"]), str(payload.get("OriginalRecipient") or ""), payload.get("RawEmail")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Refused("this is no inbound mail of Postmark's") from error
    if isinstance(raw, str) and raw.strip():
        return Delivered(raw.encode("utf-8", "surrogatepass"), RawMail.Form.MIME, f"postmark:{key}", recipient)
    return Delivered(body, RawMail.Form.POSTMARK, f"postmark:{key}", recipient)


def to_mime(content: bytes, *, form: str, content_type: str) -> bytes:
    """A stored payload as the bytes of a mail; anymail knows the providers' fields. Raises ValueError when it makes no sense."""
    view: Any
    if form == RawMail.Form.MAILGUN:
        view, kind = MailgunInboundWebhookView(webhook_signing_key="not asked again"), content_type
    else:
        view, kind = PostmarkInboundWebhookView(webhook_secret=["not asked again"]), "application/json"
    request = _request(content, kind, "")
    if form == RawMail.Form.MAILGUN:
        _post(request, content, content_type)
    else:
        request._body = content  # what request.body answers; read by itself it may be no larger than a form
    try:
        event = view.parse_events(request)[0]
        mail: bytes = event.message.as_bytes()
    except (AnymailError, SuspiciousOperation, KeyError, IndexError, TypeError, AttributeError) as error:
        raise ValueError(f"the payload cannot be read: {type(error).__name__}: {error}") from error
    return mail


def form_fields(body: bytes, content_type: str) -> dict[str, bytes]:
    """The fields of a posted form as bytes, files left out; the last of equal names counts, as in a QueryDict."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=1_000)
        return {name: value.encode("latin-1") for name, value in pairs}
    return {name: part.body for name, part in _form_parts(body, content_type) if not _is_file(part) or name == "body-mime"}


def _form_parts(body: bytes, content_type: str) -> list[tuple[str, Part]]:
    """The named parts of a posted multipart form, however large; none of anything else."""
    if content_type.partition(";")[0].strip().lower() != "multipart/form-data":
        return []
    root = Part(Headers([("content-type", content_type.encode("latin-1", "replace"))]), body)
    return [(name, part) for part in Cutter().parts_of(root) if (name := part.disposition_params.get("name"))]


def _is_file(part: Part) -> bool:
    return "filename" in part.disposition_params


def _post(request: WSGIRequest, body: bytes, content_type: str) -> None:
    """What `request.POST` and `request.FILES` answer; Django's own reading refuses what is larger than a form may be."""
    fields = QueryDict(mutable=True)
    fields.update({name: value.decode("utf-8", "replace") for name, value in form_fields(body, content_type).items()})
    files: MultiValueDict[str, UploadedFile[bytes]] = MultiValueDict()
    for name, part in _form_parts(body, content_type):
        if _is_file(part):
            files.appendlist(name, SimpleUploadedFile(part.name or "file", part.body, part.type))
    request._post, request._files = fields, files  # type: ignore[attr-defined]


def _request(body: bytes, content_type: str, authorization: str) -> WSGIRequest:
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    if authorization:
        environ["HTTP_AUTHORIZATION"] = authorization
    return WSGIRequest(environ)


def _prove(view: type[Any], request: WSGIRequest) -> None:
    """Basic authentication and signature, whichever the provider has. Without any secret set nobody gets in."""
    try:
        made = view()
        if not made.basic_auth and not getattr(made, "webhook_signing_key", b""):
            raise Refused("no secret is set for this provider's webhooks")
        made.run_validators(request)
    except (AnymailError, SuspiciousOperation, ImproperlyConfigured) as error:
        raise Refused(str(error)) from error


PROVIDERS = {"mailgun": mailgun, "postmark": postmark}
