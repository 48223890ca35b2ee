"""The past bricks no page: whatever an event's data hold, it has its line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.db.models import JSONField, Value
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk.base import clock
from helpdesk.staff.models import User
from players.models import GameAccount, ProfileSnapshot
from tests.factories.desk import make_ticket
from tests.tickets.desk.conftest import Desk
from tickets.desk.ticket.history import lines, names_of
from tickets.events import known_kinds
from tickets.events.kinds import has_line
from tickets.events.lines import Names
from tickets.models import Event, Status

pytestmark = pytest.mark.django_db
NAMES = Names({})

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(),
    st.sampled_from(["9999-12-31T23:59:00+00:00", "0001-01-01"]),
)
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=6)
KNOWN = ["pledge", "until", "rule", "notice", "added", "removed", "answer_there", "merged", "parted", "purpose", "score"]
DATA = JSON | st.dictionaries(st.sampled_from(KNOWN), JSON)


@given(
    kind=st.sampled_from([kind for kind, payload in known_kinds().items() if has_line(payload)]),
    data=DATA,
    status=st.sampled_from([*Status.values, "", "gone"]),
    actor=st.sampled_from(["operator", "player", "flow", "system", "ghost"]),
)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_event_has_a_line(kind: str, data: Any, status: str, actor: str) -> None:
    event = Event(pk=1, at=clock.now(), kind=kind, data=data, status=status, status_before="new", actor_kind=actor, actor_id=7)

    names = names_of([event], reader=User(pk=7)) if kind != "ticket.tagged" else NAMES

    assert all(str(line.words) for line in lines([event], names))


@pytest.mark.parametrize("data", ["null", "[]", '"words"', "7", '{"until": "9999-12-31T23:59:00+00:00", "on": {}}', '{"added": 7}'])
@pytest.mark.parametrize("kind", ["ticket.tagged", "ticket.moved", "message.recognised", "ticket.overdue", "no.such_kind"])
def test_a_page_with_a_broken_event_is_drawn(clara: User, desk: Desk, kind: str, data: str) -> None:
    ticket = make_ticket()
    facts = {"at": clock.now(), "recorded_at": clock.now(), "actor_kind": "system", "status": "pending", "status_before": "waiting"}
    Event.objects.create(ticket=ticket, kind=kind, data=Value(json.loads(data), JSONField()), **facts)

    assert desk(clara).get(reverse("desk:ticket", args=[ticket.number])).status_code == 200


@pytest.mark.parametrize("data", ["9" * 5000, '{"added": [' + "7" * 6000 + "]}", "[" * 3000 + "]" * 3000, '{"a":' * 900 + "1" + "}" * 900])
def test_a_page_is_drawn_whatever_json_a_row_holds(clara: User, desk: Desk, data: str) -> None:
    ticket = make_ticket()
    account = GameAccount.objects.create(game=ticket.game, player=ticket.player, external_id="7")
    ProfileSnapshot.objects.create(account=account)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE tickets_event DISABLE TRIGGER event_stays")
        cursor.execute("UPDATE tickets_event SET data = %s::jsonb WHERE ticket_id = %s", [data, ticket.pk])
        cursor.execute("UPDATE players_profilesnapshot SET fields = %s::jsonb WHERE account_id = %s", [data, account.pk])

    for page in ("desk:ticket", "desk:card"):
        assert desk(clara).get(reverse(page, args=[ticket.number])).status_code == 200


@pytest.mark.parametrize("fields", [[], "words", 7, None, {"level": {"a": [None]}, "crystals": [[]], "": 1}])
def test_a_card_of_any_shape_is_drawn(clara: User, desk: Desk, fields: Any) -> None:
    ticket = make_ticket()
    account = GameAccount.objects.create(game=ticket.game, player=ticket.player, external_id="7")
    for facts in ({"level": 3}, fields, {"level": 4}):
        ProfileSnapshot.objects.create(account=account, fields=Value(facts, JSONField()))
        assert desk(clara).get(reverse("desk:card", args=[ticket.number])).status_code == 200


def test_one_that_cannot_be_worded_says_so(clara: User, desk: Desk) -> None:
    ticket = make_ticket()
    facts = {"at": clock.now(), "recorded_at": clock.now(), "actor_kind": "system", "status": "gone", "status_before": "waiting"}
    Event.objects.create(ticket=ticket, kind="ticket.moved", data={}, **facts)

    page = desk(clara).get(reverse("desk:ticket", args=[ticket.number])).content.decode()

    assert "did something that cannot be put into words (ticket.moved)" in page
