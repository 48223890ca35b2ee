"""What an event may say: ids, numbers, times and words of our own lists. No text, and no field that could hold one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from io import StringIO
from typing import Any, Literal

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.utils import DatabaseError
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.staff.models import Membership, Team, User
from players.models import Player
from tests.factories.desk import make_ticket, player_writes
from tests.house.ground import ROOT
from tests.tickets.deeds import listening
from tickets.actors import SYSTEM, operator
from tickets.events import backfilled, change, known_kinds, payload_of, record, record_about
from tickets.events.kinds import MOST, Payload, TagId, Word, _kinds, data_of, fact, kind
from tickets.events.of_messages import MessageSent
from tickets.events.of_tickets import TicketAssigned, TicketMoved, TicketRenamed, TicketTagged
from tickets.locks import lock
from tickets.models import Delivery, Event

pytestmark = pytest.mark.django_db


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyWound(Payload):
    """A toy was wound up."""

    turns: int = fact("how often")
    key: Word | None = fact("which key", since=2)
    sides: Literal["left", "right"] | None = fact("from where", since=3)
    tags: tuple[TagId, ...] = fact("with what", since=3)
    at: datetime | None = fact("when", since=3)

    @classmethod
    def brought_up(cls, data: dict[str, Any], event: Event) -> dict[str, Any]:
        return data | {"turns": data.get("rounds")} if event.version == 1 else data


@pytest.fixture(autouse=True, scope="module")
def _toys() -> Iterator[None]:
    kind("toy.wound", version=3)(ToyWound)
    yield
    del _kinds[ToyWound.kind]


def wound(**said: Any) -> ToyWound:
    return ToyWound(**{"turns": 1, "key": None, "sides": None, "tags": (), "at": None} | said)


def test_what_it_says_is_kept_and_read_again() -> None:
    ticket, said = make_ticket(), wound(turns=3, key="brass.key", sides="left", tags=(1, 2), at=datetime(2026, 1, 1, tzinfo=UTC))
    with transaction.atomic():
        event = record(lock(ticket), said, by=SYSTEM)

    event = Event.objects.get(pk=event.pk)
    assert event.data == {"turns": 3, "key": "brass.key", "sides": "left", "tags": [1, 2], "at": "2026-01-01T00:00:00+00:00"}
    assert payload_of(event) == said


def test_an_older_version_is_brought_up() -> None:
    old = Event(kind="toy.wound", version=1, data={"rounds": 4})

    assert ToyWound.of(old) == wound(turns=4)


TEXTS: list[dict[str, Any]] = [
    {"key": "the key of Mirabelle"},
    {"key": "anna@lake.example"},
    {"key": "Кристаллы"},
    {"key": "a" * 200},
    {"sides": "behind"},
    {"turns": "3"},
    {"turns": True},
    {"tags": ("one",)},
    {"tags": (0,)},
    {"tags": [1]},
    {"tags": tuple(range(1, MOST + 2))},
    {"at": "tomorrow"},
]


@pytest.mark.parametrize("said", TEXTS, ids=str)
def test_a_text_is_refused_and_in_production_left_out(said: dict[str, Any], settings: Any) -> None:
    with pytest.raises(ValueError, match="no texts"):
        data_of(wound(**said))

    settings.PRODUCTION = True
    assert data_of(wound(**said)) == ({} if "turns" in said else {"turns": 1})


@pytest.mark.parametrize("type_", ["str", "str | None", "dict[str, int]", "list[str]", "bytes", "object", "tuple[str, ...]", "int | bool"])
def test_a_field_that_could_hold_a_text_cannot_be_declared(type_: str) -> None:
    payload = type("Odd", (Payload,), {"__annotations__": {"field": type_}, "field": fact("odd"), "__module__": __name__})

    with pytest.raises(TypeError, match="nor a word of our own lists"):
        kind("toy.odd")(dataclass(frozen=True)(payload))
    assert "toy.odd" not in known_kinds()


def test_a_later_field_that_older_events_cannot_have_cannot_be_declared() -> None:
    payload = type("Late", (Payload,), {"__annotations__": {"field": "int"}, "field": fact("late", since=2), "__module__": __name__})

    with pytest.raises(TypeError, match="must take None"):
        kind("toy.late", version=2)(dataclass(frozen=True)(payload))


def test_a_kind_is_declared_once() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        kind("ticket.moved")(ToyWound)


VALUES = st.one_of(st.none(), st.integers(), st.text(), st.lists(st.integers()))


@given(st.dictionaries(st.sampled_from(["turns", "key", "sides", "tags", "at"]), VALUES))
def test_whatever_a_row_holds_is_read_as_what_the_kind_says_or_as_nothing(data: dict[str, Any]) -> None:
    said = ToyWound.of(Event(kind="toy.wound", version=3, data=data))

    kept = {each.name for each in ToyWound.facts if not each.may_say(getattr(said, each.name))}
    assert kept <= {"turns"} and all(getattr(said, name) is None for name in kept)


def test_every_kind_says_what_it_means() -> None:
    kinds = known_kinds()
    assert len(kinds) > 40
    for name, payload in kinds.items():
        assert name.count(".") == 1 and payload.__doc__ and not payload.__doc__.startswith(payload.__name__), name
        assert all(each.means and 1 <= each.since <= payload.version for each in payload.facts), name
        assert [each.name for each in fields(payload)] == [each.name for each in payload.facts]


@pytest.mark.parametrize(
    ("data", "assignee", "how"),
    [
        ({"assignee": 7, "before": None, "answered": True}, 7, "answered"),
        ({"assignee": 7, "before": None, "taken": True}, 7, "next"),
        ({"assignee": 7, "before": 8}, 7, "taken"),
        ({"assignee": 9, "before": 7}, 9, "given"),
        ({"assignee": None, "before": 7}, None, "returned"),
    ],
)
def test_how_a_ticket_came_to_who_has_it_is_read_from_older_events_too(data: dict[str, Any], assignee: int | None, how: str) -> None:
    old = Event(kind="ticket.assigned", version=1, data=data, actor_kind="operator", actor_id=7, assignee_id=assignee)

    assert TicketAssigned.of(old).how == how


def test_an_event_says_whose_ticket_it_was_and_which_team_did_it(anna: User) -> None:
    ticket, crew, other = make_ticket(), Team.objects.create(name="Crew", slug="crew"), Team.objects.create(name="Other", slug="other")
    Membership.objects.bulk_create([Membership(team=crew, user=anna), Membership(team=other, user=anna)])
    with transaction.atomic():
        first = record(lock(ticket), TicketRenamed(), by=operator(anna))
        locked = lock(ticket)
        locked.team = other
        second = change(locked, TicketRenamed(), fields=["team"], by=operator(anna))
        third = record(locked, TicketRenamed(), by=SYSTEM)

    assert [(each.author_team_id, each.player_id) for each in (first, second, third)] == [
        (crew.pk, ticket.player_id),
        (other.pk, ticket.player_id),
        (None, ticket.player_id),
    ]
    assert Event.objects.get(pk=second.pk).author_team_id == other.pk


def test_a_sweep_that_sends_a_reply_tells_the_team_of_its_author(anna: User) -> None:
    crew = Team.objects.create(name="Crew", slug="crew")
    Membership.objects.create(team=crew, user=anna)
    ticket = make_ticket()
    message = player_writes(ticket)
    message.kind, message.author_kind, message.author_id = "reply", "operator", anna.pk
    with transaction.atomic():
        event = record(lock(ticket), TicketRenamed(), by=SYSTEM, message=message)

    assert event.author_team_id == crew.pk


def test_a_field_that_a_ticket_does_not_have_is_refused(anna: User) -> None:
    ticket = make_ticket()
    with transaction.atomic(), pytest.raises(ValueError, match="no fields called colour"):
        change(lock(ticket), TicketRenamed(), fields=["subject", "colour"], by=operator(anna))


def test_the_database_refuses_to_change_or_delete_an_event() -> None:
    make_ticket()
    for deed in ("UPDATE tickets_event SET kind = kind", "DELETE FROM tickets_event"):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(deed)


def test_what_is_told_about_a_player_comes_in_its_order_and_to_who_listens() -> None:
    mira, noor = (Player.objects.create(name=name) for name in ("Mira", "Noor"))
    with listening("toys", ["toy.wound"], lambda event: None), transaction.atomic():
        told = [record_about(who, wound(turns=turns), by=SYSTEM) for turns, who in enumerate((mira, noor, mira), start=1)]

    assert [(each.subject, each.player_id, each.ticket_id) for each in told] == [
        (f"player:{who.pk}", who.pk, None) for who in (mira, noor, mira)
    ]
    assert set(Delivery.objects.values_list("event_id", "subject")) == {(each.pk, each.subject) for each in told}


def test_a_past_that_is_entered_later_is_not_told_to_the_outside() -> None:
    ticket = make_ticket()
    with (
        listening("report", ["ticket.renamed"], lambda event: None),
        listening("pager", ["ticket.renamed"], lambda event: None, outward=True),
        transaction.atomic(),
        backfilled(),
    ):
        event = record(lock(ticket), TicketRenamed(), by=SYSTEM)

    assert Event.objects.get(pk=event.pk).backfilled
    assert set(Delivery.objects.filter(event=event).values_list("subscriber", flat=True)) == {"report", "search"}


def test_what_touches_nothing_leaves_the_ticket_as_old_as_it_was(travel: Any, anna: User) -> None:
    ticket = make_ticket()
    changed = ticket.changed_at
    travel.forward(hours=2)
    with transaction.atomic():
        locked = lock(ticket)
        ToyWound.touches = False
        try:
            event = record(locked, wound(), by=operator(anna))
        finally:
            ToyWound.touches = True

    ticket.refresh_from_db()
    assert (ticket.changed_at, ticket.last_event_id) == (changed, event.pk)


def test_lists_that_say_nothing_are_not_kept() -> None:
    assert data_of(TicketTagged(added=(3,), removed=())) == {"added": [3]}
    assert data_of(TicketMoved()) == {}
    assert MessageSent.of(Event(kind="message.sent", version=1, data={"purpose": "answer"})).answers == ()


def test_the_documentation_is_what_the_code_says() -> None:
    told = StringIO()
    toy = _kinds.pop(ToyWound.kind)
    try:
        call_command("document_events", stdout=told)
    finally:
        _kinds[ToyWound.kind] = toy

    assert (ROOT / "docs/events.md").read_text() == told.getvalue(), "`make docs` writes it anew"
