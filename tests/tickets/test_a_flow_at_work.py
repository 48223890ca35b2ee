"""A flow does what an operator does, by the same services: it has no draft, takes no ticket, and stands for nobody's judgement."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest

from helpdesk.base import clock
from helpdesk.base.errors import DomainError, NotAllowed
from helpdesk.staff.models import Team, User
from helpdesk.studio.models import Tag, Topic
from tests.conftest import Travel
from tests.factories.desk import Post, make_ticket, newest_question
from tests.tickets.deeds import answer, facts_hold, kinds, put, reply
from tickets import lifecycle, services
from tickets.actors import flow, operator
from tickets.gates import GateHold, gate
from tickets.models import Draft, Event, Hold, Message, Status, Ticket
from tickets.past import state_at
from tickets.services import outbox
from tickets.services.assign import assign, set_team
from tickets.services.blocks import block_player
from tickets.services.edit import rename, set_language, set_status, set_tags, set_topic
from tickets.services.held import release, return_to_author, revise
from tickets.services.merge import merge
from tickets.services.reply import OutgoingMessage, add_note, send_reply, start_conversation, undo

pytestmark = pytest.mark.django_db
State = Message.State
NIGHT_WATCH = flow(7, version=3)


@gate("studio.mentor", approves=True)
def mentor(message: Message) -> GateHold | None:
    return GateHold("A mentor reads it first.")


@pytest.fixture
def gated(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REPLY_GATES = [mentor.name]
    monkeypatch.setattr("tickets.gates.import_string", {mentor.name: mentor}.__getitem__)


def answered(ticket: Ticket, text: str = "We have seen it; somebody writes to you in the morning.", **words: Any) -> Message:
    return send_reply(ticket, OutgoingMessage(text, answers_upto=newest_question(ticket), **words), by=NIGHT_WATCH)


def test_it_answers_in_the_name_of_the_game_and_nobody_gets_the_ticket(travel: Travel, the_post: Post) -> None:
    ticket = make_ticket()

    message = answered(ticket, then_status=Status.IN_PROGRESS)

    assert (message.state, message.purpose) == (State.QUEUED, Message.Purpose.AUTOMATIC)  # its undo window runs
    assert (message.author_kind, message.author_id, message.author_name) == ("flow", 7, ticket.game.team_name)
    travel.forward(seconds=16)
    outbox.send_due()
    ticket.refresh_from_db()
    assert (ticket.status, ticket.assignee, ticket.waiting_since, ticket.first_reply_at) == (Status.IN_PROGRESS, None, None, None)
    written = Event.objects.get(ticket=ticket, kind="message.written")
    assert (written.actor_kind, written.actor_id, written.actor_version, written.author_team_id) == ("flow", 7, 3, None)
    assert facts_hold(ticket)
    past = state_at(ticket, Event.objects.filter(ticket=ticket).latest("pk"))
    assert (past.status, past.waiting_since, past.first_reply_at) == (Status.IN_PROGRESS, None, None)


def test_it_may_not_say_then_what_it_may_not_do() -> None:
    ticket = make_ticket()

    with pytest.raises(NotAllowed):
        set_status(ticket, Status.CLOSED, by=NIGHT_WATCH)
    with pytest.raises(Exception, match="cannot become"):
        answered(ticket, then_status=Status.CLOSED)


def test_it_writes_to_nobody_who_is_blocked(anna: User) -> None:
    ticket = make_ticket()
    block_player(ticket.player, on=ticket, until=clock.now() + timedelta(days=1), why="Threats", by=anna)

    with pytest.raises(DomainError, match="nothing automatic"):
        answered(Ticket.objects.get(pk=ticket.pk))
    assert reply(Ticket.objects.get(pk=ticket.pk), anna).state == State.QUEUED  # a person may


def test_it_calls_its_own_words_back_and_leaves_no_draft(anna: User) -> None:
    ticket = make_ticket()
    message, hers = answered(ticket), reply(ticket, anna)

    with pytest.raises(NotAllowed):
        undo(hers, by=NIGHT_WATCH)
    with pytest.raises(NotAllowed):
        undo(message, by=operator(anna))

    assert undo(message, by=NIGHT_WATCH) is None
    assert undo(message, by=NIGHT_WATCH) is None  # the second time nothing happens
    message.refresh_from_db()
    assert (message.state, Draft.objects.count()) == (State.WITHDRAWN, 0)


def test_what_it_writes_passes_the_gates_as_everybodys_words(gated: None, boris: User, travel: Travel, the_post: Post) -> None:
    message = answered(make_ticket())
    assert message.state == State.HELD

    with pytest.raises(NotAllowed):
        release(message.holds.get(), by=NIGHT_WATCH)
    release(message.holds.get(), by=operator(boris))
    outbox.send_due()

    message.refresh_from_db()
    assert (message.state, message.approver_id) == (State.SENT, boris.pk)


def test_it_gives_a_reply_back_but_judges_none(gated: None, anna: User) -> None:
    ticket = make_ticket()
    message = reply(ticket, anna, "Read the manual.")
    night = NIGHT_WATCH

    with pytest.raises(NotAllowed, match="Only a person"):
        release(message.holds.get(), by=night)
    with pytest.raises(NotAllowed, match="Only a person"):
        revise(message, "Here is how it goes.", by=night, why="Kinder.")
    return_to_author(message, by=night, why="The topic takes a look in the morning.")

    message.refresh_from_db()
    hold = message.holds.get()
    assert (message.state, message.approver_id, hold.outcome, hold.ended_by) == (State.RETURNED, None, Hold.Outcome.RETURNED, None)
    assert Draft.objects.get().text == "Read the manual."
    assert Event.objects.get(kind="message.returned").actor_kind == "flow"


def test_it_begins_a_conversation_that_nobody_has_yet() -> None:
    known = make_ticket()
    words = OutgoingMessage("Your purchase came back.")

    message = start_conversation(
        game=known.game,
        player=known.player,
        contact=known.contact,
        subject="Your purchase",
        language="en",
        outgoing=words,
        by=NIGHT_WATCH,
        channel=known.channel,
    )

    assert (message.state, message.ticket.assignee, message.ticket.started_by) == (State.QUEUED, None, "operator")
    assert kinds(message.ticket) == ["ticket.opened", "message.written"]


DEEDS: dict[str, Callable[[Ticket, User], object]] = {
    "ticket.assigned": lambda ticket, anna: assign(ticket, to=anna, by=NIGHT_WATCH),
    "ticket.team_set": lambda ticket, anna: set_team(ticket, to=Team.objects.create(name="Refunds", slug="refunds"), by=NIGHT_WATCH),
    "ticket.renamed": lambda ticket, anna: rename(ticket, "Lost at night", by=NIGHT_WATCH),
    "ticket.language_set": lambda ticket, anna: set_language(ticket, "de", by=NIGHT_WATCH),
    "ticket.tagged": lambda ticket, anna: set_tags(ticket, [Tag.objects.create(name="night")], by=NIGHT_WATCH),
    "ticket.topic_set": lambda ticket, anna: set_topic(ticket, Topic.objects.create(name="Lost", slug="lost"), by=NIGHT_WATCH),
    "ticket.moved": lambda ticket, anna: set_status(ticket, Status.IN_PROGRESS, by=NIGHT_WATCH),
    "message.noted": lambda ticket, anna: add_note(ticket, "Nobody has looked for an hour.", by=NIGHT_WATCH),
    "ticket.merged": lambda ticket, anna: merge(ticket, into=make_ticket(player=ticket.player), by=NIGHT_WATCH),
}


@pytest.mark.parametrize("kind", DEEDS)
def test_what_it_does_is_told_as_its_own(kind: str, anna: User) -> None:
    ticket = make_ticket()

    DEEDS[kind](ticket, anna)

    event = Event.objects.get(ticket=ticket, kind=kind)
    assert (event.actor_kind, event.actor_id, event.actor_version) == ("flow", 7, 3)


def test_it_sends_once_more_what_failed(anna: User, travel: Travel, the_post: Post) -> None:
    ticket = make_ticket()
    the_post.outcomes.append(outbox.Failed("no such mailbox"))
    message = answer(ticket, anna, travel)
    assert message.state == State.FAILED

    outbox.resend(message, by=NIGHT_WATCH)
    outbox.send_due()

    message.refresh_from_db()
    assert message.state == State.SENT
    assert Event.objects.get(kind="message.retried").actor_kind == "flow"


def test_it_takes_part_where_people_put_things_on_hold(anna: User) -> None:
    ticket = put(make_ticket(), Status.PENDING, anna)

    set_status(ticket, Status.WAITING, by=NIGHT_WATCH)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.pending_on) == (Status.WAITING, "")


def test_every_service_takes_an_actor() -> None:
    strange = [
        f"{function.__module__}.{name}"
        for package in (services, lifecycle)
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
        if module.name != "tickets.services.blocks"  # a person's alone: whoever fools a machine could have others blocked by it
        for name, function in inspect.getmembers(import_module(module.name), inspect.isfunction)
        if function.__module__ == module.name and (by := inspect.signature(function).parameters.get("by")) and str(by.annotation) != "Actor"
    ]

    assert not strange, "`by` is whoever does it: a User where an Actor is meant."
