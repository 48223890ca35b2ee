"""What somebody has not on their screen. A reply written without it must not leave unasked, nor may a question be called answered.

Asked under the ticket's lock, so that of two people who act in the same instant the second sees what the first did.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock
from helpdesk.base.errors import Conflict
from helpdesk.staff.models import User
from tickets.actors import ActorKind
from tickets.locks import demand_lock
from tickets.models import Event, Message, Ticket

NEWS_KINDS = ("message.received", "message.noted", "message.written", "message.held")


class Unseen(Conflict):
    """Something stands in the ticket that its author has not seen. `ticket`: where it is shown now; `messages`: what it is."""

    def __init__(self, ticket: Ticket, messages: Sequence[Message] = (), words: str | Promise = "") -> None:
        super().__init__(words or _("Something came that you have not seen. Read that first."))
        self.ticket, self.messages = ticket, messages


def demand_seen(ticket: Ticket, *, by: User, upto: int, asked_for: Ticket) -> None:
    """Raise `Unseen` when the player or a colleague added something after the event `upto`, or a colleague's reply is just leaving.

    Who wrote to a ticket (`asked_for`) that was merged meanwhile has not seen the conversation in which his words would stand.
    """
    demand_lock(ticket)
    if ticket.pk != asked_for.pk:
        raise Unseen(ticket)
    ids = Event.objects.filter(ticket=ticket, pk__gt=upto, kind__in=NEWS_KINDS).exclude(_by(by, "actor")).values("message_id")
    news = Message.objects.filter(Q(pk__in=ids) & ~Q(state=Message.State.WITHDRAWN) | _leaving(), ticket=ticket).exclude(_by(by, "author"))
    found = list(news.order_by("pk"))
    if found:
        raise Unseen(ticket, found)


def _leaving() -> Q:
    """Replies of people in their undo window: seen or not, it is the time in which nobody else answers too."""
    queued = Q(kind=Message.Kind.REPLY, state=Message.State.QUEUED, attempts=0, leaves_at__gt=clock.now())
    return queued & Q(author_kind=ActorKind.OPERATOR, purpose=Message.Purpose.ANSWER)


def _by(user: User, who: str) -> Q:
    return Q(**{f"{who}_kind": ActorKind.OPERATOR, f"{who}_id": user.pk})
