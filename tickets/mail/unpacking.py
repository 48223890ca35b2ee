"""Providers' payloads read apart from the desk: this is the child's program. anymail knows the providers' fields.

Nothing here touches the request that came in: anymail is shown a small request of our own making, with what was stored.
"""

from __future__ import annotations

import io
import json
from typing import Any

from anymail.exceptions import AnymailError
from anymail.webhooks.mailgun import MailgunInboundWebhookView
from anymail.webhooks.postmark import PostmarkInboundWebhookView
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from helpdesk.base.sandbox.child import Job, serve
from tickets.mail.parse.forms import fields


def mailgun(content: bytes, content_type: str) -> bytes:
    """Mailgun's form of a mail as the bytes of a mail."""
    request = request_of(b"", content_type)
    texts = QueryDict(mutable=True)
    files: MultiValueDict[str, UploadedFile[bytes]] = MultiValueDict()
    for field in fields(content, content_type):
        value = field.value(content)
        if field.is_file:
            files.appendlist(field.name, SimpleUploadedFile(field.file_name or "file", value, field.media_type))
        else:
            texts[field.name] = value.decode("utf-8", "replace")
    request._post, request._files = texts, files  # type: ignore[attr-defined]  # what request.POST and request.FILES answer
    return _as_mail(MailgunInboundWebhookView(webhook_signing_key="not asked again"), request)


def postmark(content: bytes) -> bytes:
    """Postmark's JSON of a mail as the bytes of a mail."""
    request = request_of(b"", "application/json")
    request._body = content  # what request.body answers; read by itself it may be no larger than a form
    return _as_mail(PostmarkInboundWebhookView(webhook_secret=["not asked again"]), request)


def look_at_postmark(content: bytes) -> tuple[str, str, bytes | None]:
    """(Postmark's name of the mail, the recipient, the raw mail where the server is set to include it)."""
    payload = json.loads(content)
    key, recipient, raw = str(payload["MessageID"]), str(payload.get("OriginalRecipient") or ""), payload.get("RawEmail")
    whole = raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) and raw.strip() else None
    return key[:250], recipient[:400], whole


def request_of(body: bytes, content_type: str, authorization: str = "") -> WSGIRequest:
    """A request as anymail's views want one."""
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


def _as_mail(view: Any, request: WSGIRequest) -> bytes:
    try:
        event = view.parse_events(request)[0]
        mail: bytes = event.message.as_bytes()
    except (AnymailError, SuspiciousOperation, KeyError, IndexError, TypeError, AttributeError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error
    return mail


JOBS: dict[str, Job] = {
    "mailgun": (mailgun, tuple[bytes, str]),
    "postmark": (postmark, tuple[bytes]),
    "look_at_postmark": (look_at_postmark, tuple[bytes]),
}

if __name__ == "__main__":
    settings.configure(SECRET_KEY="of a process that signs nothing", USE_I18N=False)
    serve(JOBS)
