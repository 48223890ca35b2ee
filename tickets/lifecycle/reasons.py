"""Why a ticket is put on hold: the studio's own list, and what a reason makes of a hold."""

from __future__ import annotations

from dataclasses import replace

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from helpdesk.base import clock
from helpdesk.base.errors import DomainError
from helpdesk.studio import reasons
from helpdesk.studio.models import Reason
from tickets.lifecycle.pending import PendingInfo
from tickets.models import ON_HOLD, Status, Ticket

HOLD = "hold"  # the list


def reasons_for(ticket: Ticket) -> QuerySet[Reason]:
    """The reasons that may be given for a hold of this ticket, its own among them even if it is not given any more."""
    own = Reason.objects.filter(pk=ticket.hold_reason_id) if ticket.hold_reason_id else Reason.objects.none()
    return reasons.reasons_of(HOLD, ticket.game) | own


def whole(ticket: Ticket, to: Status | str, pending: PendingInfo | None) -> PendingInfo | None:
    """What a hold says, made whole: the day of its reason where none is named. None for a status that is no hold.

    DomainError, beside `hold_reason`, for a reason that nobody gives there any more (the ticket's own may stay), and for none where the
    studio demands one.
    """
    if to not in ON_HOLD:
        return None
    pending, day = pending or PendingInfo(), ticket.pending_until or ticket.promised_until
    if day and pending.until == day.replace(second=0, microsecond=0):  # a form knows no seconds
        pending = replace(pending, until=day)
    if pending.reason is None:
        if reasons.is_demanded(HOLD, ticket.game):
            raise DomainError(_("Say why it is put on hold: %(game)s asks for a reason.") % {"game": ticket.game.name}, field="hold_reason")
        return pending
    reason = reasons_for(ticket).filter(pk=pending.reason).first()
    if reason is None:
        raise DomainError(_("This reason is not given any more. Choose another one."), field="hold_reason")
    if pending.until is not None or ticket.hold_reason_id == reason.pk:
        return pending
    return replace(pending, until=reasons.deadline(reason.default_hours, ticket.game, clock.now()))
