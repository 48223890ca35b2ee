"""The panels beside a ticket: a registry. A room draws its own; the ticket's page asks for it by its URL name once it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from tickets.access import may
from tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Panel:
    """`page` is the URL name of a view that takes the ticket's number and answers with `<section>`s, or with nothing.

    `right`: who may have it drawn on this ticket; the view asks for it again. `label` is the link for who has no scripts; `place` says
    where among the panels.
    """

    page: str
    label: Any
    right: Right = Right.VIEW
    place: int = 50


_panels: dict[str, Panel] = {}


def register(panel: Panel) -> None:
    """Add a panel, in `AppConfig.ready()` of its room."""
    _panels[panel.page] = panel


def panels_on(ticket: Ticket, reader: User) -> list[Panel]:
    """The panels that this reader gets beside this ticket."""
    return sorted((panel for panel in _panels.values() if may(reader, ticket, panel.right)), key=lambda panel: panel.place)
