"""Fields as columns: what the query of a list fetches of each, in one statement, and what a reader sees of it in a row."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from helpdesk.base.errors import DomainError, NotAllowed
from helpdesk.staff.models import Team, User
from helpdesk.staff.rights import Right
from helpdesk.studio.models import Department, Tag, Topic
from players.models import GameAccount
from tests.conftest import Travel
from tests.factories.desk import Post, make_game, make_player, make_ticket, newest_question
from tests.factories.staff import somebody
from tickets.access import visible_tickets
from tickets.actors import operator
from tickets.filters import Field, Kind, Listed, column, field, fields, register, registered
from tickets.filters.columns import HIDDEN, Columns, Order, choosable, column_of, orders
from tickets.lifecycle.pending import PendingInfo
from tickets.models import Draft, Status, Ticket
from tickets.services import outbox
from tickets.services.assign import assign, set_team
from tickets.services.attachments import NewFile, keep_files
from tickets.services.drafts import save_draft
from tickets.services.edit import set_status, set_tags, set_topic
from tickets.services.reply import OutgoingMessage, add_note, send_reply

pytestmark = pytest.mark.django_db
PLAYERS = (Right.SEE_PLAYER, Right.SEE_PLAYER_CONTACT, Right.SEE_PLAYER_PAYMENTS, Right.SEE_ATTACHMENTS, Right.SEE_RATING, Right.SEE_NOTES)


def row(reader: User, names: list[str], ticket: Ticket) -> dict[str, Any]:
    """What the reader sees of these fields in the ticket's row; the rows take one statement."""
    columns = Columns([field(name) for name in names], reader)
    with CaptureQueriesContext(connection) as queries:
        rows = columns.fetched_with(visible_tickets(reader)).values_list("pk", "game_id", "team_id", "language", "topic_id", *columns.names)
        found = {pk: columns.seen(values, tuple(where)) for pk, *where, values in ((*one[:5], one[5:]) for one in rows)}
    assert len([one for one in queries if "tickets_ticket" in one["sql"]]) == 1
    return dict(zip(names, found[ticket.pk], strict=True))


def test_every_field_but_what_only_searches_is_a_column() -> None:
    assert {one.name for one in registered() if one.listed is None} == {"text"}


def test_a_row_with_everything_in_it(travel: Travel, the_post: Post, settings: Any) -> None:
    settings.UNDO_WINDOW = 0
    olga = somebody(Right.VIEW, *PLAYERS, name="Olga Ward")
    game, player = make_game("emberfall"), make_player("Jun Player", address="jun@players.example")
    player.tier = "Whale"
    player.save()
    GameAccount.objects.create(player=player, game=game, external_id="4711", nickname="Jun_the_Bold")
    ticket = make_ticket(game=game, player=player, subject="Sword", language="de")
    by = operator(olga)
    team, topic = Team.objects.create(name="First line", slug="first"), Topic.objects.create(slug="payments", name="Payments")
    assign(ticket, to=olga, by=by)
    set_team(ticket, to=team, by=by)
    set_topic(ticket, topic, by=by)
    set_tags(ticket, [Tag.objects.create(name=name) for name in ("vip", "angry")], by=by)
    add_note(ticket, "Look", by=by)
    send_reply(ticket, OutgoingMessage("Hello", answers_upto=newest_question(ticket)), by=by)
    outbox.send_due()
    until = travel.moment + timedelta(days=2)
    billing = Department.objects.create(name="Billing")
    set_status(Ticket.objects.get(pk=ticket.pk), Status.PENDING, by=by, pending=PendingInfo("Billing", until, "", billing.pk))
    save_draft(ticket, author=olga, kind=Draft.Kind.NOTE, text="Half a thought")
    ticket.refresh_from_db()

    found = row(olga, [one.name for one in registered() if one.listed], ticket)

    wanted = {
        "game": "Emberfall", "language": "de", "assignee": "Olga Ward", "team": "First line", "topic": "Payments", "status": "pending",
        "waits": False, "tag": ["angry", "vip"], "created": travel.moment, "waiting_since": None, "resolved": None, "reopened": False,
        "follow_up": False, "started_by": "player", "topic_by": "person", "player": player.pk, "number": ticket.number,
        "changed": travel.moment, "first_reply": travel.moment, "last_player_message": travel.moment, "subject": "Sword",
        "pending_department": "Billing", "pending_until": until, "hold_reason": None, "overdue": False, "promise": "open",
        "promised_until": until, "due": until, "status_before": "answered", "replies": 1, "author": ["Olga Ward"],
        "last_reply": travel.moment, "has_note": True, "has_held": False, "has_trouble": False, "has_file": False,
        "draft": ["Olga Ward"], "player_name": "Jun Player", "nickname": ["Jun_the_Bold"], "account": ["4711"],
        "address": "jun@players.example", "tier": "Whale", "surveys.rating": None,
    }  # fmt: skip
    assert {name: found[name] for name in wanted} == wanted
    assert field("tag").words(found["tag"]) == "angry, vip"
    assert (field("game").words(found["game"]), field("status").words(found["status"])) == ("Emberfall", "Pending")
    assert (field("draft").words([]), field("overdue").words(False), field("replies").words(0)) == ("–", "no", "0")


