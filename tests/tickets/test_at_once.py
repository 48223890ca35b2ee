"""Two at the same moment, each on a connection of his own, with real commits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count

import pytest

from helpdesk.base import clock
from helpdesk.staff.models import User
from helpdesk.studio.models import Tag
from players.models import Address, Player
from players.services import writer_from
from tests.factories.desk import make_game, make_player, make_ticket, newest_question, player_writes, post
from tests.tickets.deeds import at_once, facts_hold, listening
from tickets import drain, timers
from tickets.actors import operator
from tickets.channels import Outcome, Sent
from tickets.lifecycle.machine import SILENCE
from tickets.locks import lock
from tickets.models import Event, Lane, LifecycleRule, Message, Status, Ticket, Timer
from tickets.services import outbox
from tickets.services.assign import take_next
from tickets.services.edit import set_status
from tickets.services.merge import merge, unmerge
from tickets.services.reply import OutgoingMessage, send_reply

pytestmark = pytest.mark.usefixtures("committed", "no_other_ears")


def somebody(name: str) -> User:
    return User.objects.create_user(f"{name}@studio.example", "a long password", name=name.title())


def queued(ticket: Ticket, by: User) -> Message:
    message = send_reply(ticket, OutgoingMessage("Here you are.", answers_upto=newest_question(ticket)), by=operator(by))
    Message.objects.filter(pk=message.pk).update(leaves_at=clock.now())
    return message


def test_two_first_mails_at_once_make_one_player() -> None:
    make_game()

    writers = at_once(*[lambda: writer_from("Mira@Mail.example", name="Mira")] * 4)

    assert len({player.pk for player, _address in writers}) == 1
    assert (Player.objects.count(), Address.objects.count()) == (1, 1)


def test_two_people_who_take_the_next_never_get_the_same() -> None:
    people = [somebody(name) for name in ("anna", "boris", "cleo", "dora")]
    for _ in range(3):
        make_ticket()

    taken = at_once(*[lambda person=person: take_next(Ticket.objects.all(), to=person) for person in people])

    numbers = [ticket.number for ticket in taken if ticket is not None]
    assert len(numbers) == len(set(numbers)) == 3
    assert Event.objects.filter(kind="ticket.assigned").count() == 3


def test_two_workers_send_a_message_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = count()

    def deliver(message: Message, handed: Callable[[], None]) -> Outcome:
        handed()
        next(sent)
        return Sent()

    monkeypatch.setattr(post, "deliver", deliver)
    ticket = make_ticket()
    message = queued(ticket, somebody("anna"))

    at_once(*[lambda: outbox.send(message.pk)] * 4)

    message.refresh_from_db()
    assert (next(sent), message.state, message.attempts) == (1, Message.State.SENT, 1)


def test_a_player_who_writes_at_the_moment_of_leaving_is_never_lost() -> None:
    anna = somebody("anna")
    for _round in range(5):
        ticket = make_ticket()
        message = queued(ticket, anna)

        at_once(lambda: outbox.send(message.pk), lambda: player_writes(ticket, "Wait!"))  # noqa: B023 - both are done within the round

        ticket.refresh_from_db()
        message.refresh_from_db()
        assert ticket.waiting_since is not None
        assert (message.state, ticket.status) in {(Message.State.STALE, Status.NEW), (Message.State.SENT, Status.WAITING)}
        assert facts_hold(ticket)


def test_two_drains_at_once_bring_each_event_once_and_in_order() -> None:
    heard: list[tuple[int, int]] = []

    def ear(event: Event) -> None:
        Tag.objects.create(name=f"heard {event.pk}")  # unique: twice would fail
        heard.append((event.ticket_id, event.pk))

    with listening("ear", ["message.received"], ear):
        tickets = [make_ticket() for _ in range(4)]
        for ticket in tickets * 4:
            player_writes(ticket)
        while sum(done for done in at_once(*[lambda: drain.drain(Lane.NOW)] * 3) if isinstance(done, int)):
            pass

    assert len(heard) == 20
    assert Tag.objects.filter(name__startswith="heard").count() == 20
    for ticket in tickets:
        own = [event for where, event in heard if where == ticket.pk]
        assert own == sorted(own)


def test_two_sweeps_fire_a_timer_once() -> None:
    anna = somebody("anna")
    tickets = [make_ticket() for _ in range(6)]
    for ticket in tickets:
        outbox.send(queued(ticket, anna).pk)
    rule = LifecycleRule.objects.get(game=None, from_status="answered", trigger="silence")
    assert Timer.objects.filter(kind=SILENCE, rule=rule).update(due_at=clock.now()) == 6

    at_once(*[timers.fire_due] * 3)

    assert Event.objects.filter(kind="ticket.moved", status="resolved").count() == 6


def test_two_messages_to_a_closed_ticket_at_once_open_one_follow_up() -> None:
    anna = somebody("anna")
    ticket = make_ticket()
    for status in (Status.RESOLVED, Status.CLOSED):
        set_status(ticket, status, by=operator(anna))

    messages = at_once(*[lambda: player_writes(ticket)] * 4)

    assert len({message.ticket_id for message in messages}) == 1
    assert Ticket.objects.filter(follows=ticket).count() == 1


def test_merging_crosswise_at_once_ends_with_one_merge() -> None:
    anna, mira = operator(somebody("anna")), make_player()
    first, second = make_ticket(player=mira), make_ticket(player=mira)

    done = at_once(lambda: merge(first, into=second, by=anna), lambda: merge(second, into=first, by=anna))

    assert sum(isinstance(result, Ticket) for result in done) == 1
    assert facts_hold(first, second)


def test_a_message_that_comes_while_tickets_are_merged_and_parted_is_shown_where_they_end() -> None:
    anna, mira = operator(somebody("anna")), make_player()
    first, second = make_ticket(player=mira), make_ticket(player=mira)

    def back_and_forth() -> None:
        for _ in range(4):
            merge(second, into=first, by=anna)
            unmerge(second, out_of=first, by=anna)
        merge(second, into=first, by=anna)

    def write() -> list[Message]:
        return [player_writes(second, f"Message {n}") for n in range(6)]

    results = at_once(back_and_forth, write)

    assert [result for result in results if isinstance(result, Exception)] == []
    assert Message.objects.filter(ticket=first).count() == 8
    assert facts_hold(first, second)


def test_replies_that_leave_while_their_ticket_is_merged_leave_the_facts_right() -> None:
    anna, mira = somebody("anna"), make_player()
    first, second = make_ticket(player=mira), make_ticket(player=mira)
    messages = [queued(second, anna), queued(first, anna)]

    results = at_once(
        *[lambda pk=message.pk: outbox.send(pk) for message in messages], lambda: merge(second, into=first, by=operator(anna))
    )

    assert [result for result in results if isinstance(result, Exception)] == []
    assert facts_hold(first, second)


def test_a_ticket_is_locked_within_a_transaction_only() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        lock(make_ticket())


def test_workers_who_take_batches_hear_each_ticket_in_its_order_and_nothing_twice() -> None:
    heard: list[tuple[int, int]] = []

    def hear(events: Sequence[Event]) -> None:
        heard.extend((event.ticket_id or 0, event.pk) for event in events)

    with listening("ear", ["message.received"], hear, batches=True, lane=Lane.NOW):
        tickets = [make_ticket(player=make_player()) for _n in range(6)]
        for _n in range(8):
            for ticket in tickets:
                player_writes(ticket)
        while sum(at_once(*[lambda: drain.drain(Lane.NOW, most=9)] * 4)):
            pass

    assert sorted(pk for _ticket, pk in heard) == sorted(Event.objects.filter(kind="message.received").values_list("pk", flat=True))
    for ticket in tickets:
        mine = [pk for where, pk in heard if where == ticket.pk]
        assert len(mine) == 9 and mine == sorted(mine)
