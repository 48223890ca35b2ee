"""What of a ticket stands in Elasticsearch: its texts as the tokens of our own analysis, and its columns to choose and to sort by.

A text is its tokens with blanks between, so that the server, which parts at blanks and does nothing else, knows the places of a phrase.
Of an identifier the parts are found too: each once more among its nearest neighbours. Moments are whole microseconds, as exact as the rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from helpdesk.base.sweeps import together
from tickets.models import Ticket
from tickets.search.analysis import Token
from tickets.search.documents import Document, Text, Zone, documents

VERSION = 1  # of what stands here; another one makes a new index
BESIDE = 3  # tokens before and after a part of an identifier

NUMBERS = (
    *("game_id", "team_id", "topic_id", "player_id", "assignee_id", "pending_department_id", "hold_reason_id", "follows_id", "priority"),
)
WORDS = ("status", "language", "channel", "started_by")
MOMENTS = (
    *("created_at", "changed_at", "waiting_since", "waiting_key", "resolved_at", "pending_until", "promised_until"),
    *("first_reply_at", "last_player_message_at"),
)
TEXTS = ("subject", "text", "notes", "files")  # of tokens
KEYS = ("number", "senders")  # each a word of its own

_text = {"type": "text", "analyzer": "whitespace"}
MAPPING: dict[str, Any] = {
    "dynamic": "strict",
    "properties": {
        **{name: {"type": "long"} for name in (*NUMBERS, *MOMENTS, "due_key", "id", "tags")},
        **{name: {"type": "keyword"} for name in (*WORDS, *KEYS)},
        **{name: {"type": "boolean"} for name in ("topic_by_machine", "merged")},
        **dict.fromkeys(TEXTS, _text),
    },
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def stored(value: Any) -> Any:
    """A value of a column as it stands there."""
    return (value - _EPOCH) // _MICROSECOND if isinstance(value, datetime) else value


def moment(number: int) -> datetime:
    """The moment that is stored as this number."""
    return _EPOCH + number * _MICROSECOND


def joined(key: str) -> str:
    """A key in which no blank parts it: some letters are folded into several words."""
    return "_".join(key.split())


def sources(ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Of those of these tickets that are there, by id. As many queries for one as for hundreds."""
    tags: dict[int, list[int]] = defaultdict(list)
    for pk, tag in Ticket.tags.through.objects.filter(ticket__in=ids).order_by("tag").values_list("ticket_id", "tag_id"):
        tags[pk].append(tag)
    texts = {document.ticket_id: document for document in documents(ids)}
    found = {}
    for ticket in Ticket.objects.filter(pk__in=texts.keys()).only(*NUMBERS, *WORDS, *MOMENTS, "topic_by_machine", "merged_into_id"):
        columns = {name: stored(getattr(ticket, name)) for name in (*NUMBERS, *WORDS, *MOMENTS, "topic_by_machine", "due_key")}
        found[ticket.pk] = {name: value for name, value in columns.items() if value is not None} | {
            "id": ticket.pk,
            "merged": ticket.merged_into_id is not None,
            "tags": tags[ticket.pk],
            **_words(texts[ticket.pk]),
        }
    return found


def each_source(ids: Collection[int]) -> tuple[dict[int, dict[str, Any]], dict[int, str]]:
    """The same, and by ticket why there is none: one that cannot be read is no reason to have none of the others."""
    found: dict[int, dict[str, Any]] = {}
    broken: dict[int, str] = {}
    together(ids, lambda some: found.update(sources(some)), park=broken.__setitem__)
    return found, broken


def _words(document: Document) -> dict[str, list[str]]:
    said: dict[str, list[str]] = {name: [] for name in (*TEXTS, *KEYS)}
    for text in document.texts:
        said[_field(text)] += [token.key for token in text.tokens] if text.zone in _KEPT else streams(text.tokens)
    return said


_KEPT = {Zone.NUMBER: "number", Zone.SENDERS: "senders"}
_NAMED = {**_KEPT, Zone.NOTES: "notes", Zone.FILES: "files"}


def _field(text: Text) -> str:
    return _NAMED.get(text.zone, "subject" if text.weight == "A" else "text")


def streams(tokens: Iterable[Token]) -> Iterator[str]:
    """The tokens in their places; then each part of an identifier once more, among its neighbours."""
    places = [[joined(token.key) for token in several] for _place, several in groupby(tokens, key=lambda token: token.place)]
    main = [keys[0] for keys in places]
    yield " ".join(main)
    for nth, keys in enumerate(places):
        for part in keys[1:]:
            yield " ".join((*main[max(nth - BESIDE, 0) : nth], part, *main[nth + 1 : nth + 1 + BESIDE]))
