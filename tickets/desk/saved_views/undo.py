"""What was deleted, kept in the session of who did it, so that they can take it back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from helpdesk.base.clock import now
from helpdesk.base.errors import DomainError

KEPT = "dropped_views"
MOST, BACK_FOR = 10, timedelta(days=1)


def keep(request: HttpRequest, facts: dict[str, Any]) -> None:
    """The newest ten."""
    request.session[KEPT] = [*dropped(request), facts | {"dropped_at": now().isoformat()}][-MOST:]


def dropped(request: HttpRequest) -> list[dict[str, Any]]:
    """What can still be taken back, oldest first."""
    return [one for one in request.session.get(KEPT, ()) if datetime.fromisoformat(one["dropped_at"]) + BACK_FOR > now()]


def find(request: HttpRequest, pk: int) -> dict[str, Any]:
    """The facts of the view with this id. DomainError where it is too late."""
    for one in dropped(request):
        if one["pk"] == pk:
            return {name: value for name, value in one.items() if name != "dropped_at"}
    raise DomainError(_("It is too late to take that back."))


def forget(request: HttpRequest, pk: int) -> None:
    """It is not offered any more."""
    request.session[KEPT] = [one for one in dropped(request) if one["pk"] != pk]
