"""The door of a page: who may enter at all. Which rows are seen inside is asked where rows are fetched."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from helpdesk.staff.rights.names import Right
from helpdesk.staff.rights.scope import has_everywhere, has_right

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from helpdesk.staff.models import User

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)


class StaffRequest(HttpRequest):
    """A request whose door has been passed: somebody is signed in."""

    user: User
    htmx: HtmxDetails


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back. A fragment sends the whole page there, so that no sign-in form lands inside a list."""
    back = page_of(request)
    address = resolve_url(settings.LOGIN_URL) + (f"?next={quote(back)}" if back else "")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def page_of(request: HttpRequest) -> str:
    """The path of the page where the person stands: what they asked for; of a fragment or a form the page that held it, if it is ours."""
    if request.headers.get("HX-Request"):
        page = request.headers.get("HX-Current-URL", "")
    elif request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    else:
        page = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure()):
        return ""
    return urlsplit(page)._replace(scheme="", netloc="", fragment="").geturl()


View = Callable[Concatenate[StaffRequest, P], R]


def requires(*rights: Right, everywhere: bool = False) -> Callable[[View[P, R]], Callable[Concatenate[HttpRequest, P], R | HttpResponse]]:
    """The door of a page: sign in first; then one of `rights` must be held somewhere, else 403.

    With `everywhere` it must be held for everything. Without rights the door asks for sign-in only. The rights
    stay readable as `view.requires` and `view.everywhere` for the house test over all URLs.
    """

    def door(view: View[P, R]) -> Callable[Concatenate[HttpRequest, P], R | HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> R | HttpResponse:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            held = has_everywhere if everywhere else has_right
            if rights and not any(held(request.user, right) for right in rights):
                raise PermissionDenied
            return view(request, *args, **kwargs)  # type: ignore[arg-type]  # signed in: it is a StaffRequest

        guarded.requires = rights  # type: ignore[attr-defined]
        guarded.everywhere = everywhere  # type: ignore[attr-defined]
        return guarded

    return door
