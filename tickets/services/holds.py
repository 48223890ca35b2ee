"""Held replies. Core knows that a reply is held; the gate's room knows why and decides."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock
from helpdesk.base.errors import Conflict, NotAllowed
from helpdesk.base.queue import nudge
from helpdesk.staff.models import User
from tickets.actors import operator
from tickets.events import record
from tickets.events.of_messages import MessageReleased
from tickets.locks import lock_message
from tickets.models import Hold, Message


@transaction.atomic
def release(hold: Hold, *, by: User) -> Message:
    """Open one hold. When it was the last, the reply is queued and leaves at once. Two clicks release once."""
    message = lock_message(hold.message_id)
    if message is None:
        raise Conflict(_("Somebody was first."))
    if message.author_kind == "operator" and message.author_id == by.pk:
        raise NotAllowed(_("Nobody releases a reply of their own."))
    if Hold.objects.filter(pk=hold.pk, released_at=None).update(released_at=clock.now(), released_by=by.pk) != 1:
        raise Conflict(_("Somebody was first."))
    left = message.holds.filter(released_at=None).count()
    record(message.ticket, MessageReleased(hold=hold.pk, left=left), by=operator(by), message=message)
    if message.state == Message.State.HELD and not left:
        message.state, message.state_at = Message.State.QUEUED, clock.now()
        message.leaves_at, message.approver_id = clock.now(), by.pk
        message.save(update_fields=["state", "state_at", "leaves_at", "approver_id"])
        nudge("tickets.send", message.pk)
    return message
