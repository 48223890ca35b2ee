"""What somebody has not on their screen. A reply written without it must not leave unasked, nor may a question be called answered.

Asked under the ticket's lock, so that of two people who act in the same instant the second sees what the first did.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock
from helpdesk.base.errors import Conflict
from tickets.actors import Actor
from tickets.events.of_messages import MessageHeld, MessageNoted, MessageReceived, MessageWritten
from tickets.locks import demand_lock
from tickets.models import Message, Ticket

NEWS_KINDS = [payload.kind for payload in (MessageReceived, MessageNoted, MessageWritten, MessageHeld)]

# What others said since; and, seen or not, their replies in the undo window: that is the time in which nobody else answers too.
_NEWS = """
SELECT id FROM tickets_message WHERE ticket_id = %(ticket)s AND NOT (author_kind = %(kind)s AND author_id IS NOT DISTINCT FROM %(by)s)
AND (
    state <> 'withdrawn' AND id IN (
        SELECT message_id FROM tickets_event WHERE ticket_id = %(ticket)s AND id > %(upto)s AND kind = ANY(%(kinds)s)
        AND NOT (actor_kind = %(kind)s AND actor_id IS NOT DISTINCT FROM %(by)s)
    )
    OR kind = 'reply' AND state = 'queued' AND attempts = 0 AND leaves_at > %(now)s AND author_kind = 'operator' AND purpose = 'answer'
)
"""


class Unseen(Conflict):
    """Something stands in the ticket that its author has not seen. `ticket`: where it is shown now; `messages`: what it is."""

    def __init__(self, ticket: Ticket, messages: Sequence[Message] = (), words: str | Promise = "") -> None:
        super().__init__(words or _("Something came that you have not seen. Read that first."))
        self.ticket, self.messages = ticket, messages


def demand_seen(ticket: Ticket, *, by: Actor, upto: int, asked_for: Ticket, notes: bool = True) -> None:
    """Raise `Unseen` when the player or a colleague added something after the event `upto`, or a colleague's reply is just leaving.

    Who wrote to a ticket (`asked_for`) that was merged meanwhile has not seen the conversation in which his words would stand. Who sees no
    `notes` is stopped by none.
    """
    demand_lock(ticket)
    if ticket.pk != asked_for.pk:
        raise Unseen(ticket)
    kinds = NEWS_KINDS if notes else [kind for kind in NEWS_KINDS if kind != MessageNoted.kind]
    with connection.cursor() as cursor:
        mine = {"kind": by.kind.value, "by": by.id}
        cursor.execute(_NEWS, {"ticket": ticket.pk, "upto": upto, "kinds": kinds, "now": clock.now(), **mine})
        news = [pk for (pk,) in cursor.fetchall()]
    if news:
        raise Unseen(ticket, list(Message.objects.filter(pk__in=news).order_by("pk")))
