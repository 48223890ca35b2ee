"""How the desk answers: a toast for what was done, a sentence for what was refused, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from helpdesk.base.errors import DomainError
from helpdesk.staff.rights import StaffRequest
from tickets.models import Ticket

P = ParamSpec("P")
View = Callable[Concatenate[StaffRequest, P], HttpResponse]
Answer = TypeVar("Answer", bound=HttpResponseBase)
Policy = dict[str, list[str]]

FRAME_POLICY: Policy = {  # for what strangers wrote, in a frame of our page: it may look, not act
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["'self'", "data:"],
    "frame-ancestors": ["'self'"],
    "form-action": ["'none'"],
    "base-uri": ["'none'"],
    "sandbox": ["allow-same-origin", "allow-popups"],
}


def address_of(request: StaffRequest, ticket: Ticket | str, page: str = "desk:ticket", **more: Any) -> str:
    """The ticket's page with the queue's filter behind it, so that the way back and the neighbours stay those somebody came from."""
    number = ticket if isinstance(ticket, str) else ticket.number
    asked = request.GET.copy()
    for private in ("mode", "whole", "open", "after"):
        asked.pop(private, None)
    for key, value in more.items():
        asked[key] = str(value)
    return reverse(page, args=[number]) + (f"?{asked.urlencode()}" if asked else "")


def say(request: StaffRequest, response: HttpResponse, words: str, kind: str = "good") -> HttpResponse:
    """Add a toast to what is answered: at once for a fragment, on the next page for a redirect."""
    if request.htmx and not isinstance(response, HttpResponseClientRedirect):
        return trigger_client_event(response, "toast", {"text": str(words), "kind": kind})
    add = {"late": messages.error, "good": messages.success}.get(kind, messages.info)
    add(request, words)
    return response


def go(request: StaffRequest, url: str) -> HttpResponse:
    """A redirect that htmx follows with the whole page."""
    return HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url)


def refused(request: StaffRequest, error: DomainError, back: str) -> HttpResponse:
    """What a service would not do, said to the person; the page stays as it is."""
    response = HttpResponse(status=204) if request.htmx else HttpResponseRedirect(back)
    return say(request, response, str(error), "late")


def refusable(view: View[P]) -> View[P]:
    """A `DomainError` of a view of one ticket becomes a toast, and the ticket stays on screen."""

    @wraps(view)
    def guarded(request: StaffRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except DomainError as error:
            return refused(request, error, address_of(request, str(kwargs["number"])))

    return guarded


def under(policy: Policy, response: Answer) -> Answer:
    """The answer with a content security policy of its own in place of the pages' one."""
    response._csp_config = policy  # type: ignore[attr-defined]  # what django-csp's middleware reads
    return response
