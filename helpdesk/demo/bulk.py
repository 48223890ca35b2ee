"""A desk of a hundred thousand to a million tickets, for measuring: some stories played, then copied inside the database.

Whatever hangs at a player or an address is copied, table by table as the models tell it: ids are shifted by one span, foreign keys and
`IdOf` follow, and so do the ids inside an event's `data`, what must be unique is made anew, the past moves into the past and the future
stays, or all timers would be due. Each copy of a ticket says a sentence more, of words that are as often said as those of a language, or a
search would find in every third of a thousand tickets whatever it finds at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from helpdesk.base import clock
from helpdesk.base.ids import IdOf
from helpdesk.demo import vocabulary
from helpdesk.demo.load.loop import load
from helpdesk.demo.logins import demand_demo
from players.models import Address, GameAccount, Player
from tickets.events import known_kinds
from tickets.models import Event, Message, Ticket
from tickets.search import building
from tickets.search.documents import Zone
from tickets.search.models import SearchDocument, SearchIndex
from tickets.services.numbers import ALPHABET

FIRST = 300  # stories played
AT_ONCE = 100_000  # tickets copied in one transaction: the database remembers each new key until its end
ROOTS: frozenset[type[models.Model]] = frozenset({Player, Address})
OF_NOBODY = frozenset({"one_start_per_author"})  # constraints on rows that hang at nobody: none are played
SHIFT = "make_interval(mins => (k * 37) %% 43200 + k)"
# A number that is another for each id, spread over all numbers: a multiplication that can be undone, written in the numbers' alphabet.
_MIXED = "((({id})::numeric * 618970019642690137 + 7919) %% 1099511627776)::bigint"
_LETTERS = "||".join(f"substr('{ALPHABET}', ((m >> {5 * place}) & 31)::int + 1, 1)" for place in range(7, 3, -1))
_LETTERS += "||'-'||" + "||".join(f"substr('{ALPHABET}', ((m >> {5 * place}) & 31)::int + 1, 1)" for place in range(3, -1, -1))
_NUMBER = f"(SELECT {_LETTERS} FROM (SELECT {_MIXED} AS m) AS mixed)"
OTHER_NAME = "regexp_replace({column}, '(@|$)', '-' || k || '\\1')"  # for an address or a Message-ID before its host
OTHER_NICKNAME = "regexp_replace({column}, '(.)$', '\\1-' || k)"
OTHER_SENDER = "regexp_replace({column}, '@', '-' || k || '@')"
_SAID = vocabulary.sentence("{ticket}")
_WRITTEN = f"EXISTS (SELECT 1 FROM {Message._meta.db_table} AS m WHERE m.ticket_id = t.ticket_id AND m.kind = 'inbound'{{besides}})"
_FIRST = f"t.kind = 'inbound' AND NOT {_WRITTEN.format(besides=' AND m.id < t.id')}"
_ONES_OWN = f"(lexeme LIKE '{Zone.NUMBER}%%' OR lexeme LIKE '{Zone.SENDERS}%%')"  # keys that no other ticket has
_OTHER_KEYS = f"""ts_delete({{column}}, ARRAY(SELECT lexeme FROM unnest({{column}}) WHERE {_ONES_OWN})) || array_to_tsvector(
    ARRAY(SELECT {OTHER_SENDER.format(column="lexeme")} FROM unnest({{column}}) WHERE lexeme LIKE '{Zone.SENDERS}%%')
    || ('{Zone.NUMBER}' || lower({_NUMBER.format(id="{ticket}")}))
    ) || CASE WHEN {_WRITTEN.format(besides="")} THEN {vocabulary.vector("{ticket}")} ELSE ''::tsvector END"""
ANEW: dict[tuple[type[models.Model], str], str] = {  # texts that must not be the same, beside those of which a constraint says so
    (Ticket, "number"): _NUMBER,
    (Address, "address"): OTHER_NAME,
    (Message, "message_id"): OTHER_NAME,
    (Message, "from_address"): OTHER_SENDER,
    (Message, "text"): f"CASE WHEN {_FIRST} THEN {{column}} || ' ' || {_SAID} ELSE {{column}} END",
    (Player, "name"): OTHER_NICKNAME,
    (GameAccount, "nickname"): OTHER_NICKNAME,
    (SearchDocument, "vector"): _OTHER_KEYS,
}


def fill(count: int, *, seed: int = 7, tell: Callable[[str], None] = print) -> int:
    """Make at least `count` tickets in an empty database; returns how many there are."""
    demand_demo()
    if Ticket.objects.exists():
        raise RuntimeError("There are tickets already: a database for measuring is filled once, while it is empty.")
    load(count=min(FIRST, count), seed=seed, until=clock.now())
    first = Ticket.objects.count()
    copies = max(0, -(-(count - first) // first))
    tell(f"{first:,} tickets are played; copying them {copies} times …")
    multiply(copies)
    building.begin()
    SearchIndex.objects.update(upto=0, finished_at=clock.now())  # each copy has its document
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    total = Ticket.objects.count()
    tell(f"{total:,} tickets, {Message.objects.count():,} messages, {Event.objects.count():,} events.")
    return total


def multiply(copies: int) -> None:
    """Copy what is there so many times."""
    spans = {table: table._default_manager.aggregate(last=models.Max("pk"))["last"] or 0 for table in copied()}
    each = max(1, AT_ONCE // max(1, Ticket.objects.count()))
    vocabulary.learn()
    with _without_indexes(SearchDocument):
        for first in range(1, copies + 1, each):
            _copy(spans, first, min(first + each - 1, copies))


@cache
def copied() -> tuple[type[models.Model], ...]:
    """The tables that hang at a player or an address, however far."""
    every, found = apps.get_models(include_auto_created=True), set(ROOTS)
    while more := {table for table in every if table not in found and not found.isdisjoint(key.related_model for key in _keys(table))}:
        found |= more
    return tuple(table for table in every if table in found)


def made_anew(table: type[models.Model]) -> frozenset[str]:
    """The text columns of a copied table that its uniqueness makes a copy write anew. LookupError when none of a constraint's can be."""
    meta, found = table._meta, set[str]()
    unique: list[tuple[str, Sequence[str]]] = [
        (field.name, [field.name]) for field in meta.concrete_fields if field.unique and not field.primary_key
    ]
    unique += [(rule.name, rule.fields) for rule in meta.constraints if isinstance(rule, models.UniqueConstraint)]
    unique += [(f"unique together in {meta.label}", fields) for fields in meta.unique_together]
    for name, columns in unique:
        fields = [meta.get_field(column) for column in columns]
        if name in OF_NOBODY or any(_target(field) in copied() for field in fields):
            continue
        texts = [field.name for field in fields if isinstance(field, models.CharField | models.TextField) and not field.choices]
        if len(texts) != 1:
            raise LookupError(f"{meta.label}: nobody can tell how a copy keeps {name}. See helpdesk/demo/bulk.py.")
        found.add(texts[0])
    return frozenset(found)