def test_a_value_is_shown_where_its_right_is_held(db: None) -> None:
    ember, tide = make_game("emberfall"), make_game("tideborn")
    nina = somebody(Right.VIEW, name="Nina Holm")
    more = somebody(Right.SEE_PLAYER_PAYMENTS, name="Nobody", game=ember)
    more.grants.update(user=nina)
    nina = User.objects.get(pk=nina.pk)
    here, there = make_ticket(game=ember), make_ticket(game=tide)
    for ticket in (here, there):
        ticket.player.tier = "Whale"
        ticket.player.save()

    assert row(nina, ["tier", "number"], here) == {"tier": "Whale", "number": here.number}
    assert row(nina, ["tier", "number"], there) == {"tier": HIDDEN, "number": there.number}


def test_what_one_may_see_nowhere_is_no_column_and_no_order(db: None) -> None:
    nina = somebody(Right.VIEW, name="Nina Holm")

    assert {"tier", "address", "nickname", "surveys.rating", "has_file"}.isdisjoint(one.name for one in choosable(nina))
    assert "tier" not in {order.field.name for order in orders(nina)}
    with pytest.raises(NotAllowed, match="You may not see “Tier”"):
        column_of("tier", nina)
    with pytest.raises(NotAllowed, match="You may not see “Rating”"):
        Order.of("-surveys.rating", nina)


@pytest.mark.parametrize(
    ("said", "why"),
    [("text", "cannot be a column"), ("magic", "nothing called “magic”"), ("", "nothing called"), ("-tag", "sort by “Tag”")],
)
def test_what_is_no_column_is_refused_with_a_word(db: None, said: str, why: str) -> None:
    with pytest.raises(DomainError, match=why):
        Order.of(said, somebody(Right.VIEW))


def test_a_field_of_a_room_is_a_column_by_itself(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fields, "_fields", dict(fields._fields))
    register(Field("room.channel", "Way", Kind.CHOICE, column("channel"), listed=Listed("channel", sort="channel")))
    olga, ticket = somebody(Right.VIEW), make_ticket()

    assert row(olga, ["room.channel"], ticket) == {"room.channel": ticket.channel}
    assert Order.of("-room.channel", olga).turned.said == "room.channel"


def test_notes_tell_nothing_in_the_columns_of_who_does_not_see_them(db: None) -> None:
    olga, nina = somebody(Right.VIEW, *PLAYERS, name="Olga Ward"), somebody(Right.VIEW, Right.SEE_ATTACHMENTS, name="Nina Holm")
    ticket = make_ticket()
    keep_files(ticket, [NewFile("a.txt", b"1")], message=add_note(ticket, "Look", by=operator(olga)))
    save_draft(ticket, author=olga, kind=Draft.Kind.NOTE, text="Half a thought")

    assert row(olga, ["has_file", "draft", "has_note"], ticket) == {"has_file": True, "draft": ["Olga Ward"], "has_note": True}
    assert row(nina, ["has_file", "draft", "has_note"], ticket) == {"has_file": False, "draft": [], "has_note": HIDDEN}


@pytest.mark.parametrize(
    ("once", "name", "descending"),
    [
        ("waiting", "waiting_since", False),
        ("urgent", "priority", False),
        ("newest", "created", True),
        ("oldest", "created", False),
        ("changed", "changed", True),
        ("due", "due", False),
    ],
)
def test_an_order_of_an_earlier_address_means_what_it_meant(db: None, once: str, name: str, descending: bool) -> None:
    reader = somebody(Right.VIEW)

    order = Order.of(once, reader)

    assert (order.field.name, order.descending) == (name, descending)
    assert Order.of(order.said, reader) == order and Order.of(order.turned.said, reader) == order.turned


def test_a_plus_that_became_a_space_is_read(db: None) -> None:
    assert not Order.of(" changed", somebody(Right.VIEW)).descending
