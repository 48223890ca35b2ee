"""What the staff room's templates ask for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.conf import settings
from django.utils.module_loading import import_string

from helpdesk.staff.menu import Room, rooms

register = template.Library()


@register.simple_tag(takes_context=True)
def settings_rooms(context: template.Context) -> list[tuple[Any, list[Room]]]:
    """The side menu of the settings."""
    request = context["request"]
    return rooms(request.user, request.path)


@register.simple_tag
def demo_logins() -> Sequence[Any]:
    """The people one may sign in as with one press; in the demo only, elsewhere nobody."""
    if settings.HELPDESK_ENV != "demo":
        return ()
    offered: Sequence[Any] = import_string(settings.DEMO_LOGINS)()
    return offered
