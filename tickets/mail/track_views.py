"""The providers' doors for news of our mails. anymail checks the signature and reads the payload; we bring the news.

A provider whose secret is not set has no door here: anymail would let anybody in.
"""

from __future__ import annotations

import json
from typing import Any

import structlog
from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent
from anymail.webhooks.base import AnymailBaseWebhookView
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from helpdesk.audit.client import client_address
from helpdesk.base.rate_limits import network
from tickets.mail.reports import Report
from tickets.mail.tokens import Stale, show
from tickets.mail.track import CAME_BACK, note_tracking, report_of
from tickets.mail.webhooks import asks_too_often, note_refusal

log = structlog.get_logger(__name__)

LARGEST_BODY = 1024 * 1024  # bytes
MALFORMED = (ValueError, KeyError, TypeError, AttributeError)


class Noting:
    """Instead of anymail's signal: the service, called by name. What cannot be read is refused, what fails is asked for again (500)."""

    report_of = staticmethod(report_of)

    def post(self: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            self.run_validators(request)
            events = self.parse_events(request)
        except SuspiciousOperation as error:
            log.warning("tracking_refused", provider=self.esp_name, error=str(error))
            return HttpResponse(status=403)
        except MALFORMED as error:
            log.warning("tracking_unreadable", provider=self.esp_name, error=f"{type(error).__name__}: {error}"[:300])
            return HttpResponse(status=400)
        for event in events:
            note_tracking(event, self.report_of(event))
        return HttpResponse(status=200)


class MailgunTracking(Noting, MailgunTrackingWebhookView):  # type: ignore[misc]
    """Signed by the webhook signing key. The signature must be of today, and not one that was shown at the door for mails."""

    @staticmethod
    def report_of(event: AnymailTrackingEvent) -> Report | None:
        """Its summary names its own lists."""
        data = event.esp_event.get("event-data")
        reason = str(data.get("reason", "")) if isinstance(data, dict) else ""
        listed = event.event_type in CAME_BACK and reason.startswith("suppress-")
        return Report.SUPPRESSED if listed else report_of(event)

    def validate_request(self, request: HttpRequest) -> None:
        super().validate_request(request)
        signed = json.loads(request.body)["signature"] if request.content_type == "application/json" else request.POST
        try:
            show(str(signed["timestamp"]), str(signed["token"]), "tracking")
        except Stale as error:
            raise AnymailWebhookValidationFailure(str(error)) from error


class PostmarkTracking(Noting, PostmarkTrackingWebhookView):  # type: ignore[misc]
    """Not signed: the shared secret in the address is the only proof."""

    soft = frozenset({"SoftBounce", "Transient", "DnsError"})
    own = {"SpamNotification": Report.POLICY, "ManuallyDeactivated": Report.SUPPRESSED}

    @staticmethod
    def report_of(event: AnymailTrackingEvent) -> Report | None:
        """It has words of its own for what may pass, for its list, and files a filter's dislike under complaints."""
        kind, told = event.esp_event.get("Type"), report_of(event)
        if event.event_type in CAME_BACK and kind in PostmarkTracking.soft:
            return Report.SOFT if told == Report.GONE else told
        return PostmarkTracking.own.get(kind, told)


PROVIDERS: dict[str, tuple[type[AnymailBaseWebhookView], tuple[str, ...]]] = {  # the view, and one of these keys must be set
    "mailgun": (MailgunTracking, ("MAILGUN_WEBHOOK_SIGNING_KEY", "MAILGUN_API_KEY")),
    "postmark": (PostmarkTracking, ("WEBHOOK_SECRET",)),
}


@csrf_exempt
def tracking(request: HttpRequest, provider: str) -> HttpResponseBase:
    """One door per provider that is set up; 404 for the others."""
    view, keys = PROVIDERS.get(provider, (None, ()))
    if view is None or not any(settings.ANYMAIL.get(key) for key in keys):
        raise Http404
    client = network(client_address(request) or "")
    if asks_too_often(client):
        return HttpResponse(status=429)
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
        return HttpResponse(status=413)
    answer: HttpResponseBase = view.as_view()(request)
    if answer.status_code == 403:
        note_refusal(client)
    return answer
