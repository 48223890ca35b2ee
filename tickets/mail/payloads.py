"""Providers' webhooks: proved first, by what costs little, and only then taken apart.

What proves a request stands in its header (Basic authentication), or in three small fields of its body (Mailgun's signature), which are
found without reading the rest. A raw mail is cut out of Mailgun's form where it stands; JSON, and payloads without a raw mail, are
strangers' words in a provider's frame and are read in a child.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from anymail.exceptions import AnymailError
from anymail.webhooks.base import AnymailBasicAuthMixin
from anymail.webhooks.mailgun import MailgunInboundWebhookView
from anymail.webhooks.postmark import PostmarkInboundWebhookView
from django.core.exceptions import ImproperlyConfigured, SuspiciousOperation
from django.http import QueryDict

from helpdesk.base.sandbox import Failed, Limits, Spent, Workshop
from tickets.mail.models import RawMail
from tickets.mail.parse.forms import TooMuch, fields
from tickets.mail.tokens import Stale, show
from tickets.mail.unpacking import request_of

SIGNED = ("timestamp", "token", "signature")
SIGNED_BYTES = 200  # of each of them at the most
_unpacking = Workshop("tickets.mail.unpacking", Limits(seconds=6.0, memory=600_000_000, answer=200_000_000))


class Refused(Exception):
    """The webhook did not prove that it is the provider's, or makes no sense."""


class NotAMail(Exception):
    """A stored payload of which no mail can be made, now or later."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a provider handed in: the raw mail where there is one, else its whole payload."""

    content: bytes
    form: RawMail.Form
    key: str
    recipient: str


@dataclass(frozen=True, slots=True)
class Provider:
    """`admit` looks at the header alone, before the body is read; `take` proves the rest and takes the mail out. Both may refuse."""

    view: type[Any]
    take: Callable[[bytes, str, str], Delivered]
    signs: bool = False

    def admit(self, authorization: str) -> None:
        """`authorization` is the header's value. Refused where no secret is set, or the wrong one was sent."""
        made = _made(self.view)
        if not made.basic_auth and not (self.signs and getattr(made, "webhook_signing_key", None)):
            raise Refused("no secret is set for this provider's webhooks")
        if made.basic_auth:
            _ask(lambda: AnymailBasicAuthMixin.validate_request(made, request_of(b"", "text/plain", authorization)))


def mailgun(body: bytes, content_type: str, authorization: str) -> Delivered:
    """Mailgun's inbound route: `forward()` to an address that ends in `mime` brings the raw mail in the field `body-mime`."""
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
    request._post = proof  # type: ignore[attr-defined]  # what request.POST answers; the body stays unread
    request._files = {}  # type: ignore[attr-defined]
    _ask(lambda: _made(MailgunInboundWebhookView).run_validators(request))
    try:
        show(signed["timestamp"], signed["token"], "inbound")
    except Stale as error:
        raise Refused(str(error)) from error
    recipient = found["recipient"].value(body, 1_000).decode("utf-8", "replace") if "recipient" in found else ""
    key = f"mailgun:{signed['token']}"
    raw = found["body-mime"].value(body) if "body-mime" in found else b""
    if raw:
        return Delivered(raw, RawMail.Form.MIME, key, recipient)
    return Delivered(body, RawMail.Form.MAILGUN, key, recipient)


def postmark(body: bytes, content_type: str, authorization: str) -> Delivered:
    """Postmark's inbound stream: JSON, with the raw mail in `RawEmail` where the server is set to include it."""
    try:
        (key, recipient, raw), _ = _unpacking.ask("look_at_postmark", body, answer=tuple[str, str, bytes | None])
    except Failed as error:
        raise Refused("this is no inbound mail of Postmark's") from error
    except Spent:  # proved, and too much to look at: kept as it came, for a person to see
        return Delivered(body, RawMail.Form.POSTMARK, f"postmark:{hashlib.sha256(body).hexdigest()}", "")
    if raw is not None:
        return Delivered(raw, RawMail.Form.MIME, f"postmark:{key}", recipient)
    return Delivered(body, RawMail.Form.POSTMARK, f"postmark:{key}", recipient)


def to_mime(content: bytes, *, form: str, content_type: str) -> bytes:
    """A stored payload as the bytes of a mail. Raises NotAMail, and Broken where another try may help."""
    arguments = (content, content_type) if form == RawMail.Form.MAILGUN else (content,)
    try:
        return _unpacking.ask(form, *arguments, answer=bytes)[0]
    except (Failed, Spent) as error:
        raise NotAMail(f"the payload cannot be read: {error}") from error


def _made(view: type[Any]) -> Any:
    try:
        return view()
    except ImproperlyConfigured as error:
        raise Refused("no secret is set for this provider's webhooks") from error


def _ask(validate: Callable[[], None]) -> None:
    try:
        validate()
    except (AnymailError, SuspiciousOperation) as error:
        raise Refused(str(error)) from error


PROVIDERS = {
    "mailgun": Provider(MailgunInboundWebhookView, mailgun, signs=True),
    "postmark": Provider(PostmarkInboundWebhookView, postmark),
}
