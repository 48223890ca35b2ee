"""What the ticket's page, a game's page and the audit show of this room."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from helpdesk.audit import labels
from helpdesk.studio import capabilities
from helpdesk.studio.capabilities import Capability
from helpdesk.studio.models import Mode
from tickets import panels
from tickets.panels import Panel
from tickets.surveys.invite import CAPABILITY


def register() -> None:
    """Called in `ready()`."""
    capabilities.register(
        Capability(
            CAPABILITY,
            _("Ask players for a rating"),
            _("A mail some hours after the ticket is resolved, with five stars and room for words."),
            modes=(Mode.OFF, Mode.ON),
            default=Mode.ON,
        )
    )
    labels.register(facts={CAPABILITY: _("ask players for a rating")})
    panels.register(Panel("surveys:ratings", _("Ratings")))
