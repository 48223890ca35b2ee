"""What every page's frame shows: the studio's name and what this person may open."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of `base.html`. Costs no query: counts come as fragments."""
    return {"STUDIO_NAME": settings.STUDIO_NAME, "DEMO": settings.HELPDESK_ENV == "demo"}