def _keys(table: type[models.Model]) -> list[models.Field[Any, Any]]:
    return [field for field in table._meta.concrete_fields if field.is_relation]


def _target(field: Any) -> type[models.Model] | None:
    """The table whose ids this column holds."""
    return apps.get_model(field.of) if isinstance(field, IdOf) else field.related_model


@contextmanager
def _without_indexes(table: type[models.Model]) -> Iterator[None]:
    """Without those that the model names meanwhile: that of the words takes a tenth of the time when it is made at the end."""
    with connection.schema_editor() as editor:
        for index in table._meta.indexes:
            editor.remove_index(table, index)
    yield
    with connection.schema_editor() as editor:
        for index in table._meta.indexes:
            editor.add_index(table, index)


@transaction.atomic
def _copy(spans: dict[type[models.Model], int], first: int, last: int) -> None:
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
        for table, span in spans.items():
            name, fields = quote(table._meta.db_table), [field for field in table._meta.concrete_fields if not field.generated]
            cursor.execute(
                f"INSERT INTO {name} ({', '.join(quote(str(field.column)) for field in fields)}) "
                f"SELECT {', '.join(_value(table, field, spans) for field in fields)} "
                f"FROM {name} AS t CROSS JOIN generate_series(%s, %s) AS k WHERE t.id <= %s",
                [first, last, span],
            )
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), GREATEST((SELECT max(id) FROM {name}), 1))")


def _ids_in_data(spans: dict[type[models.Model], int]) -> str:
    """The data of an event with its ids shifted, in SQL; the kinds themselves say which of their facts are ids of what."""
    tables = {table._meta.label: span for table, span in spans.items()}
    shifts = {
        name: shifted
        for name, payload in known_kinds().items()
        if (shifted := {fact.name: tables[fact.table] for fact in payload.facts if fact.table in tables})
    }
    said = f"('{json.dumps(shifts)}'::jsonb -> t.kind ->> one.key)::bigint"
    return f"""(SELECT coalesce(jsonb_object_agg(one.key, CASE
        WHEN {said} IS NULL THEN one.value
        WHEN jsonb_typeof(one.value) = 'number' THEN to_jsonb(one.value::bigint + k * {said})
        WHEN jsonb_typeof(one.value) = 'array' THEN
            (SELECT coalesce(jsonb_agg(each::bigint + k * {said}), '[]') FROM jsonb_array_elements_text(one.value) AS each)
        ELSE one.value END), '{{}}') FROM jsonb_each(t.data) AS one)"""


def _value(table: type[models.Model], field: models.Field[Any, Any], spans: dict[type[models.Model], int]) -> str:
    """A column of a copy, in SQL: `t` is the row it is made from, `k` the number of the copy."""
    column, target = f"t.{connection.ops.quote_name(str(field.column))}", table if field.primary_key else _target(field)
    if target in spans:
        moved, where = f"{column} + k * {spans[target]}", field.where if isinstance(field, IdOf) else None
        return f"CASE WHEN t.{where[0]} = '{where[1]}' THEN {moved} ELSE {column} END" if where else moved
    if (table, field.name) == (Event, "data"):
        return _ids_in_data(spans)
    if (table, field.name) in ANEW:
        ticket = f"(t.ticket_id + k * {spans[Ticket]})"
        return ANEW[table, field.name].format(column=column, id=f"t.id + k * {spans[table]}", ticket=ticket)
    if field.name in made_anew(table):
        return OTHER_NAME.format(column=column)
    if isinstance(field, models.DateTimeField):
        return f"CASE WHEN {column} < now() THEN {column} - {SHIFT} ELSE {column} END"
    return column
