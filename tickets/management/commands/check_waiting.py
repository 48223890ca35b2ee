"""The checker of who waits since when: compares each ticket's row with its messages, and can mend what differs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from tickets.lifecycle import waiting
from tickets.locks import lock_itself
from tickets.models import Status, Ticket

BATCH = 500


class Command(BaseCommand):
    help = "Compare waiting_since, first_reply_at and last_player_message_at of all tickets that are not closed with their messages."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mend", action="store_true", help="write what the messages say")
        parser.add_argument("--closed", action="store_true", help="closed tickets too")

    def handle(self, *args: Any, **options: Any) -> None:
        tickets = Ticket.objects.order_by("pk") if options["closed"] else Ticket.objects.exclude(status=Status.CLOSED).order_by("pk")
        wrong, last = 0, 0
        while batch := list(tickets.filter(pk__gt=last)[:BATCH]):
            for ticket, facts in waiting.wrong(batch):
                wrong += 1
                self.stdout.write(f"{ticket.number}: waits since {ticket.waiting_since}, its messages say {facts.waiting_since}")
                if options["mend"]:
                    with transaction.atomic():
                        waiting.refresh(lock_itself(ticket))
            last = batch[-1].pk
        self.stdout.write(f"{wrong} of these tickets were wrong." if wrong else "Every ticket says what its messages say.")
