"""What a mail provider is to the desk: how its webhooks prove themselves, what they bring, what it needs. Each is a file in `providers/`.

What proves a request stands in its header (Basic authentication) or in its body, and is asked before anything else of it is read. JSON and
forms are strangers' words in a provider's frame: what a mail is made of is read in a child (`inbound/unpacking.py`), which imports the
providers' files too, so that nothing in them may know a row.
"""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from anymail.exceptions import AnymailError
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from anymail.webhooks.base import AnymailBaseWebhookView, AnymailBasicAuthMixin
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import ImproperlyConfigured, SuspiciousOperation
from django.core.handlers.wsgi import WSGIRequest

from helpdesk.base.sandbox import Limits, Workshop
from helpdesk.base.sandbox.child import Job
from tickets.mail.outbound.reports import Report, report_in

CAME_BACK = {EventType.BOUNCED, EventType.REJECTED, EventType.FAILED}
TOLD = {
    EventType.DELIVERED: Report.DELIVERED,
    EventType.OPENED: Report.OPENED,
    EventType.CLICKED: Report.OPENED,
    EventType.COMPLAINED: Report.COMPLAINED,
}
REASONS = {
    RejectReason.BOUNCED: Report.GONE,
    RejectReason.INVALID: Report.GONE,
    RejectReason.UNSUBSCRIBED: Report.SUPPRESSED,
    RejectReason.BLOCKED: Report.POLICY,
    RejectReason.SPAM: Report.POLICY,
    RejectReason.TIMED_OUT: Report.SOFT,
}
MALFORMED = (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError, AnymailError, ImproperlyConfigured)
Answer = TypeVar("Answer")

_children = Workshop("tickets.mail.inbound.unpacking", Limits(seconds=6.0, memory=600_000_000, answer=200_000_000))


class Refused(Exception):
    """The webhook did not prove that it is the provider's."""


class Senseless(Exception):
    """It may be the provider's, and nothing can be made of it."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A signature's own facts. It is good for some hours, and at one door only (`inbound/tokens.py`)."""

    timestamp: str
    token: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a provider handed in: a `whole` raw mail where there is one, else its payload as it came. `key` is its own name of the mail."""

    content: bytes
    key: str
    recipient: str
    whole: bool
    proof: Proof | None = None


@dataclass(frozen=True, slots=True)
class News:
    """What it tells of mails of ours, each with what that means; None for what changes nothing."""

    events: list[tuple[AnymailTrackingEvent, Report | None]]
    proof: Proof | None = None


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address on one of the provider's own lists: it does not even try to send to it."""

    listed: str  # the list, as the provider calls it
    reason: str
    since: datetime | None
    for_good: bool = False  # it lets nobody take the address off


class NoAnswer(Exception):
    """The provider's API cannot be asked, or answered what makes no sense. The text says which, in the reader's language."""


