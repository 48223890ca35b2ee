"""The two months are played by the services and nothing else, each game for itself, and come to the same for a seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from helpdesk.base import clock
from helpdesk.demo import bulk, vocabulary
from helpdesk.demo.load import costs, loop, reset
from helpdesk.demo.load.costs import Costs
from helpdesk.demo.stories import Story, stories
from helpdesk.staff.models import Notice
from players.models import AddressUse
from tests.conftest import Travel
from tickets.lifecycle import waiting
from tickets.mail.models import RawMail
from tickets.models import ON_HOLD, Delivery, Event, Message, Pledge, Ticket, Timer
from tickets.past import state_at
from tickets.search.documents import Document, documents
from tickets.surveys.models import Survey

UNTIL = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)  # a Friday afternoon
COUNT, SEED = 24, 11
FOLDED = (
    *("created_at", "follows_id", "status", "status_since", "resolved_at", "pending_until", "pending_department_id"),
    *("game_id", "player_id", "team_id", "assignee_id", "topic_id", "language", "channel", "merged_into_id"),
)


@pytest.fixture(autouse=True)
def _files(tmp_path: Any, settings: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def _play(*, apart: bool = False, count: int = COUNT) -> tuple[list[Story], list[str], Counter[str]]:
    """The stories, what the load said, and how many acts there were."""
    said: list[str] = []
    done = loop.load(count=count, seed=SEED, until=UNTIL, apart=apart, **({} if apart else {"tell": said.append}))
    return list(stories(count, SEED, until=UNTIL)), said, done


def _told() -> dict[str, Any]:
    """What stands in the tables, by subject, without the ids and numbers that chance gives."""
    told: dict[str, Any] = {}
    for ticket in Ticket.objects.select_related("player", "assignee", "topic", "team", "follows", "game"):
        messages = Message.objects.filter(ticket=ticket).order_by("at", "pk")
        told[f"{ticket.subject}{' again' if ticket.follows else ''}"] = {
            "ticket": (
                ticket.game.slug, ticket.player.name, ticket.status, ticket.status_since, ticket.language, ticket.created_at,
                ticket.assignee and ticket.assignee.email, ticket.topic and ticket.topic.slug, ticket.team and ticket.team.slug,
                ticket.waiting_since, ticket.first_reply_at, ticket.pending_on, ticket.pending_until, ticket.preview,
                sorted(ticket.tags.values_list("name", flat=True)),
            ),
            "messages": [(m.kind, m.purpose, m.state, m.at, m.author_name, m.text.replace(ticket.number, "#")) for m in messages],
            "events": [(e.kind, e.at, e.status, e.actor_kind) for e in Event.objects.filter(ticket=ticket).order_by("pk")],
            "timers": sorted(Timer.objects.filter(ticket=ticket).values_list("kind", "due_at")),
            "surveys": sorted(Survey.objects.filter(ticket=ticket).values_list("created_at", "score", "comment")),
        }  # fmt: skip
    return told


@pytest.mark.django_db(transaction=True)
def test_side_by_side_the_games_make_the_same_studio_as_one_after_the_other() -> None:
    _play(apart=True)
    side_by_side, mails = _told(), RawMail.objects.count()
    reset.clear()

    _play()

    assert _told() == side_by_side
    assert RawMail.objects.count() == mails


def _is_whole(ticket: Ticket) -> None:
    """The ticket's row and its messages are what its events tell."""
    past = state_at(ticket)
    pledge = Pledge.objects.filter(pk=past.pledge_id).first()

    assert {name: getattr(past, name) for name in FOLDED} == {name: getattr(ticket, name) for name in FOLDED}
    assert (past.event_id, pledge.on if pledge else "") == (ticket.last_event_id, ticket.pending_on)
    assert past.tags == set(ticket.tags.values_list("pk", flat=True))
    assert {pk: each.state for pk, each in past.messages.items()} == dict(Message.objects.filter(ticket=ticket).values_list("pk", "state"))
    assert (past.waiting_since, past.first_reply_at) == (ticket.waiting_since, ticket.first_reply_at)
    assert waiting.wrong([ticket]) == []


