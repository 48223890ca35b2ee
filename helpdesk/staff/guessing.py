"""Whom a wrong password stops: the one who guesses, not the person whose address is guessed with.

Failures are counted for an account as it is tried from one place: from a device on which this account has signed in before, or else from
one network. Beside it stands a larger count over all strange places together, against a crowd of them. Neither touches a device that the
account knows, so a stranger who types six wrong passwords does not lock a colleague out; and a new password by mail lifts both.
"""

from __future__ import annotations

import secrets

from allauth.core.internal import ratelimit
from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from helpdesk.audit.client import client_address
from helpdesk.base.rate_limits import network
from helpdesk.staff.models import User

COOKIE = "desk_device"
REMEMBERED = 180 * 24 * 3600  # seconds
MOST_ACCOUNTS = 5  # that one device is known to; one more forgets the oldest
SALT = "staff.known_device"
STRANGE_PLACES = {"login_strange": "60/h/key"}


def place(request: HttpRequest, login: str) -> str:
    """From where an account is tried: the device it knows, or the network of a strange one."""
    return known_device(request, login) or f"from {network(client_address(request) or '')}"


def known_device(request: HttpRequest, login: str) -> str:
    """The device's own word if this account has signed in from it before; else ""."""
    device, accounts = _remembered(request)
    pk = User.objects.filter(email=login.strip().lower()).values_list("pk", flat=True).first() if accounts else None
    return device if pk in accounts else ""


def remember_device(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """This person has signed in from here: from now on the failures of others do not count for them here."""
    device, accounts = _remembered(request)
    kept = [pk for pk in accounts if pk != user.pk][-(MOST_ACCOUNTS - 1) :]
    response.set_cookie(
        COOKIE,
        signing.dumps([device or secrets.token_urlsafe(12), [*kept, user.pk]], salt=SALT),
        max_age=REMEMBERED,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
        path="/accounts/",
    )


def strange_place_counts(request: HttpRequest, login: str) -> ratelimit.RateLimitUsage | None:
    """Count a try from a place that the account does not know; None when there were too many from all such places together."""
    return ratelimit.consume(request, app="allauth.account", action="login_strange", config=STRANGE_PLACES, key=login)


def lift(request: HttpRequest, login: str) -> None:
    """A new password by mail has proved whose account it is."""
    ratelimit.clear(request, app="allauth.account", action="login_strange", config=STRANGE_PLACES, key=login)


def _remembered(request: HttpRequest) -> tuple[str, list[int]]:
    try:
        device, accounts = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=REMEMBERED)
    except (signing.BadSignature, ValueError, TypeError):
        return "", []
    return str(device), [pk for pk in accounts if isinstance(pk, int)]
