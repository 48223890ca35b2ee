"""Whatever people, machines and the clock do to tickets, in whatever order: what always holds.

HELPDESK_DEEP=1 looks for longer and elsewhere each time.
"""

from __future__ import annotations

import os
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from helpdesk.base import clock
from helpdesk.base.errors import DomainError
from helpdesk.staff.models import Team, User
from helpdesk.studio.models import Department, Reason, Tag, Topic
from tests.factories.desk import make_game, make_player, make_ticket, player_writes, post
from tickets import timers
from tickets.actors import ActorKind, operator
from tickets.channels import Failed, Retry, Sent, Uncertain
from tickets.lifecycle import promises as promise_timers
from tickets.lifecycle import waiting
from tickets.lifecycle.machine import SILENCE
from tickets.lifecycle.moves import MOVES
from tickets.lifecycle.pending import PendingInfo
from tickets.models import ON_HOLD, Event, Message, Pledge, Priority, Status, Ticket, Timer
from tickets.past import state_at
from tickets.services import delivery_updates, edit, outbox
from tickets.services.assign import assign, set_team
from tickets.services.merge import merge, unmerge
from tickets.services.open import Incoming, receive
from tickets.services.reply import OutgoingMessage, add_note, send_automatic, send_reply, undo

DEEP = bool(os.environ.get("HELPDESK_DEEP"))
PROFILE = settings(
    max_examples=int(os.environ.get("HELPDESK_DEEP_EXAMPLES", "1500")) if DEEP else 14,
    stateful_step_count=50,
    derandomize=not DEEP,
    database=None,
    deadline=None,
    print_blob=DEEP,
    phases=[Phase.generate, Phase.shrink] if DEEP else [Phase.generate],
    suppress_health_check=list(HealthCheck),
)
START = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
WHICH = st.integers(0, 2)
WAITS = st.booleans()
DAYS = st.sampled_from([0, 0, 0.5, 4])  # until a promised answer
TARGETS = st.sampled_from(list(Status))
OUTCOMES = st.sampled_from([Sent(), Sent(), Sent(), Sent(), Failed("550"), Retry("busy"), Uncertain("the line broke"), OSError("reset")])
THEN = st.sampled_from(["", "", "", *Status.values])
WHEN_STALE = st.sampled_from(list(Message.WhenStale))
ANSWERS = {Message.Purpose.ANSWER, Message.Purpose.AUTOMATIC}
ARRIVED = {Message.State.SENT, Message.State.DELIVERED}
ON_ITS_WAY = {Message.State.SENDING, Message.State.HANDED}
FOLDED = (
    *("created_at", "follows_id", "started_by", "status", "status_since", "resolved_at", "pending_until", "pending_department_id"),
    *("hold_reason_id", "promised_until"),
    *(
        "game_id",
        "player_id",
        "team_id",
        "assignee_id",
        "topic_id",
        "topic_by_machine",
        "priority",
        "language",
        "channel",
        "merged_into_id",
    ),
)