class Provider(ABC):
    """`name` stands in the addresses of its doors and in its rows (12 letters at most), and begins the names of its settings."""

    name: str
    label: str  # as anymail calls it
    inbound: type[AnymailBaseWebhookView]
    tracking: type[AnymailBaseWebhookView]
    settings: Mapping[str, str]  # the name of each in `.env.example`, and what it is for
    needed: tuple[str, ...] = ()  # of them, to send by it
    signing: tuple[str, ...] = ()  # of them, any that proves its webhooks; without one it is the secret in their addresses alone
    refused: Mapping[str, Report] = {}  # what anymail's word for a recipient that it will not serve means
    spf: str = ""  # the mechanism of a sender's SPF record that names it; empty: it puts a domain of its own on the envelope
    selectors: tuple[str, ...] = ()  # under which it mostly has its senders' DKIM keys published
    headers: Mapping[str, str] = {}  # that it wants in a mail which leaves by it
    api: str = ""  # the address of its API, where we ask one
    alias_domain: str = ""  # of the Message-ID that it makes of its own bare name of a mail

    @abstractmethod
    def take(self, body: bytes, content_type: str, authorization: str) -> Delivered:
        """Prove an inbound request and take the mail out. Refused, or Senseless."""

    @staticmethod
    @abstractmethod
    def unpack(content: bytes, content_type: str) -> bytes:
        """Its payload as the bytes of a mail. Runs in the child; ValueError when it is none."""

    @staticmethod
    def jobs() -> dict[str, Job]:
        """What else its child can be asked, by names of its own."""
        return {}

    def admit(self, authorization: str) -> None:
        """Looks at the header alone, before a body is read. Refused where no secret is set, or the wrong one was sent."""
        view = self._view(self.inbound)
        if not view.basic_auth and not self.signs:
            raise Refused("no secret is set for this provider's webhooks")
        if view.basic_auth:
            _ask(lambda: AnymailBasicAuthMixin.validate_request(view, request_of(b"", "text/plain", authorization)))

    def news(self, body: bytes, content_type: str, authorization: str) -> News:
        """Prove a request at the other door and read it. Refused, or Senseless."""
        view, request = self._view(self.tracking), request_of(body, content_type, authorization)
        try:
            view.run_validators(request)
            proof = self.proof_in(request)
            events = view.parse_events(request)
        except (SuspiciousOperation, Refused) as error:
            raise Refused(str(error)) from error
        except MALFORMED as error:
            raise Senseless(f"{type(error).__name__}: {error}"[:300]) from error
        return News([(event, self.report_of(event)) for event in events], proof)

    def sender_domain(self) -> str:
        """The domain that it signs and sends for, where the settings name one; else it is that of the sender's address."""
        return ""

    def proof_in(self, request: WSGIRequest) -> Proof | None:
        """What its signature says of itself, once it has been found true."""
        return None

    def report_of(self, event: AnymailTrackingEvent) -> Report | None:
        """What an event means. Where a server is quoted, its words count more than the provider's summary of them."""
        if event.event_type not in CAME_BACK:
            return TOLD.get(event.event_type)
        quoted = report_in(words_of(event))
        return REASONS.get(event.reject_reason, quoted) if quoted == Report.UNEXPLAINED else quoted

    @property
    def api_root(self) -> str:
        """The address of its API: its own, or the one that the settings name."""
        return str(settings.ANYMAIL.get(self._api_setting) or self.api).rstrip("/")

    @property
    def api_is_named(self) -> bool:
        """Whether the settings name that address, so that it may lie inside."""
        return self._api_setting in settings.ANYMAIL

    @property
    def _api_setting(self) -> str:
        return f"{self.name.upper()}_API_URL"

    @property
    def signs(self) -> bool:
        """Whether a key is set by which its requests prove themselves."""
        return any(settings.ANYMAIL.get(name) for name in self.signing)

    @property
    def has_secret(self) -> bool:
        """Whether its doors can tell it from a stranger."""
        return self.signs or bool(settings.ANYMAIL.get("WEBHOOK_SECRET"))

    @property
    def sends(self) -> bool:
        """Whether mails leave by it."""
        return settings.EMAIL_BACKEND.startswith(f"anymail.backends.{self.name}.")

    def checks(self) -> Iterator[CheckMessage]:
        """What of its settings is missing, for the system checks of a production."""
        if not self.sends:
            return
        for name in (name for name in self.needed if not settings.ANYMAIL.get(name)):
            said = f"Mails are to leave by {self.label}, and {name} is not set."
            yield Error(said, hint=f"Set it: {self.settings[name]}.", id="helpdesk.E012")
        if not self.has_secret:
            yield Warning(
                f"Mails leave by {self.label}, but its webhooks cannot prove themselves.",
                hint=f"Set {' or '.join((*self.signing, 'ANYMAIL_WEBHOOK_SECRET'))}.",
                id="helpdesk.W002",
            )

    def in_child(self, job: str, *arguments: Any, answer: type[Answer]) -> Answer:
        """What a child answers. Failed, Spent, Broken (`base/sandbox`)."""
        return _children.ask(f"{self.name}.{job}", *arguments, answer=answer)[0]

    def prove(self, request: WSGIRequest) -> None:
        """Header and signature of an inbound request, as anymail checks them. Refused."""
        view = self._view(self.inbound)
        _ask(lambda: view.run_validators(request))

    def _view(self, view: type[AnymailBaseWebhookView]) -> Any:
        try:
            return view()
        except ImproperlyConfigured as error:
            raise Refused("no secret is set for this provider's webhooks") from error


class Ask(Protocol):
    """Asks a provider's API, below its `api_root` (`provider_api.py`): the providers' files are read by children too, which call nobody."""

    def __call__(self, method: str, path: str, *, headers: Mapping[str, str], body: Any = None, what: str = "") -> Any:
        """The JSON that it answers; None where it knows nothing of that (404). NoAnswer. `what`: our word for it, for the log of calls."""


class KeepsList(Provider):
    """A provider that has lists of addresses to which it does not send, and lets us ask and change them by its API."""

    @abstractmethod
    def suppressions(self, ask: Ask, address: str, domains: Sequence[str]) -> list[Suppression]:
        """On which of its lists an address stands, for mails from these domains. NoAnswer."""

    @abstractmethod
    def unsuppress(self, ask: Ask, address: str, domains: Sequence[str]) -> None:
        """Take it off them. NoAnswer; whether one keeps it all the same, `suppressions` tells."""


def _ask(validate: Callable[[], None]) -> None:
    try:
        validate()
    except (AnymailError, SuspiciousOperation, KeyError) as error:
        raise Refused(str(error)) from error


def words_of(event: AnymailTrackingEvent) -> str:
    """What is quoted in an event; else the little that the provider says itself."""
    said = " ".join(str(part) for part in (event.mta_response, event.description) if part)
    return said or f"{event.event_type}: {event.reject_reason or 'no reason given'}"


def request_of(body: bytes, content_type: str, authorization: str = "") -> WSGIRequest:
    """A request as anymail's views want one. `_body`, `_post` and `_files` may be set on it, so that it reads nothing."""
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


def as_mail(view: AnymailBaseWebhookView, request: WSGIRequest) -> bytes:
    """What anymail makes of an inbound payload, as the bytes of a mail. In the child; ValueError when that is nothing."""
    try:
        event = view.parse_events(request)[0]
        mail: bytes = event.message.as_bytes()
    except (*MALFORMED, SuspiciousOperation) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error
    return mail
