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
from helpdesk.demo.load.loop import load
from helpdesk.demo.logins import demand_demo


class Command(BaseCommand):
    help = "Make the demo studio, if it is not there. Begun again from the start when an earlier load was cut short."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reset", action="store_true", help="throw away what is there and make it afresh")
        parser.add_argument("--tickets", type=int, default=3000, help="how many stories (3000)")
        parser.add_argument("--seed", type=int, default=7, help="another seed, another two months (7)")

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
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = off")  # a load that is cut short is begun again anyway
        stage = load(count=options["tickets"], seed=options["seed"], until=clock.now(), tell=self._tell)
        note_audit(reset.LOADED, by=None, tickets=stage.done["message"])
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        self._tell(f"The demo studio is ready ({time.monotonic() - began:.0f} s).")

    def _tell(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
