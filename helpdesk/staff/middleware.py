"""Between the request and the page: the person's own language and time zone, and the second factor where a role demands it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.middleware import get_user
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_htmx.http import trigger_client_event

from helpdesk.staff import seeing
from helpdesk.staff.models import User
from helpdesk.staff.rights.doors import page_of

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# what one needs on the way to a second factor, and what is not the desk at all
OPEN_NAMES = frozenset({"set_language", "jsi18n", "metrics"})
OPEN_PREFIXES = ("account_", "mfa_", "usersessions_")
MAY_BE_SENT = frozenset({"staff:see_as_end", "account_logout"})  # by who sees the desk as somebody else
OPEN_PAGES = frozenset({"staff:appearance", "staff:account", "staff:sign_out_everywhere"})


class PreferencesMiddleware:
    """A signed-in person's language and time zone win over the browser's."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user = get_user(request)  # the person, and not the lazy wrapping: a page asks its user hundreds of times
        if not isinstance(user, User):
            return self.get_response(request)
        translation.activate(user.language)
        request.LANGUAGE_CODE = user.language
        with timezone.override(user.zone):
            return self.get_response(request)


class NoStoreMiddleware:
    """Pages are kept by no cache and no browser: after signing out, “back” shows nothing of a player, and no survey either.

    Answers that say themselves how long they may be kept (a small picture, a brand's colours) go their own way.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response


class SeeingMiddleware:
    """Who sees the desk as somebody else looks with lent grants, and changes nothing: what would is refused in words."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if isinstance(request.user, User) and seeing.KEY in request.session:
            request.seeing = seeing.lend(request, request.user)  # type: ignore[attr-defined]  # for the frame of every page
            if request.seeing is None:  # type: ignore[attr-defined]
                messages.info(request, _("You see the desk as yourself again."))
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        if getattr(request, "seeing", None) is None or request.method in {"GET", "HEAD", "OPTIONS"}:
            return None
        match = request.resolver_match
        if match is not None and match.view_name in MAY_BE_SENT:
            return None
        return _refuse(request, _("While you see the desk as somebody else, nothing can be changed."))


def _refuse(request: HttpRequest, words: str) -> HttpResponseBase:
    """Say it where it is heard: in a toast of the page that stands, to a script, or on the page one comes from."""
    if request.headers.get("HX-Request"):
        return trigger_client_event(HttpResponse(status=204), "toast", {"text": words, "kind": "late"})
    if not request.accepts("text/html"):
        return JsonResponse({"error": words}, status=403)
    messages.error(request, words)
    return HttpResponseRedirect(page_of(request) or reverse("home"))


class SecondFactorMiddleware:
    """Who holds a role that demands a second factor sees nothing of the desk before they have set one up; pages and API alike.

    Who has one was asked for it while signing in (allauth's stage), which the session remembers; so this costs a query
    only for those who have just set it up.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        if _is_open(request) or not request.user.is_authenticated or not request.user.needs_second_factor or _is_proven(request):
            return None
        return _ask_for_it(request)


def _is_open(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is None or _is_open_name(match.view_name or "")


def _is_open_name(name: str) -> bool:
    return name in OPEN_NAMES or name in OPEN_PAGES or name.startswith(OPEN_PREFIXES)


def _stands_on_open_page(request: HttpRequest) -> bool:
    """Whether a fragment (the rail's numbers, the bell) was asked for by a page that is open anyway: to lead that away would never end."""
    try:
        match = resolve(urlsplit(request.headers.get("HX-Current-URL", "")).path)
    except Resolver404:
        return False
    return _is_open_name(match.view_name or "")


def _is_proven(request: HttpRequest) -> bool:
    if any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user)):
        return True
    factors = Authenticator.objects.filter(user_id=request.user.pk).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return bool(factors.exists())


def _ask_for_it(request: HttpRequest) -> HttpResponseBase:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={} if _stands_on_open_page(request) else {"HX-Redirect": reverse("mfa_index")})
    if request.accepts("text/html"):
        return HttpResponseRedirect(reverse("mfa_index"))
    problem = {
        "title": _("A second factor is needed"),
        "detail": _("Your role demands a second factor. Set it up at the desk first."),
        "status": 403,
    }
    return JsonResponse(problem, status=403, content_type="application/problem+json")
