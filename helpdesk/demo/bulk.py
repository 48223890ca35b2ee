"""A desk of a hundred thousand to a million tickets, for measuring: some stories entered in the books, then copied inside the database.

The copies keep every constraint: their ids are shifted by the same span, numbers and addresses are made anew, times move into the
past. Timers keep theirs, or all would be due. Only ids inside an event's `data` still speak of the first one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Any

from django.db import connection, models, transaction

from helpdesk.base import clock
from helpdesk.demo.load.books import TABLES, Books
from helpdesk.demo.load.history import History
from helpdesk.demo.load.studio import open_studio
from helpdesk.demo.logins import demand_demo
from helpdesk.demo.stories import stories
from players.models import Address, GameAccount, Player
from tickets.models import Attachment, Event, Message, Ticket, Timer
from tickets.services.numbers import ALPHABET
from tickets.surveys.models import Survey

FIRST = 2_500  # stories entered one by one
LEFT_OUT = (Attachment,)
PLAIN: dict[tuple[type[models.Model], str], type[models.Model]] = {  # columns that hold an id without being a foreign key
    (Ticket, "last_event_id"): Event,
    (Message, "answers_upto"): Message,
    (Message, "cause_event_id"): Event,
    (Event, "message_id"): Message,
    (Timer, "anchor_event_id"): Event,
    (Survey, "resolution_event_id"): Event,
}
SHIFT = "make_interval(mins => (k * 37) %% 43200 + k)"
# A number that is another for each id, spread over all numbers: a multiplication that can be undone, written in the numbers' alphabet.
_MIXED = "((({id})::numeric * 618970019642690137 + 7919) %% 1099511627776)::bigint"
_LETTERS = "||".join(f"substr('{ALPHABET}', ((m >> {5 * place}) & 31)::int + 1, 1)" for place in range(7, 3, -1))
_LETTERS += "||'-'||" + "||".join(f"substr('{ALPHABET}', ((m >> {5 * place}) & 31)::int + 1, 1)" for place in range(3, -1, -1))

_OF_PLAYER = "CASE WHEN t.{kind} = 'player' THEN {{column}} + k * {{players}} ELSE {{column}} END"
_OTHER_NAME = "regexp_replace({column}, '(@|$)', '-' || k || '\\1')"
ANEW: dict[tuple[type[models.Model], str], str] = {  # columns that a copy makes anew
    (Ticket, "number"): _LETTERS,
    (Address, "address"): _OTHER_NAME,
    (Address, "folded"): _OTHER_NAME,
    (GameAccount, "external_id"): _OTHER_NAME,
    (Message, "message_id"): "regexp_replace({column}, '@', '.' || k || '@')",
    (Event, "actor_id"): _OF_PLAYER.format(kind="actor_kind"),
    (Message, "author_id"): _OF_PLAYER.format(kind="author_kind"),
}


def fill(count: int, *, seed: int = 7, tell: Callable[[str], None] = print) -> int:
    """Make at least `count` tickets in an empty database; returns how many there are."""
    demand_demo()
    if Ticket.objects.exists():
        raise RuntimeError("There are tickets already: a database for measuring is filled once, while it is empty.")
    until = clock.now()
    with transaction.atomic():
        studio = open_studio()
        History(Books(studio, Random(seed)), stories(min(FIRST, count), seed, until=until), until=until).enter()
    first = Ticket.objects.count()
    copies = max(0, -(-(count - first) // first))
    tell(f"{first:,} tickets are entered; copying them {copies} times …")
    if copies:
        _copy(copies, until)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    total = Ticket.objects.count()
    tell(f"{total:,} tickets, {Message.objects.count():,} messages, {Event.objects.count():,} events.")
    return total


@transaction.atomic
def _copy(copies: int, until: datetime) -> None:
    spans = {table: table._default_manager.order_by("-pk").values_list("pk", flat=True).first() or 0 for table in TABLES}
    tables = [table for table in TABLES if spans[table] and table not in LEFT_OUT]
    through = Ticket.tags.through
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
        for table in tables:
            columns = list(table._meta.concrete_fields)
            names = ", ".join(connection.ops.quote_name(field.attname) for field in columns)
            values = ", ".join(_value(table, field, spans) for field in columns)
            name = connection.ops.quote_name(table._meta.db_table)
            mixed = f", LATERAL (SELECT {_MIXED.format(id=f't.id + k * {spans[table]}')} AS m) AS mixed" if table is Ticket else ""
            cursor.execute(
                f"INSERT INTO {name} ({names}) SELECT {values} FROM {name} AS t CROSS JOIN generate_series(1, %s) AS k{mixed}", [copies]
            )
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))")
        cursor.execute(
            f"INSERT INTO {through._meta.db_table} (ticket_id, tag_id) "
            f"SELECT ticket_id + k * {spans[Ticket]}, tag_id FROM {through._meta.db_table} CROSS JOIN generate_series(1, %s) AS k",
            [copies],
        )


def _value(table: type[models.Model], field: models.Field[Any, Any], spans: dict[type[models.Model], int]) -> str:
    """A column of a copy, in SQL: `t` is the row it is made from, `k` the number of the copy."""
    column = f"t.{connection.ops.quote_name(field.attname)}"
    target = field.related_model if isinstance(field, models.ForeignKey) else PLAIN.get((table, field.attname))
    if field.primary_key or target in spans:
        return f"{column} + k * {spans[table if field.primary_key else target]}"  # type: ignore[index]
    if (table, field.attname) in ANEW:
        return ANEW[table, field.attname].format(column=column, players=spans.get(Player, 0))
    if isinstance(field, models.DateTimeField) and table is not Timer:
        return f"CASE WHEN {column} > '9000-01-01' THEN {column} ELSE {column} - {SHIFT} END"
    return column
