"""What the ticket's page shows of this room."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tickets import panels
from tickets.panels import Panel


def register() -> None:
    """Called in `ready()`."""
    panels.register(Panel("surveys:ratings", _("Ratings")))
