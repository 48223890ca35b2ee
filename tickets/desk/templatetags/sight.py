"""What of a player a page shows: `tickets.sight` decides, these filters ask it."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from helpdesk.staff.models import User
from tickets.sight import Sight, sight_everywhere

register = template.Library()


@register.filter
def without_addresses(text: str | SafeString | None, sight: Sight | User) -> str | SafeString:
    """Words of servers and gates for this reader. A user stands for what they see everywhere."""
    return (sight if isinstance(sight, Sight) else sight_everywhere(sight)).words(text or "")
