"""Make the demo studio, if it is not there: two games, twelve people, two months of tickets."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from helpdesk.audit.services import note_audit
from helpdesk.base import clock
from helpdesk.base.errors import DomainError
from helpdesk.demo.load import reset
from helpdesk.demo.load.loop import STORIES, load, odd_mails, unwelcome
from helpdesk.demo.logins import demand_demo
from tickets.models import Ticket


class Command(BaseCommand):
    help = "Make the demo studio, if it is not there. Begun again from the start when an earlier load was cut short."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reset", action="store_true", help="throw away what is there and make it afresh")
        parser.add_argument("--tickets", type=int, default=STORIES, help=f"how many stories ({STORIES})")
        parser.add_argument("--seed", type=int, default=7, help="another seed, another two months (7)")
        parser.add_argument("--one-process", action="store_true", help="play one game after the other, not side by side")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            demand_demo()
        except DomainError as error:
            raise CommandError(str(error)) from error
        if reset.loaded() and not options["reset"]:
            self.stdout.write("The demo studio is here already.")
            return
        if reset.strangers():
            raise CommandError("Somebody works in this database who is not of the demo. Take an empty database for it.")
        if reset.anything():
            self.stdout.write("Throwing away what is there …")
            reset.clear()
        began = time.monotonic()
        until = clock.now()
        load(count=options["tickets"], seed=options["seed"], until=until, apart=not options["one_process"])
        odd_mails(until)
        unwelcome(until)
        note_audit(reset.LOADED, by=None, tickets=Ticket.objects.count())
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        self._tell(f"The demo studio is ready ({time.monotonic() - began:.0f} s).")

    def _tell(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
