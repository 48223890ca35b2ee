"""What no page should have to think of: the NUL sign, which PostgreSQL takes in no text.

Nobody types it. In a query or a form it is taken out, so that what was typed beside it counts; a path that holds one names no page.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase

NUL = "\x00"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class NoNulMiddleware:
    """Stands before whatever reads the query. A body is looked at only where the page reads a form: the mail doors read their own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        query = request.META.get("QUERY_STRING", "")
        while "%00" in query or NUL in query:
            query = query.replace("%00", "").replace(NUL, "")
        request.META["QUERY_STRING"] = query
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        if NUL in request.path_info:
            raise Http404
        if request.method == "POST" and request.content_type in FORMS and not getattr(view, "csrf_exempt", False):
            fields = request.POST
            if any(NUL in value for name in fields for value in (name, *fields.getlist(name))):
                request.POST = _without_nul(fields)  # type: ignore[assignment]  # it stays what Django made, but for the sign


def _without_nul(fields: QueryDict) -> QueryDict:
    clean = QueryDict(mutable=True, encoding=fields.encoding)
    for name, values in fields.lists():
        clean.setlist(name.replace(NUL, ""), [value.replace(NUL, "") for value in values])
    clean._mutable = False
    return clean