class Desk(RuleBasedStateMachine):
    """Three tickets of one player, one operator, a post that may do anything, and a clock.

    `saw` is our own record, beside the rows: which of the player's messages stood on the screen when a reply was written.
    """

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction._from_testcase = True  # so that what must commit within it may
        self.transaction.__enter__()
        self.journey = clock.travel(START)
        self.journey.__enter__()
        self.moment = START
        self.saw: dict[int, set[int]] = {}
        self.last: dict[int | None, Event] = {}
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
        self.tag = Tag.objects.create(name="vip")
        self.topic = Topic.objects.create(slug="payments", name="Payments")
        self.reason = Reason.objects.create(list="hold", name="Waits for a patch", default_hours=40).pk
        self.departments = {name: Department.objects.create(name=name).pk for name in ("billing", "legal")}
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
        outbox.send_due()
        timers.fire_due()

    @rule(which=WHICH, automatic=st.sampled_from([False, False, False, True]))
    def the_player_writes(self, which: int, automatic: bool) -> None:
        ticket = self.ticket(which)
        message = receive(ticket, Incoming(text="Out of office", channel="post", automatic=True)) if automatic else player_writes(ticket)
        if message.ticket_id not in self.tickets:
            self.tickets[which] = message.ticket_id  # a follow-up takes the closed one's place

    @rule(
        which=WHICH,
        then=THEN,
        all_but=st.sampled_from([0, 0, 0, 1]),
        stale=WHEN_STALE,
        outcome=OUTCOMES,
        then_wait=st.booleans(),
        days=DAYS,
    )
    def anna_replies(
        self, *, which: int, then: str, all_but: int, stale: Message.WhenStale, outcome: object, then_wait: bool, days: float
    ) -> None:
        ticket = self.ticket(which)
        seen = self.on_screen(ticket, all_but)
        words = OutgoingMessage(
            "Here you are.",
            answers_upto=seen[-1] if seen else None,
            then_status=then,
            pending_on="billing",
            pending_department=self.departments["billing"],
            pending_until=self.day(days),
            when_stale=stale,
        )
        try:
            self.saw[send_reply(ticket, words, by=operator(self.anna)).pk] = set(seen)
        except DomainError:
            return
        if outcome != Sent():
            post.outcomes.append(outcome)
        if then_wait:
            self.pass_time(timedelta(seconds=16))

    @rule(which=WHICH, purpose=st.sampled_from(list(Message.Purpose)))
    def a_machine_writes(self, which: int, purpose: Message.Purpose) -> None:
        ticket = self.ticket(which)
        seen = self.on_screen(ticket, 0)
        message = send_automatic(ticket, OutgoingMessage("Restart the game.", answers_upto=seen[-1] if seen else None), purpose=purpose)
        if message and purpose in ANSWERS:
            self.saw[message.pk] = set(seen)
        self.pass_time(timedelta(seconds=1))

    def day(self, days: float) -> datetime | None:
        return self.moment + timedelta(days=days) if days else None

    @rule(which=WHICH, to=TARGETS, on=st.sampled_from(["billing", "legal", "some bank", ""]), days=DAYS, why=st.booleans())
    def anna_sets_the_status(self, which: int, to: Status, on: str, days: float, why: bool) -> None:
        department = self.departments.get(on) if to == Status.PENDING else None
        said = PendingInfo(on if department else "", self.day(days), department=department, reason=self.reason if why else None)
        pending = said if to in ON_HOLD else None
        with suppress(DomainError):
            edit.set_status(self.ticket(which), to, by=operator(self.anna), pending=pending)

    @rule(which=WHICH, yes=st.booleans())
    def anna_sorts(self, which: int, yes: bool) -> None:
        by = operator(self.anna)
        add_note(self.ticket(which), "Hm.", by=operator(self.anna))
        assign(self.ticket(which), to=self.anna if yes else None, by=by)
        set_team(self.ticket(which), to=self.team if yes else None, by=by)
        edit.set_topic(self.ticket(which), self.topic if yes else None, by=by)
        edit.set_tags(self.ticket(which), [self.tag] if yes else [], by=by)
        edit.set_priority(self.ticket(which), Priority.URGENT if yes else Priority.NORMAL, by=by)
        edit.set_language(self.ticket(which), "ru" if yes else "en", by=by)

    @rule(amount=st.sampled_from([timedelta(seconds=16), timedelta(minutes=6), timedelta(hours=73), timedelta(hours=200)]))
    def time_passes(self, amount: timedelta) -> None:
        self.pass_time(amount)

    @precondition(lambda self: self.saw)
    @rule(data=st.data(), word=st.sampled_from(["delivered", "opened", "bounced", "bounced"]))
    def the_world_tells(self, data: st.DataObject, word: str) -> None:
        gone = self.replies(*ARRIVED, Message.State.UNCERTAIN, Message.State.BOUNCED, Message.State.FAILED)
        if gone:
            pk = data.draw(st.sampled_from(gone)).pk
            delivery_updates.bounced(pk, self.moment, reason="550") if word == "bounced" else getattr(delivery_updates, word)(
                pk, self.moment
            )

    @precondition(lambda self: self.saw)
    @rule(data=st.data(), arrived=st.booleans())
    def anna_looks_after_a_message(self, data: st.DataObject, arrived: bool) -> None:
        states = Message.State
        mine = [message for message in self.replies() if message.author_kind == ActorKind.OPERATOR or message.state != states.QUEUED]
        troubled = [message for message in mine if message.state in {states.UNCERTAIN, states.FAILED, states.BOUNCED, states.QUEUED}]
        if not troubled:
            return
        message = data.draw(st.sampled_from(troubled))
        match message.state:
            case states.UNCERTAIN:
                outbox.decide(message, arrived=arrived, by=operator(self.anna))
            case states.QUEUED:
                undo(message, by=operator(self.anna))
            case _:
                outbox.resend(message, by=operator(self.anna))

    @rule(which=WHICH, into=WHICH)
    def anna_merges_or_parts(self, which: int, into: int) -> None:
        with suppress(DomainError):
            if which == into:
                ticket = self.ticket(which)
                unmerge(ticket, out_of=ticket.merged_into or ticket, by=operator(self.anna))
                self.parted = True
            else:
                merge(self.ticket(which), into=self.ticket(into), by=operator(self.anna))

    @invariant()
    def what_always_holds(self) -> None:
        tickets = list(Ticket.objects.all())
        self.only_legal_moves_that_fold_to_the_rows(tickets)
        self.closed_is_closed(tickets)
        assert waiting.wrong(tickets) == []
        self.no_question_is_lost(tickets)
        self.nothing_is_forgotten_and_nothing_on_hold_has_a_clock(tickets)
        self.the_ledger_says_what_the_rows_say(tickets)

    def the_ledger_says_what_the_rows_say(self, tickets: list[Ticket]) -> None:
        """An open promise stands in its ticket's row and has a timer until its day has passed; none ends without a word."""
        promises = Pledge.objects.filter(until__isnull=False)
        open_ = {promise.ticket_id: promise for promise in promises.filter(ended_at=None)}
        awaited = set(Timer.objects.filter(kind=promise_timers.KIND).values_list("ticket_id", flat=True))
        for ticket in tickets:
            promise = open_.get(ticket.pk)
            assert ticket.promised_until == (promise.until if promise else None)
            assert (ticket.pk in awaited) == (promise is not None and promise.broken_at is None)
            if promise:
                assert ticket.merged_into_id is None and ticket.status not in {Status.ANSWERED, Status.RESOLVED, Status.CLOSED}
        ended = Counter(promises.exclude(ended_at=None).values_list("outcome", flat=True))
        assert set(ended) <= {"kept", "late", "withdrawn"}
        told = Counter(Event.objects.filter(kind__startswith="promise.").values_list("kind", flat=True))
        assert told["promise.made"] == promises.count()
        gone = told["promise.kept"] + told["promise.withdrawn"] - told["promise.reopened"]
        assert (gone, told["promise.broken"]) == (sum(ended.values()), promises.exclude(broken_at=None).count() - self.carried())

    def carried(self) -> int:
        """Promises that were broken already when a merge brought them."""
        return sum(each.broken_at is not None and each.broken_at <= each.at for each in Pledge.objects.exclude(broken_at=None))

    def only_legal_moves_that_fold_to_the_rows(self, tickets: list[Ticket]) -> None:
        for event in Event.objects.filter(pk__gt=max((told.pk for told in self.last.values()), default=0)).order_by("pk"):
            before = self.last[event.ticket_id].status if event.ticket_id in self.last else Status.NEW
            move = (event.status_before, event.status, event.actor_kind)
            assert event.status_before == before
            if event.kind != "ticket.moved":
                assert before == event.status
            elif before != event.status or before not in ON_HOLD:
                assert ActorKind(event.actor_kind) in MOVES.get((Status(before), Status(event.status)), ()), move
            self.last[event.ticket_id] = event
        for row in tickets:
            self.folds_to(row)

    def folds_to(self, row: Ticket) -> None:
        """All that the events tell of a ticket is what stands in its row, and in those of its messages."""
        past = state_at(row)
        assert past.event_id == row.last_event_id
        for column in FOLDED:
            assert getattr(past, column) == getattr(row, column), column
        assert past.tags == set(row.tags.values_list("pk", flat=True))
        messages = {message.pk: message for message in Message.objects.filter(ticket=row)}
        assert past.messages.keys() == messages.keys()
        for pk, message in messages.items():
            there = past.messages[pk]
            state = Message.State.QUEUED if message.state in ON_ITS_WAY else message.state
            assert (there.state, there.received_in, there.author_kind, there.author_id, there.approver_id) == (
                state, message.received_in_id, message.author_kind, message.author_id, message.approver_id,
            )  # fmt: skip
            assert (there.sent_at if there.state in ARRIVED else None) == (message.sent_at if message.state in ARRIVED else None)
            assert there.asks == (message.kind == "inbound" and not message.automatic and message.no_reply_needed_at is None)
        assert (past.waiting_since, past.first_reply_at) == (row.waiting_since, row.first_reply_at)

    def closed_is_closed(self, tickets: list[Ticket]) -> None:
        closed = {ticket.pk for ticket in tickets if ticket.status == Status.CLOSED}
        assert self.closed <= closed
        self.closed = closed

    def no_question_is_lost(self, tickets: list[Ticket]) -> None:
        answered: set[int] = set()
        for message in self.replies(*ARRIVED):
            if message.purpose in ANSWERS:
                answered |= self.saw.get(message.pk, set())
        open_since: dict[int, datetime] = {}
        for question in Message.objects.filter(kind="inbound", automatic=False).exclude(pk__in=answered).order_by("at"):
            open_since.setdefault(question.ticket_id, question.at)
        for ticket in tickets:
            since = open_since.get(ticket.pk)
            assert since is None or (ticket.waiting_since is not None and ticket.waiting_since <= since), ticket.status
            assert ticket.waiting_since == since or self.parted  # what was answered while merged may ask again when parted

    def nothing_is_forgotten_and_nothing_on_hold_has_a_clock(self, tickets: list[Ticket]) -> None:
        silent = set(Timer.objects.filter(kind=SILENCE).values_list("ticket_id", flat=True))
        for ticket in tickets:
            if ticket.on_hold or ticket.merged_into_id or ticket.status == Status.CLOSED:
                assert ticket.pk not in silent
            elif ticket.status in {Status.ANSWERED, Status.RESOLVED} and ticket.waiting_since is None:
                assert ticket.pk in silent


@pytest.mark.django_db
@pytest.mark.timeout(7200 if DEEP else 900)
@pytest.mark.usefixtures("no_other_ears")
def test_what_always_holds() -> None:
    run_state_machine_as_test(Desk, settings=PROFILE)
