"""Writing documents: after an event, anew for all, and where a look found one that is not right.

A subscriber notes which are out of date, which costs it nothing; a follower makes them anew at once, many together. Whoever makes a
document holds its row first and reads the ticket after that, so that of two the later one knows all that the earlier knew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from math import inf
from typing import Any

from django.db import connection, transaction

from helpdesk.base import clock
from helpdesk.base.queue import nudge
from helpdesk.base.sweeps import together
from helpdesk.base.turns import Turn
from tickets.events import of_messages, of_tickets
from tickets.models import Event
from tickets.search import analysis
from tickets.search.documents import Document, Zone, documents
from tickets.search.models import SearchDocument

SUBSCRIBER = "search"
MOST_PLACES, FARTHEST = 255, 16_383  # of one key, and in one vector: PostgreSQL keeps no more
AT_ONCE = 200  # documents
GAP = 2  # between two texts, so that no phrase reaches over
CHANGE_TEXTS = (
    *(of_tickets.TicketOpened, of_tickets.TicketLanguageSet, of_tickets.TicketRenamed, of_tickets.TicketTagged),
    *(of_tickets.TicketPlayerSet, of_tickets.TicketMerged, of_tickets.TicketUnmerged, of_tickets.TicketErased),
    *(of_messages.MessageReceived, of_messages.MessageNoted, of_messages.MessageWritten, of_messages.MessageWithdrawn),
    *(of_messages.MessageReturned, of_messages.MessageRevised, of_messages.MessageStale, of_messages.MessageErased),
)

_BLANK = """
INSERT INTO search_searchdocument (ticket_id, game_id, player_id, vector, analysis, revision, cut, trouble, made_at, stale_since)
SELECT id, game_id, player_id, ''::tsvector, 0, 0, false, '', %(now)s, %(now)s FROM tickets_ticket WHERE id = ANY (%(ids)s) ORDER BY id
"""
_HOLD = f"{_BLANK} ON CONFLICT (ticket_id) DO NOTHING"
_NOTE = f"""
{_BLANK} ON CONFLICT (ticket_id) DO UPDATE SET stale_since = coalesce(search_searchdocument.stale_since, excluded.stale_since), trouble = ''
"""
_HELD = """
SELECT ticket_id, tsvector_to_array(vector) FROM search_searchdocument WHERE ticket_id = ANY (%(ids)s) ORDER BY ticket_id FOR UPDATE
"""
_WRITE = """
UPDATE search_searchdocument d
SET game_id = n.game_id, player_id = n.player_id, vector = n.vector::tsvector, cut = n.cut, analysis = %(analysis)s,
    revision = d.revision + 1, trouble = '', made_at = %(now)s, stale_since = NULL
FROM unnest(%(ids)s::bigint[], %(games)s::bigint[], %(players)s::bigint[], %(vectors)s::text[], %(cuts)s::boolean[])
    AS n (ticket_id, game_id, player_id, vector, cut)
WHERE d.ticket_id = n.ticket_id
"""
_DROP = """
DELETE FROM search_searchdocument d WHERE ticket_id = ANY (%(ids)s) AND NOT EXISTS (SELECT 1 FROM tickets_ticket t WHERE t.id = ticket_id)
"""
_LEARN = """
INSERT INTO search_searchword (word, key) SELECT DISTINCT * FROM unnest(%s::text[], %s::text[]) ON CONFLICT DO NOTHING
"""
_FORGET = """
DELETE FROM search_searchword w WHERE w.key = ANY (%s)
    AND NOT EXISTS (SELECT 1 FROM search_searchdocument d WHERE d.vector @@ quote_literal(w.key)::tsquery)
