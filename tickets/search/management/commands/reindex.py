"""Making the documents that are searched, in the foreground: what the sweep does by itself."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tickets.search import building, indexing

TOLD_EVERY = 25  # steps


class Command(BaseCommand):
    help = "Make what is searched out of all tickets. May be interrupted: it goes on where it was. Tickets change and are found meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--anew", action="store_true", help="all of it once more, also what is made already")

    def handle(self, *args: Any, **options: Any) -> None:
        index, steps = building.begin(anew=options["anew"]), 0
        while building.step(index):
            steps += 1
            if steps % TOLD_EVERY == 0:
                self.stdout.write(f"{steps * indexing.AT_ONCE} tickets; {index.upto} is the oldest.")
                index.refresh_from_db()
        self.stdout.write("All tickets are in the index.")