@pytest.mark.django_db
def test_all_of_it_was_written_by_services_and_nothing_is_left_to_do() -> None:
    plays, said, done = _play()

    for ticket in Ticket.objects.all():
        _is_whole(ticket)
    turns = Counter(turn.kind for story in plays for turn in story.turns)
    assert {kind: done[kind] for kind in turns} == turns
    assert Message.objects.filter(kind="note").count() == turns["note"]
    assert set(Ticket.objects.filter(follows=None).values_list("subject", flat=True)) == {story.subject for story in plays}
    assert Delivery.objects.count() == Message.objects.filter(state="queued").count() == 0
    assert not Timer.objects.filter(due_at__lte=UNTIL).exists() and not Timer.objects.exclude(error="").exists()
    assert done["rating"] == Survey.objects.exclude(score=None).count()
    promises = {(each.outcome, each.broken_at is not None) for each in Pledge.objects.filter(until__isnull=False)}
    assert ("kept", False) in promises
    assert not Ticket.objects.filter(status__in=ON_HOLD, hold_reason=None).exists()
    assert Notice.objects.exists() and not Notice.objects.filter(seen_at=None, at__lt=UNTIL - loop.UNSEEN).exists()
    ends = {story.subject: story.ends for story in plays if not story.mishap}
    alone = Ticket.objects.filter(subject__in=ends, follow_ups=None)
    assert dict(alone.values_list("subject", "status")) == {subject: ends[subject] for subject in alone.values_list("subject", flat=True)}
    assert all(room in said[-1] for room in ("mail in", "replies", "mail out", "life cycle", "surveys", "notices", "ticket", "notes"))


@pytest.mark.django_db
def test_copies_are_as_whole_as_what_they_were_copied_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 20)  # tickets: in more than one transaction
    monkeypatch.setattr(vocabulary, "SIZE", 500)
    _play(count=12)
    played = {table: table._default_manager.count() for table in bulk.copied()}

    bulk.multiply(3)

    assert {table: table._default_manager.count() for table in played} == {table: 4 * count for table, count in played.items()}
    for ticket in Ticket.objects.all():
        _is_whole(ticket)
        assert len(ticket.number) == 9
        people = {message.author_id for message in ticket.messages.filter(author_kind="player")}
        assert people <= {ticket.player_id}
        assert AddressUse.objects.filter(player=ticket.player_id, address=ticket.contact_id).exists()
    assert keys_kept() == {
        document.ticket_id: set(keys_of(document)) for document in documents(Ticket.objects.values_list("pk", flat=True))
    }
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # each foreign key leads somewhere


def keys_kept() -> dict[int, set[str]]:
    """By ticket: what it is found by."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ticket_id, tsvector_to_array(vector) FROM search_searchdocument")
        return {pk: set(keys) for pk, keys in cursor.fetchall()}


def keys_of(document: Document) -> Iterator[str]:
    return (text.zone + token.key for text in document.texts for token in text.tokens)


def test_a_room_pays_for_what_happens_in_it_alone(monkeypatch: pytest.MonkeyPatch, travel: Travel) -> None:
    monkeypatch.setattr(costs, "perf_counter", lambda: clock.now().timestamp())
    paid = Costs()

    with paid.of("replies"):
        travel.forward(seconds=2)
        with paid.of("surveys.invite"):
            travel.forward(seconds=9)
        travel.forward(seconds=1)

    assert paid.told() == {costs.BESIDES: 0, "replies": 3, "surveys": 9}
    line = costs.line([paid.told(), {"replies": 5.0, "notes": 0.4}])
    assert line == "Seconds by room, where a new one may add 8: surveys 9.0, replies 5.0, notes 0.4, the demo itself 0.0."
