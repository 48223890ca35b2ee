"""How common keys are, from what PostgreSQL knows of its table anyway: which way to look for them depends on it, and its own guess at a
key that it has never seen is far too high."""

from __future__ import annotations

from time import monotonic

from django.db import connection

from tickets.search.analysis import Term
from tickets.search.documents import Zone

KEPT = 300.0  # seconds
_ASK = """
SELECT key, share FROM pg_stats, unnest(most_common_elems::text::text[], most_common_elem_freqs) AS one (key, share)
WHERE schemaname = current_schema() AND tablename = 'search_searchdocument' AND attname = 'vector' AND key IS NOT NULL
"""  # three more numbers follow the shares: of all keys the least, the most, and none
_kept: tuple[float, dict[str, float]] = (-KEPT, {})


def frequencies() -> dict[str, float]:
    """The share of documents that have a key, for the most common of them. A query once in some minutes."""
    global _kept  # noqa: PLW0603 - what a process knows
    if monotonic() - _kept[0] >= KEPT:
        with connection.cursor() as cursor:
            cursor.execute(_ASK)
            _kept = monotonic(), dict(cursor.fetchall())
    return _kept[1]


def share(term: Term) -> float:
    """Of the documents, the share in whose texts this stands, as far as it is known; else 0."""
    known = frequencies()
    if term.prefix:
        return min(1.0, sum(freq for key, freq in known.items() if key.startswith(term.keys) and "|" not in key))
    return min(1.0, sum(known.get(Zone.TEXT + key, 0.0) for key in term.keys))
