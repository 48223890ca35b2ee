"""Trying the search from outside: the very code of the queue's page, query by query.

A line of the input is `{"q": "lost sword lang:en", "sort": "best"}`, one of the output
`{"q": …, "sort": "best", "numbers": […], "count": 12, "more": false, "loose": "", "engine": "postgres", "ms": 8.4}`:
ticket numbers in the page's order, as many as `--most`; how many were found (10,001: there are more), `more` if there are others than those
that were compared; how the words were loosened; by which engine (what Elasticsearch cannot say PostgreSQL answers). What cannot be searched
has an `error` instead.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.http import QueryDict

from helpdesk.base.errors import DomainError
from helpdesk.staff.models import User
from tickets.access import visible_tickets
from tickets.desk.queue.filters import EVERY, Wanted
from tickets.desk.queue.finding import find
from tickets.desk.queue.selectors import COUNTED, PAGE, QueuePage, queue_page
from tickets.filters.columns import Columns
from tickets.search.elasticsearch import server
from tickets.search.elasticsearch.finding import Standing, standing


class Command(BaseCommand):
    help = "Search as a person does, and say what is found and how fast: {“q”: …, “sort”: …} lines in, lines with ticket numbers out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--engine", choices=("postgres", "elasticsearch"), default=settings.SEARCH_ENGINE)
        parser.add_argument("--as", dest="reader", required=True, metavar="EMAIL", help="whose rights count")
        parser.add_argument("--most", type=int, default=PAGE, help=f"numbers of each answer at most ({PAGE})")

    def handle(self, *args: Any, **options: Any) -> None:
        settings.SEARCH_ENGINE = options["engine"]
        if options["engine"] == server.NAME and (there := standing()) != Standing.READY:
            raise CommandError(f"Elasticsearch cannot be asked now: it is {there}.")
        reader = User.objects.filter(email=options["reader"]).first()
        if reader is None:
            raise CommandError(f"Nobody signs in as {options['reader']}.")
        for place, line in enumerate(sys.stdin, 1):
            if line.strip():
                self.stdout.write(json.dumps(answer(reader, _asked(line, place), options["most"]), ensure_ascii=False))


def _asked(line: str, place: int) -> dict[str, str]:
    try:
        asked = json.loads(line)
        return {"q": str(asked["q"]), "sort": str(asked.get("sort", ""))}
    except (ValueError, TypeError, KeyError) as error:
        raise CommandError(f'Line {place} is not like {{"q": "lost sword"}}: {error}') from error


def answer(reader: User, asked: dict[str, str], most: int) -> dict[str, Any]:
    """What is found for `q` in the order of `sort`, as a line of the output says it."""
    address = QueryDict(mutable=True)
    address.update({"status": EVERY, **{name: said for name, said in asked.items() if said}})
    began = perf_counter()
    try:
        wanted, pages = _pages(reader, Wanted.of(address, reader), most)
        first = next(pages)
        took = perf_counter() - began
        numbers = [row.number for page in (first, *pages) for row in page.rows][:most]
    except DomainError as error:
        return asked | {"error": str(error), "ms": _ms(perf_counter() - began)}
    more = first.found is not None and first.found.more
    count = next((tab.count for tab in first.tabs if tab.name == EVERY), None)
    if count is None and not first.found:
        count = wanted.apply(visible_tickets(reader)).order_by()[: COUNTED + 1].count()
    return asked | {
        "sort": wanted.sort,
        "numbers": numbers,
        "count": len(first.found.rows) if first.found else count,
        "more": more,
        "loose": wanted.loose,
        "engine": first.engine,
        "ms": _ms(took),
    }


def _pages(reader: User, wanted: Wanted, most: int) -> tuple[Wanted, Iterator[QueuePage]]:
    """How it was taken, and its pages one after the other."""
    bare = Columns((), reader)
    taken, first = find(reader, wanted, bare) if wanted.box.has_words else (wanted, queue_page(reader, wanted, bare))

    def further() -> Iterator[QueuePage]:
        page, seen = first, 0
        while True:
            yield page
            seen += len(page.rows)
            if not page.later or seen >= most:
                return
            page = find(reader, taken, bare, page.later)[1] if taken.box.has_words else queue_page(reader, taken, bare, page.later)

    return taken, further()


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
