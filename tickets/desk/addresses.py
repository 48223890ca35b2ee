"""The addresses of a ticket's pages, made without asking the router for each: a page names a hundred of them."""

from __future__ import annotations

from functools import cache

from django.urls import reverse

_NUMBER = "NUMBER"


@cache
def _around(page: str) -> tuple[str, str]:
    """What stands before and behind the ticket's number in the addresses of this page, such as "desk:status"."""
    before, _number, behind = reverse(page, args=[_NUMBER]).partition(_NUMBER)
    return before, behind


def ticket_address(number: str, page: str = "desk:ticket") -> str:
    """Where the page of this ticket is. `number` is a ticket's own, so that nothing in it needs quoting."""
    before, behind = _around(page)
    return f"{before}{number}{behind}"
