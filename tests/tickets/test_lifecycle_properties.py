"""Whatever people, machines and the clock do to tickets, in whatever order: what always holds.

HELPDESK_DEEP=1 looks for longer and elsewhere each time.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from helpdesk.base import clock
from helpdesk.base.errors import DomainError
from helpdesk.staff.models import Team, User
from tests.factories.desk import make_game, make_player, make_ticket, player_writes, post
from tickets import timers
from tickets.actors import ActorKind, operator
from tickets.channels import Failed, Retry, Sent, Uncertain
from tickets.lifecycle import waiting
from tickets.lifecycle.machine import SILENCE, Owed
from tickets.lifecycle.moves import MOVES
from tickets.models import Event, Message, Status, Ticket, Timer, Topic
from tickets.services import edit, news, outbox
from tickets.services.assign import assign, set_team
from tickets.services.merge import merge, unmerge
from tickets.services.open import Incoming, receive
from tickets.services.reply import Words, add_note, send_automatic, send_reply, undo

DEEP = bool(os.environ.get("HELPDESK_DEEP"))
PROFILE = settings(
    max_examples=1500 if DEEP else 40,
    stateful_step_count=50 if DEEP else 25,
    derandomize=not DEEP,
    database=None,
    deadline=None,
    print_blob=DEEP,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
START = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
WHICH = st.integers(0, 2)
TARGETS = st.sampled_from(list(Status))
OUTCOMES = st.sampled_from([Sent(), Failed("550"), Retry("busy"), Uncertain("the line broke"), OSError("reset")])
ANSWERS = {Message.Purpose.ANSWER, Message.Purpose.AUTOMATIC}
ARRIVED = {Message.State.SENT, Message.State.DELIVERED}


class Desk(RuleBasedStateMachine):
    """Three tickets of one player, one operator, a post that may do anything, and a clock.

    `saw` is our own record, beside the rows: which of the player's messages stood on the screen when a reply was written.
    """

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.journey = clock.travel(START)
        self.journey.__enter__()
        self.moment = START
        self.saw: dict[int, set[int]] = {}
        self.closed: set[int] = set()
        self.parted = False
        post.outcomes.clear()

    def teardown(self) -> None:
        post.outcomes.clear()
        self.journey.__exit__(None, None, None)
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    @initialize()
    def open_the_desk(self) -> None:
        self.anna = User.objects.create_user("anna@studio.example", None, name="Anna")
        self.team = Team.objects.create(name="Billing", slug="billing")
        self.topic = Topic.objects.create(slug="payments", name="Payments")
        mira, game = make_player(), make_game()
        self.tickets = [make_ticket(player=mira, game=game).pk for _ in range(3)]

    def ticket(self, which: int) -> Ticket:
        return Ticket.objects.select_related("game", "player").get(pk=self.tickets[which])

    def replies(self, *states: Message.State) -> list[Message]:
        found = Message.objects.filter(kind="reply").select_related("ticket").order_by("pk")
        return list(found.filter(state__in=states) if states else found)

    def on_screen(self, ticket: Ticket, all_but: int) -> list[int]:
        questions = list(Message.objects.filter(ticket=ticket, kind="inbound", automatic=False).order_by("pk").values_list("pk", flat=True))
        return questions[: len(questions) - all_but] if all_but else questions

    def pass_time(self, amount: timedelta) -> None:
        self.moment += amount
        clock._travelled.set(self.moment)
        outbox.recover()
        outbox.leave_due()
        timers.fire_due()

    @rule(which=WHICH, automatic=st.booleans())
    def the_player_writes(self, which: int, automatic: bool) -> None:
        ticket = self.ticket(which)
        message = receive(ticket, Incoming(text="Out of office", channel="post", automatic=True)) if automatic else player_writes(ticket)
        if message.ticket_id not in self.tickets:
            self.tickets[which] = message.ticket_id  # a follow-up takes the closed one's place

    @rule(which=WHICH, then=st.sampled_from(["", *Status.values]), all_but=st.integers(0, 1), stale=st.sampled_from(list(Message.WhenStale)))
    def anna_replies(self, which: int, then: str, all_but: int, stale: Message.WhenStale) -> None:
        ticket = self.ticket(which)
        seen = self.on_screen(ticket, all_but)
        words = Words("Here you are.", answers_upto=seen[-1] if seen else None, then_status=then, pending_on="billing", when_stale=stale)
        try:
            message = send_reply(ticket, words, by=self.anna)
        except DomainError:
            return
        self.saw[message.pk] = set(seen)

    @rule(which=WHICH, purpose=st.sampled_from(list(Message.Purpose)))
    def a_machine_writes(self, which: int, purpose: Message.Purpose) -> None:
        ticket = self.ticket(which)
        seen = self.on_screen(ticket, 0)
        message = send_automatic(ticket, Words("Restart the game.", answers_upto=seen[-1] if seen else None), purpose=purpose)
        if message and purpose in ANSWERS:
            self.saw[message.pk] = set(seen)

    @rule(which=WHICH)
    def anna_notes(self, which: int) -> None:
        add_note(self.ticket(which), "Hm.", by=self.anna)

    @rule(which=WHICH, to=TARGETS, on=st.sampled_from(["billing", "legal", ""]))
    def anna_sets_the_status(self, which: int, to: Status, on: str) -> None:
        try:
            edit.set_status(self.ticket(which), to, by=operator(self.anna), owed=Owed(on) if to == Status.PENDING else None)
        except DomainError:
            pass

    @rule(which=WHICH, yes=st.booleans())
    def anna_sorts(self, which: int, yes: bool) -> None:
        by = operator(self.anna)
        assign(self.ticket(which), to=self.anna if yes else None, by=by)
        set_team(self.ticket(which), to=self.team if yes else None, by=by)
        edit.set_topic(self.ticket(which), self.topic if yes else None, by=by)
        edit.set_language(self.ticket(which), "ru" if yes else "en", by=by)

    @rule(outcome=OUTCOMES)
    def the_post_will(self, outcome: object) -> None:
        post.outcomes.append(outcome)

    @rule(amount=st.sampled_from([timedelta(seconds=5), timedelta(seconds=16), timedelta(minutes=6), timedelta(hours=73), timedelta(hours=200)]))
    def time_passes(self, amount: timedelta) -> None:
        self.pass_time(amount)

    @precondition(lambda self: self.saw)
    @rule(data=st.data(), word=st.sampled_from(["delivered", "opened", "bounced"]))
    def the_world_tells(self, data: st.DataObject, word: str) -> None:
        gone = self.replies(*ARRIVED, Message.State.UNCERTAIN, Message.State.BOUNCED, Message.State.FAILED)
        if gone:
            pk = data.draw(st.sampled_from(gone)).pk
            news.bounced(pk, self.moment, reason="550") if word == "bounced" else getattr(news, word)(pk, self.moment)

    @precondition(lambda self: self.saw)
    @rule(data=st.data(), arrived=st.booleans())
    def anna_decides(self, data: st.DataObject, arrived: bool) -> None:
        if unknown := self.replies(Message.State.UNCERTAIN):
            outbox.decide(data.draw(st.sampled_from(unknown)), arrived=arrived, by=self.anna)

    @precondition(lambda self: self.saw)
    @rule(data=st.data())
    def anna_sends_again(self, data: st.DataObject) -> None:
        if failed := self.replies(Message.State.FAILED, Message.State.BOUNCED):
            outbox.resend(data.draw(st.sampled_from(failed)), by=self.anna)

    @precondition(lambda self: self.saw)
    @rule(data=st.data())
    def anna_calls_back(self, data: st.DataObject) -> None:
        if waiting_to_leave := [message for message in self.replies(Message.State.QUEUED) if message.author_kind == ActorKind.OPERATOR]:
            undo(data.draw(st.sampled_from(waiting_to_leave)), by=self.anna)

    @rule(which=WHICH, into=WHICH)
    def anna_merges(self, which: int, into: int) -> None:
        try:
            merge(self.ticket(which), into=self.ticket(into), by=operator(self.anna))
        except DomainError:
            pass

    @rule(which=WHICH)
    def anna_parts(self, which: int) -> None:
        try:
            unmerge(self.ticket(which), by=operator(self.anna))
            self.parted = True
        except DomainError:
            pass

    @invariant()
    def only_legal_moves(self) -> None:
        for before, after, who in Event.objects.filter(kind="ticket.moved").values_list("status_before", "status", "actor_kind"):
            if before == after == Status.PENDING:
                continue
            assert ActorKind(who) in MOVES.get((Status(before), Status(after)), ()), (before, after, who)

    @invariant()
    def folding_the_events_gives_the_rows(self) -> None:
        rows = {ticket.pk: ticket for ticket in Ticket.objects.all()}
        status: dict[int, str] = {}
        last: dict[int, Event] = {}
        for event in Event.objects.order_by("pk"):
            assert event.status_before == status.get(event.ticket_id, Status.NEW)
            status[event.ticket_id], last[event.ticket_id] = event.status, event
        for pk, row in rows.items():
            told = last[pk]
            assert (told.status, told.assignee_id, told.team_id, told.topic_id, told.language) == (
                row.status, row.assignee_id, row.team_id, row.topic_id, row.language,
            )  # fmt: skip
            assert row.last_event_id == told.pk

    @invariant()
    def closed_is_closed(self) -> None:
        closed = set(Ticket.objects.filter(status=Status.CLOSED).values_list("pk", flat=True))
        assert self.closed <= closed
        self.closed = closed

    @invariant()
    def the_rows_say_what_the_messages_say(self) -> None:
        assert waiting.wrong(list(Ticket.objects.all())) == []

    @invariant()
    def no_question_is_lost(self) -> None:
        answered: set[int] = set()
        for message in self.replies(*ARRIVED):
            if message.purpose in ANSWERS:
                answered |= self.saw.get(message.pk, set())
        open_since: dict[int, datetime] = {}
        for question in Message.objects.filter(kind="inbound", automatic=False).exclude(pk__in=answered).order_by("at"):
            open_since.setdefault(question.ticket_id, question.at)
        for ticket in Ticket.objects.all():
            since = open_since.get(ticket.pk)
            assert since is None or (ticket.waiting_since is not None and ticket.waiting_since <= since), ticket.status
            assert ticket.waiting_since == since or self.parted  # what was answered while merged may ask again when parted

    @invariant()
    def nothing_is_forgotten_and_nothing_on_hold_has_a_clock(self) -> None:
        silent = set(Timer.objects.filter(kind=SILENCE).values_list("ticket_id", flat=True))
        for ticket in Ticket.objects.all():
            if ticket.on_hold or ticket.merged_into_id or ticket.status == Status.CLOSED:
                assert ticket.pk not in silent
            elif ticket.status in {Status.ANSWERED, Status.RESOLVED} and ticket.waiting_since is None:
                assert ticket.pk in silent


@pytest.mark.django_db
@pytest.mark.timeout(7200 if DEEP else 300)
@pytest.mark.usefixtures("no_other_ears")
def test_what_always_holds() -> None:
    run_state_machine_as_test(Desk, settings=PROFILE)
