"""In the demo: resolve the ticket of a mail and ask its player for a rating now, instead of a day later."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from helpdesk.base import clock
from helpdesk.base.errors import DomainError
from helpdesk.demo.logins import demand_demo
from helpdesk.staff.models import User
from tickets.actors import operator
from tickets.models import Message, Status, Ticket, Timer
from tickets.services.edit import set_status
from tickets.surveys.invite import KIND, asks
from tickets.surveys.models import Survey

PATIENCE = 15  # seconds for the workers to hear of the resolution


class Command(BaseCommand):
    help = "Resolve the ticket of a mail (by its Message-ID) and let its survey come at once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("message_id")

    def handle(self, *args: Any, message_id: str, **options: Any) -> None:
        try:
            demand_demo()
        except DomainError as error:
            raise CommandError(str(error)) from error
        message = Message.objects.filter(message_id=message_id).select_related("ticket__game").first()
        if message is None:
            raise CommandError("No ticket of this desk belongs to that mail.")
        ticket = message.ticket
        if not asks(ticket.game):
            raise CommandError(f"{ticket.game.name} asks for no ratings.")
        if ticket.status != Status.RESOLVED:
            self._resolve(ticket)
        elif Survey.objects.filter(ticket=ticket, resolved_at__gte=ticket.resolved_at or clock.now()).exists():
            raise CommandError("The player has been asked already; the mail is in the list.")
        if not self._hurried(ticket):
            raise CommandError("The workers have not heard of it yet; try again in a moment.")

    def _resolve(self, ticket: Ticket) -> None:
        asked = Message.objects.filter(ticket=ticket, kind=Message.Kind.INBOUND).order_by("-pk").values_list("pk", flat=True).first()
        somebody = ticket.assignee or User.objects.filter(is_active=True).earliest("pk")
        try:
            set_status(ticket, Status.RESOLVED, by=operator(somebody), no_reply_needed_upto=asked)
        except DomainError as error:
            raise CommandError(str(error)) from error

    def _hurried(self, ticket: Ticket) -> bool:
        """Whether the wait for the survey stands and is over now."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if Timer.objects.filter(ticket=ticket, kind=KIND).update(due_at=clock.now()):
                return True
            time.sleep(0.5)
        return False
