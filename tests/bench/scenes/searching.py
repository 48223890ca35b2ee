"""The queue's page with words in its box, at the server, by each engine that is there: every kind of thing that is looked for.

What is looked for was said in tickets taken by chance, so each search has its own tickets to find. Pages as in `pages.py`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from random import Random
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from helpdesk.base.batches import batched
from helpdesk.demo import vocabulary
from helpdesk.staff.models import User
from players.models import GameAccount
from tests.bench.figures import Figure, Pace
from tests.bench.scenes.pages import leafed_through, operator, rows, tail
from tickets.access import visible_tickets
from tickets.models import Ticket
from tickets.search import building, indexing
from tickets.search.elasticsearch import indexes, server
from tickets.search.models import SearchDocument, SearchIndex

EACH = 30  # searches of a kind
DEEP = 15  # pages
MADE = 5_000  # documents
BUDGET = 100.0  # milliseconds


def measure(*, runs: int) -> list[Figure]:
    client, reader = operator()
    kinds = {kind: list(map(_address, asked)) for kind, asked in _kinds(reader).items()}
    half = _address(f"{vocabulary.words(1)[0]} sort:-created")
    figures = [_documents()]
    for engine in _engines():
        with _asking(engine):
            if engine == server.NAME:
                figures += _index()
            figures += [_searches(client, f"{engine}: {kind}", paths, runs) for kind, paths in kinds.items()]
            figures.append(leafed_through(client, f"{engine}: one page after the other of what every second ticket has", half, most=DEEP))
    return figures


def _engines() -> list[str]:
    return ["postgres", *([server.NAME] if os.environ.get("ELASTICSEARCH_URL") else [])]


@contextmanager
def _asking(engine: str) -> Iterator[None]:
    before, settings.SEARCH_ENGINE = settings.SEARCH_ENGINE, engine
    try:
        yield
    finally:
        settings.SEARCH_ENGINE = before


def _kinds(reader: User) -> Mapping[str, list[str]]:
    """By kind what is typed."""
    rng, ranks = Random(3), {word: place for place, word in enumerate(vocabulary.words(vocabulary.SIZE))}
    tickets = list(islice(((ticket, words) for ticket, words in _said(reader, rng) if ranks.keys() >= set(words)), 2 * EACH))
    said_of = {one.number: f"lang:{one.language} channel:{one.channel} status:{one.status}" for one, _words in tickets}
    said = [(one.number, words) for one, words in tickets]
    rarest = {number: sorted(words, key=lambda word: -ranks[word]) for number, words in said}
    middle = {number: min(words, key=lambda word: abs(ranks[word] - 300)) for number, words in said}
    theirs = visible_tickets(reader).filter(number__in=rarest)
    accounts = list(GameAccount.objects.filter(player__in=theirs.values("player")).values_list("external_id", flat=True))
    senders = list(theirs.exclude(contact=None).values_list("contact__address", flat=True))
    commonest = min(ranks, key=lambda word: ranks[word])
    kinds = {
        "a word": [words[0] for words in rarest.values()],
        "two words": [f"{words[1]} {middle[number]}" for number, words in rarest.items() if words[1] != middle[number]],
        "a phrase of three": [f'"{" ".join(words[2:5])}"' for _number, words in said],
        "a ticket's number": list(rarest),
        "an account's id": accounts,
        "an address": senders,
        "the beginning of an account's id": [account[:-2] for account in accounts],
        "a word with a slip": [f"{word[:2]}{word[3:]}" for words in rarest.values() if len(word := words[0]) > 6],
        "a word and three filters": [f"{middle[number]} {said_of[number]}" for number in middle],
        "a word that every second ticket has": [commonest],
        "the same, by waiting": [f"{commonest} sort:waiting"],
        "nothing found": [f"qzxw{word}wxzq" for word in middle.values()],
    }
    return {kind: (asked * EACH)[:EACH] for kind, asked in kinds.items()}


def _said(reader: User, rng: Random) -> Iterator[tuple[Ticket, list[str]]]:
    """Tickets by chance, and the sentence that each says alone."""
    last = building.newest()
    while True:
        pks = rng.sample(range(1, last + 1), 200)
        for ticket in visible_tickets(reader).filter(pk__in=pks, merged_into=None).prefetch_related("messages"):
            first = next((message for message in sorted(ticket.messages.all(), key=lambda one: one.pk) if message.kind == "inbound"), None)
            if first:
                yield ticket, first.text.split()[-vocabulary.SAID :]


def _searches(client: Client, what: str, paths: list[str], runs: int) -> Figure:
    return tail(client, what, paths, runs=runs, requests=len(paths), budget=BUDGET, besides=f"; {_finds(client, paths)}")


def _address(words: str) -> str:
    text, _sort, order = words.partition(" sort:")
    return f"{reverse('desk:queue')}?{urlencode({'q': text, 'status': 'all'} | ({'sort': order} if order else {}))}"


def _finds(client: Client, paths: list[str]) -> str:
    """How many rows the pages of these searches have, in the middle."""
    counts = sorted(rows(client, path) for path in paths[:10])
    middle = counts[len(counts) // 2]
    return "a page or more" if middle >= 50 else f"{middle} tickets"


def _documents() -> Figure:
    """Documents made anew, by one process; how large they are."""
    pks = building.older(building.newest() + 1, MADE)
    pace = Pace()
    pace.run(lambda: sum(_made(some) for some in batched(pks, indexing.AT_ONCE)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('search_searchdocument'), pg_relation_size('search_vector')")
        whole, index = cursor.fetchone()
    remark = f"{whole / 1e6:,.0f} MB for {SearchDocument.objects.count():,}, of which the index of words {index / 1e6:,.0f}"
    return pace.figure("postgres: documents made, one process", "documents/s", remark=remark)


def _made(pks: list[int]) -> int:
    indexing.put_each(pks)
    return len(pks)


def _index() -> list[Figure]:
    """An index out of all tickets where none is whole yet, by one process; how large it is."""
    row = indexes.begin()
    pace = Pace()
    if row.finished_at is None:
        pace.run(lambda: _all(row))
    with server.asked(server.WRITING) as client:
        client.indices.refresh(index=indexes.alias())
        told = client.indices.stats(index=indexes.alias())["_all"]["primaries"]
    size = f"{told['store']['size_in_bytes'] / 1e6:,.0f} MB for {told['docs']['count']:,}"
    return [pace.figure(f"{server.NAME}: an index made, one process", "documents/s", remark=size)] if pace.runs else []


def _all(row: SearchIndex) -> int:
    while indexes.step(row):
        pass
    return Ticket.objects.count()
