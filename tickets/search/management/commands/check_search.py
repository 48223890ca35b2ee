"""The checker of the index: compares documents with tickets, and mends what differs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tickets.models import Ticket
from tickets.search import building, indexing
from tickets.search.elasticsearch import indexes
from tickets.search.elasticsearch.finding import Standing, standing
from tickets.search.elasticsearch.server import NoAnswer


class Command(BaseCommand):
    help = "Compare what is searched with what the tickets say, and make anew what differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--some", type=int, default=0, help="only so many tickets, from a place that chance chooses")

    def handle(self, *args: Any, **options: Any) -> None:
        wrong, seen, last = 0, 0, 0
        while ids := self._next(last, options["some"] - seen if options["some"] else indexing.AT_ONCE):
            for found in (*building.check(ids), *self._elsewhere(ids)):
                wrong += 1
                self.stdout.write(f"Ticket {found.ticket}: {found.how}.")
            seen, last = seen + len(ids), ids[-1]
        self.stdout.write(f"{wrong} of {seen} documents were wrong and are made anew." if wrong else f"{seen} documents are right.")

    def _elsewhere(self, ids: list[int]) -> Iterator[building.Difference]:
        if standing() != Standing.UNUSED:
            try:
                yield from indexes.check(ids)
            except NoAnswer as error:
                raise CommandError(f"Elasticsearch cannot tell ({error}).") from None

    def _next(self, last: int, many: int) -> list[int]:
        if many <= 0:
            return []
        if last == 0 and many != indexing.AT_ONCE:
            return building.some(min(many, indexing.AT_ONCE))
        return list(Ticket.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[: min(many, indexing.AT_ONCE)])
