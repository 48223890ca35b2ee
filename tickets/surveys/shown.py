"""What the ticket's page, the filters, a game's page and the audit show of this room."""

from __future__ import annotations

from django.db.models import Q, Value
from django.db.models.functions import NullIf
from django.utils.translation import gettext_lazy as _

from helpdesk.audit import labels
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from helpdesk.studio import capabilities
from helpdesk.studio.capabilities import Capability
from helpdesk.studio.models import Mode
from tickets import filters, panels
from tickets.filters import Field, Kind, Listed, Operator, column
from tickets.filters.fields import Values
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
    filters.register(
        Field(
            "surveys.rating",
            _("Rating"),
            Kind.NUMBER,
            _rated,
            right=Right.SEE_RATING,
            names=("rating", "оценка"),
            frequent=True,
            listed=Listed(lambda _reader: NullIf("rating", Value(0)), sort="rating", falls=True),
        )
    )


def _rated(operator: Operator, values: Values, reader: User) -> Q:
    """By the last rating that the ticket got; one without any is neither above nor below."""
    return column("rating")(operator, values, reader) & Q(rating__gt=0)
