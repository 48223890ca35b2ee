"""The addresses of a ticket's pages, made without asking the router for each: a page names a hundred of them."""

from __future__ import annotations

from functools import cache
from urllib.parse import urlencode

from django.urls import reverse

from tickets.channels import channel, channels
from tickets.models import Ticket

_NUMBER, _MORE = "NUMBER", 987654321


@cache
def _pattern(page: str, more: int) -> str:
    """The addresses of this page, such as "desk:status", with braces for the ticket's number and so many further parts."""
    return reverse(page, args=[_NUMBER, *[_MORE] * more]).replace(_NUMBER, "{}").replace(str(_MORE), "{}")


def ticket_address(number: str, page: str = "desk:ticket", *more: int | str) -> str:
    """Where the page of this ticket is. `number` and what more it names are our own, so that nothing in them needs quoting."""
    return _pattern(page, len(more)).format(number, *more)


def start_address(ticket: Ticket) -> str:
    """Where one writes first to this ticket's player: by the ticket's own channel, else by another; "" where he can be by none."""
    for way in (channel(ticket.channel), *channels()):
        if way.start and (to := way.start.to(ticket)):
            asked = {"channel": way.name, "game": ticket.game.slug, "to": to, "language": ticket.language}
            return f"{reverse('desk:start')}?{urlencode(asked)}"
    return ""
