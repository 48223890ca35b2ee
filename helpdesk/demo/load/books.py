"""The rows of the older past, written as the services would have written them, but in memory and then all at once.

Playing a story through the services costs some 180 queries; two months of them would take a quarter of an hour. So only the last days
are played (`acts`), and what lies before is entered here. `tests/helpdesk_demo/test_two_ways.py` plays the same stories both ways
and compares what stands in the tables.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.conf import settings
from django.db import connection, models

from helpdesk.base.models import Text, TextVersion
from helpdesk.base.text import fold, one_line
from helpdesk.base.texts import Wording
from helpdesk.demo.load.facts import card_of
from helpdesk.demo.load.studio import Studio
from helpdesk.demo.stories import Story
from players.models import Address, AddressUse, GameAccount, Player, ProfileSnapshot
from tickets.actors import ActorKind
from tickets.lifecycle.machine import SILENCE
from tickets.models import FAR, Attachment, Event, LifecycleRule, Message, Pledge, Ticket, Timer, Trigger
from tickets.services.numbers import ALPHABET
from tickets.surveys.invite import TEXT_KEY
from tickets.surveys.models import Survey

TABLES: tuple[type[models.Model], ...] = (
    Player,
    Address,
    AddressUse,
    GameAccount,
    ProfileSnapshot,
    Ticket,
    Pledge,
    Message,
    Attachment,
    Event,
    Timer,
    Survey,
)
UNDO = timedelta(seconds=settings.UNDO_WINDOW + 1)


@dataclass(slots=True)
class Books:
    """All rows by table, with ids that follow those already taken, in the order of time."""

    studio: Studio
    rng: Random
    rows: dict[type[models.Model], list[Any]] = field(default_factory=lambda: {table: [] for table in TABLES})
    ids: dict[type[models.Model], int] = field(default_factory=dict)
    rules: dict[tuple[str, str], LifecycleRule] = field(default_factory=dict)
    wordings: dict[str, Wording] = field(default_factory=dict)
    people: dict[tuple[str, str], tuple[Player, Address]] = field(default_factory=dict)
    addresses: dict[str, Address] = field(default_factory=dict)
    tagged: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for table in TABLES:
            self.ids[table] = table._default_manager.order_by("-pk").values_list("pk", flat=True).first() or 0
        self.rules = {(rule.from_status, rule.trigger): rule for rule in LifecycleRule.objects.filter(game=None, enabled=True)}
        text = Text.objects.get(key=TEXT_KEY, scope="")
        for version in TextVersion.objects.filter(text=text).order_by("version"):
            self.wordings[version.language] = Wording(version.pk, version.language, version.subject, version.body)

    def add(self, row: Any) -> Any:
        """The row with its id, entered."""
        table = type(row)
        self.ids[table] += 1
        row.pk = self.ids[table]
        self.rows[table].append(row)
        return row

    def number(self) -> str:
        letters = "".join(self.rng.choices(ALPHABET, k=8))
        return f"{letters[:4]}-{letters[4:]}"

    def player_of(self, story: Story, at: datetime) -> tuple[Player, Address]:
        """The player who writes, with his address and account; a second name at an address is a second player there."""
        who, game = story.player, self.studio.games[story.game]
        if (who.email, who.name) in self.people:
            return self.people[who.email, who.name]
        shared = who.email in self.addresses
        player = self.add(Player(name=who.name, language=who.language, country=who.country if shared else "", created_at=at))
        if not shared:
            self.addresses[who.email] = self.add(Address(address=who.email, folded=fold(who.email)))
        self.add(AddressUse(player=player, address=self.addresses[who.email], since=at))
        account = self.add(GameAccount(game=game, player=player, external_id=who.account, nickname=who.nick))
        self.add(ProfileSnapshot(account=account, taken_at=at, fields=card_of(story)))
        self.people[who.email, who.name] = (player, self.addresses[who.email])
        return self.people[who.email, who.name]

    def event(
        self,
        ticket: Ticket,
        kind: str,
        at: datetime,
        *,
        who: tuple[str, int | None],
        status_before: str = "",
        message: Message | None = None,
        **data: Any,
    ) -> Event:
        """One line of the log, with the ticket's state after it."""
        event: Event = self.add(
            Event(
                at=at,
                recorded_at=at,
                kind=kind,
                ticket=ticket,
                actor_kind=who[0],
                actor_id=who[1],
                status=ticket.status,
                status_before=status_before or ticket.status,
                game_id=ticket.game_id,
                team_id=ticket.team_id,
                assignee_id=ticket.assignee_id,
                topic_id=ticket.topic_id,
                language=ticket.language,
                channel=ticket.channel,
                message_id=message.pk if message else None,
                data=data,
            )
        )
        ticket.last_event_id, ticket.changed_at = event.pk, at
        return event

    def move(
        self, ticket: Ticket, to: str, at: datetime, *, who: tuple[str, int | None], message: Message | None = None, **data: Any
    ) -> Event:
        """As the machine moves: status, times, event."""
        before, ticket.status, ticket.status_since = ticket.status, to, at
        ticket.resolved_at = at if to == "resolved" else (ticket.resolved_at if to == "closed" else None)
        if to != "pending":
            ticket.pending_on, ticket.pending_until = "", None
        return self.event(ticket, "ticket.moved", at, who=who, status_before=before, message=message, **data)

    def rule_facts(self, rule: LifecycleRule) -> dict[str, Any]:
        return {"rule": rule.pk, "notice": rule.notice_key}

    def silence_of(self, status: str) -> LifecycleRule | None:
        return self.rules.get((status, Trigger.SILENCE))

    def ticket_of(self, story: Story, at: datetime, *, subject: str, text: str, follows: Ticket | None) -> Ticket:
        """A new ticket; its player asks from this moment."""
        player, address = self.player_of(story, at)
        game = self.studio.games[story.game]
        ticket: Ticket = self.add(
            Ticket(
                number=self.number(),
                game=game,
                player=player,
                contact=address,
                channel=story.channel,
                subject=one_line(subject, 300),
                preview=one_line(text),
                language=story.language,
                status="new",
                status_since=at,
                created_at=at,
                changed_at=at,
                waiting_since=at,
                waiting_key=at,
                last_player_message_at=at,
                follows=follows,
            )
        )
        return ticket

    def answered(self, ticket: Ticket, at: datetime) -> None:
        """Nobody waits any more."""
        ticket.waiting_since, ticket.waiting_key = None, FAR
        ticket.first_reply_at = ticket.first_reply_at or at

    def write(self) -> int:
        """Put everything into the tables; returns how many rows."""
        for table in TABLES:
            self._copy(table)
        through = Ticket.tags.through
        through._default_manager.bulk_create([through(ticket_id=ticket, tag_id=tag) for ticket, tag in self.tagged])
        self._follow(TABLES)
        return sum(len(rows) for rows in self.rows.values())

    def _copy(self, table: type[models.Model]) -> None:
        """By COPY: building INSERTs of a hundred thousand rows would take longer than all the rest."""
        fields = list(table._meta.concrete_fields)
        names = [field.attname for field in fields]
        documents = [isinstance(field, models.JSONField) for field in fields]
        columns = ", ".join(connection.ops.quote_name(name) for name in names)
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY {connection.ops.quote_name(table._meta.db_table)} ({columns}) FROM STDIN") as copy,
        ):
            for row in self.rows[table]:
                values = (getattr(row, name) for name in names)
                copy.write_row([json.dumps(value) if document else value for value, document in zip(values, documents, strict=True)])

    def _follow(self, tables: Iterable[type[models.Model]]) -> None:
        """The sequences go on behind our ids."""
        with connection.cursor() as cursor:
            for table in tables:
                name = connection.ops.quote_name(table._meta.db_table)
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT COALESCE(max(id), 0) + 1 FROM {name}), false)"
                )


PLAYER, OPERATOR, SYSTEM = ActorKind.PLAYER.value, ActorKind.OPERATOR.value, ActorKind.SYSTEM.value


def rule_for(books: Books, ticket: Ticket, trigger: str) -> LifecycleRule | None:
    """What the life cycle says of this ticket now."""
    return books.rules.get((ticket.status, trigger))


def silence_timer(books: Books, ticket: Ticket, event: Event, since: datetime) -> Timer | None:
    """The timer that runs in the ticket's status, if one does."""
    rule = books.silence_of(ticket.status)
    if rule is None:
        return None
    due = since + timedelta(hours=rule.hours or 0)
    return Timer(ticket=ticket, kind=SILENCE, due_at=due, rule=rule, anchor_event_id=event.pk, armed_at=since)
