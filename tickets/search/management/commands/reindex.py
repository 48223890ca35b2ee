"""Making the documents that are searched, in the foreground: what the sweep does by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tickets.search import building, indexing
from tickets.search.elasticsearch import indexes, server
from tickets.search.models import SearchIndex

TOLD_EVERY = 25  # steps


class Command(BaseCommand):
    help = "Make what is searched out of all tickets. May be interrupted: it goes on where it was. Tickets change and are found meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--anew", action="store_true", help="all of it once more, also what is made already")

    def handle(self, *args: Any, **options: Any) -> None:
        self._make(building.begin(anew=options["anew"]), building.step)
        if server.chosen():
            try:
                indexes.forget_lost()
                self._make(indexes.begin(anew=options["anew"]), indexes.step)
            except server.Away as error:
                raise CommandError(f"Elasticsearch does not answer ({error}). What is made is kept: run this again.") from None

    def _make(self, index: SearchIndex, step: Callable[[SearchIndex], bool]) -> None:
        steps = 0
        while index.finished_at is None and step(index):
            steps += 1
            if steps % TOLD_EVERY == 0:
                index.refresh_from_db()
                self.stdout.write(f"{steps * indexing.AT_ONCE} tickets; {index.upto} is the oldest.")
        self.stdout.write(f"All tickets are in {index.name}.")
