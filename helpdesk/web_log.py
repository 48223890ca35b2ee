"""What the log tells of a request. An address that holds a key, a token or a name stands there by its pattern; what follows `?` never does.

Whoever reads the logs must not be able to set a colleague's password, answer a player's survey or read what an operator searched for.
"""

from __future__ import annotations

import logging

from django.contrib.admindocs.utils import replace_metacharacters, replace_named_groups
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.encoding import escape_uri_path
from django_structlog.middlewares import RequestMiddleware

OPEN_PARTS = frozenset({"pk", "grant_pk", "version_pk", "number", "way", "language", "slug", "provider", "kind"})
"""Parts of our addresses that tell nothing. Any other part, also one that nobody has thought of yet, is taken for a secret."""


def shown_path(request: HttpRequest) -> str:
    """The path, as far as it may be written down. Of one that is no address of ours (a mangled link, mostly) only the beginning."""
    try:
        match = resolve(request.path_info)
    except Resolver404:
        first, *rest = request.path_info.lstrip("/").split("/")
        return escape_uri_path(f"/{first[:30]}") + ("/…" if rest else "")
    if not match.args and match.kwargs.keys() <= OPEN_PARTS:
        return escape_uri_path(request.path_info)
    return "/" + replace_metacharacters(replace_named_groups(match.route))


class RequestLogMiddleware(RequestMiddleware):
    """One line per request, with its id and its user, and without what the address keeps secret."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {shown_path(request)}"


class NoSecretPaths(logging.Filter):
    """Django's own lines (“Not Found: …”, “Forbidden: …”) repeat the whole path: the same care for them."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
            told = {request.path, request.path.encode("unicode_escape").decode("ascii")}
            record.args = tuple(shown_path(request) if word in told else word for word in record.args)
        return True
