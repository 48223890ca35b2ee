"""What is searched, made at once: in a test nobody drains the deliveries unless it says so."""

from __future__ import annotations

from tickets.models import Ticket
from tickets.search.elasticsearch import indexes, server
from tickets.search.elasticsearch.follower import follow
from tickets.search.elasticsearch.marks import mark
from tickets.search.indexing import put


def index_all() -> None:
    """Every ticket is found from now on, by whichever engine."""
    tickets = Ticket.objects.values_list("pk", flat=True)
    put(tickets)
    mark(tickets)
    bring()


def bring() -> None:
    """What is marked for Elasticsearch is found there, if that is who searches."""
    if server.chosen() and follow(seconds=60):
        with server.asked(server.WRITING) as client:
            client.indices.refresh(index=indexes.alias())
