"""What of a player a page shows: `tickets.sight` decides, these filters ask it."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from helpdesk.staff.models import User
from tickets.models import Ticket
from tickets.sight import Sight, sight_everywhere, sight_on

register = template.Library()


@register.filter
def without_addresses(text: str | SafeString | None, sight: Sight | User) -> str | SafeString:
    """Words of servers and gates for this reader. A user stands for what they see everywhere."""
    return (sight if isinstance(sight, Sight) else sight_everywhere(sight)).words(text or "")


@register.simple_tag
def sight_of(ticket: Ticket, reader: User) -> Sight:
    """What this reader sees of this ticket's player: `{% sight_of ticket request.user as sight %}`."""
    return sight_on(reader, ticket)


@register.filter
def player_called(ticket: Ticket, sight: Sight) -> str:
    """The player's name, or what stands for it where there is none or it is not to be seen."""
    return (ticket.player.name or _("Unnamed player")) if sight.name else _("Player")