"""


def hear(events: Sequence[Event]) -> None:
    """A subscriber: what tickets say has changed."""
    said: dict[str, Any] = {"ids": sorted({event.ticket_id for event in events if event.ticket_id is not None}), "now": clock.now()}
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, said)
    nudge("search.follow", queue="bulk")


def follow(*, seconds: float = inf) -> int:
    """Make anew what is out of date, the oldest first; how many that were. A sweep: what cannot be made waits for its next change."""
    made, last, turn = 0, list[int](), Turn(seconds)
    while turn.lasts() and (ids := _follow_some()) and ids != last:
        made, last = made + len(ids), ids
    return made


@transaction.atomic
def _follow_some() -> list[int]:
    """Those that no other follower has in hand."""
    stale = SearchDocument.objects.filter(stale_since__isnull=False, trouble="").order_by("stale_since", "pk")
    ids = list(stale.select_for_update(skip_locked=True).values_list("ticket", flat=True)[:AT_ONCE])
    put_each(ids)
    return ids


def put_each(ids: Collection[int]) -> None:
    """`put`; where that fails each alone, and what cannot be made keeps its old words and says why."""
    together(ids, put, park=_note_trouble)


def _note_trouble(pk: int, why: str) -> None:
    SearchDocument.objects.filter(ticket=pk).update(trouble=why)


@transaction.atomic
def put(ids: Collection[int]) -> int:
    """Make the documents of these tickets anew; how many there are. One of a ticket that is gone goes too."""
    if not ids:
        return 0
    with connection.cursor() as cursor:
        said: dict[str, Any] = {"ids": sorted(ids), "now": clock.now()}
        cursor.execute(_HOLD, said)
        cursor.execute(_HELD, said)
        before: dict[int, set[str]] = {pk: set(keys) for pk, keys in cursor.fetchall()}
        made = documents(before.keys())
        _write(cursor, [(document, vector_of(document)) for document in made])
        _keep_words(cursor, before, made)
        cursor.execute(_DROP, said)
    return len(made)


def _write(cursor: Any, made: Sequence[tuple[Document, str]]) -> None:
    columns = {
        "ids": [document.ticket_id for document, _vector in made],
        "games": [document.game_id for document, _vector in made],
        "players": [document.player_id for document, _vector in made],
        "vectors": [vector for _document, vector in made],
        "cuts": [document.cut for document, _vector in made],
    }
    cursor.execute(_WRITE, columns | {"analysis": analysis.VERSION, "now": clock.now()})


def vector_of(document: Document) -> str:
    """As PostgreSQL reads it: each key with its places and their weights."""
    places: dict[str, list[str]] = defaultdict(list)
    at = 1
    for text in document.texts:
        for token in text.tokens:
            there = places[text.zone + token.key]
            if len(there) < MOST_PLACES:
                there.append(f"{min(at + token.place, FARTHEST)}{text.weight}")
        at += text.tokens[-1].place + GAP
    return " ".join(f"{quoted(key)}:{','.join(there)}" for key, there in places.items())


def quoted(key: str) -> str:
    """A key in the words of a vector or a query."""
    return "'" + key.replace("\\", "\\\\").replace("'", "''") + "'"


def _keep_words(cursor: Any, before: dict[int, set[str]], made: Sequence[Document]) -> None:
    """The words of these documents are known from now on; those that stand nowhere any more are forgotten, since a person may be named."""
    new: set[tuple[str, str]] = set()
    lost: set[str] = set()
    for document in made:
        old = before[document.ticket_id]
        said = {(token.word, token.key) for text in document.texts if text.zone == Zone.TEXT for token in text.tokens}
        new |= {(word[: analysis.LONGEST], key) for word, key in said if word and key not in old}
        lost |= {key for key in old if "|" not in key} - {key for _word, key in said}
    if new:
        words, keys = zip(*sorted(new), strict=True)
        learn(words, keys)
    if lost:
        cursor.execute(_FORGET, [sorted(lost)])


def learn(words: Iterable[str], keys: Iterable[str]) -> None:
    """Words are known from now on, each with the key that it is stored as."""
    with connection.cursor() as cursor:
        cursor.execute(_LEARN, [list(words), list(keys)])
