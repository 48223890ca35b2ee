"""Twenty at the same moment, each on a connection of his own, with real commits: one wins, and nobody's words are lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from helpdesk.base.idempotency import Done, once
from helpdesk.base.models import FormKey
from helpdesk.staff.models import User
from players.services import writer_from
from tests.factories.desk import make_game, make_player, make_ticket, newest_question
from tests.tickets.deeds import at_once, facts_hold
from tickets.actors import operator
from tickets.models import Attachment, Draft, Event, Message, Ticket
from tickets.services.assign import Taken, assign
from tickets.services.attachments import NewFile
from tickets.services.drafts import Hand, add_file, save_draft
from tickets.services.merge import merge
from tickets.services.reply import OutgoingMessage, add_note, send_reply, start_conversation, undo
from tickets.services.unseen import Unseen

pytestmark = pytest.mark.usefixtures("committed", "no_other_ears")
MANY = 20


def somebody(number: int = 0) -> User:
    return User.objects.create_user(f"person{number}@studio.example", "a long password", name=f"Person {number}")


def many(deed: Callable[[int], Any]) -> list[Any]:
    return at_once(*[lambda number=number: deed(number) for number in range(MANY)])


def test_of_twenty_people_who_answer_in_one_instant_one_does_and_the_others_keep_their_words() -> None:
    ticket, people = make_ticket(), [somebody(number) for number in range(MANY)]
    seen, question = ticket.last_event_id, newest_question(ticket)
    for number, person in enumerate(people):
        save_draft(ticket, author=person, kind=Draft.Kind.REPLY, text=f"Answer {number}")

    results = many(lambda number: send_reply(ticket, OutgoingMessage(f"Answer {number}", question, seen=seen), by=operator(people[number])))

    sent = [result for result in results if isinstance(result, Message)]
    stopped = [result for result in results if isinstance(result, Unseen)]
    assert (len(sent), len(stopped)) == (1, MANY - 1)
    assert all([message.pk for message in each.messages] == [sent[0].pk] for each in stopped)
    assert Message.objects.filter(kind="reply").count() == 1
    kept = set(Draft.objects.values_list("text", flat=True))
    assert kept == {f"Answer {number}" for number in range(MANY)} - {sent[0].text}
    ticket.refresh_from_db()
    assert ticket.assignee_id == sent[0].author_id


@pytest.mark.parametrize("form", ["reply", "note"])
def test_one_form_that_comes_twenty_times_writes_one_message(form: str) -> None:
    ticket, anna, key = make_ticket(), somebody(), uuid4()
    seen = ticket.last_event_id

    def write() -> int:
        if form == "note":
            return add_note(ticket, "He paid twice.", by=operator(anna)).pk
        return send_reply(ticket, OutgoingMessage("Here it is.", newest_question(ticket), seen=seen), by=operator(anna)).pk

    results = many(lambda _number: once(form, key, write, by=anna.pk))

    assert [result for result in results if not isinstance(result, Done)] == []
    assert (len({result.pk for result in results}), sum(result.first for result in results)) == (1, 1)
    assert Message.objects.exclude(kind="inbound").count() == 1


def test_one_start_that_comes_twenty_times_begins_one_conversation() -> None:
    game, anna, key = make_game(), somebody(), uuid4()

    def begin() -> int:
        player, contact = writer_from("noor@mail.example", name="Noor", game=game)
        words = OutgoingMessage("Your refund is done.")
        return start_conversation(
            game=game, player=player, contact=contact, subject="Refund", language="en", outgoing=words, by=operator(anna), channel="post"
        ).pk

    results = many(lambda _number: once("start", key, begin, by=anna.pk))

    assert len({result.pk for result in results}) == 1
    assert (Ticket.objects.count(), Message.objects.count()) == (1, 1)
    assert Ticket.objects.get().assignee == anna


def test_one_upload_that_comes_twenty_times_is_one_file() -> None:
    ticket, anna, key = make_ticket(), somebody(), uuid4()
    file = NewFile("guide.txt", b"press the red button")

    results = many(lambda _number: add_file(ticket, file, author=anna, kind=Draft.Kind.REPLY, key=key))

    assert len({result.pk for result in results}) == 1
    assert Attachment.objects.get().draft == Draft.objects.get()


def test_twenty_files_at_once_pass_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    ticket, anna = make_ticket(), somebody()
    for place in ("tickets.services.drafts", "tickets.services.attachments"):
        monkeypatch.setattr(f"{place}.FILES_PER_MESSAGE", 5)

    results = many(lambda number: add_file(ticket, NewFile(f"{number}.txt", b"log"), author=anna, kind=Draft.Kind.REPLY, key=uuid4()))

    assert sum(isinstance(result, Attachment) for result in results) == Attachment.objects.count() == 5


def test_of_twenty_who_take_it_one_has_it_and_the_others_are_told_who() -> None:
    ticket, people = make_ticket(), [somebody(number) for number in range(MANY)]

    results = many(lambda number: assign(ticket, to=people[number], by=operator(people[number]), over=None))

    ticket.refresh_from_db()
    refused = [result for result in results if isinstance(result, Taken)]
    assert len(refused) == MANY - 1
    assert {result.holder for result in refused} == {ticket.assignee}
    assert Event.objects.filter(kind="ticket.assigned").count() == 1


def test_a_reply_called_back_twenty_times_comes_back_once() -> None:
    ticket, anna = make_ticket(), somebody()
    message = send_reply(ticket, OutgoingMessage("Too early.", newest_question(ticket)), by=operator(anna))

    results = many(lambda _number: undo(message, by=operator(anna)))

    assert {result.text for result in results} == {"Too early."}
    assert Event.objects.filter(kind="message.withdrawn").count() == 1


def test_a_merge_asked_for_twenty_times_is_one() -> None:
    mira, anna = make_player(), operator(somebody())
    first, second = make_ticket(player=mira), make_ticket(player=mira)

    results = many(lambda _number: merge(second, into=first, by=anna))

    assert [result for result in results if result != first] == []
    assert Event.objects.filter(kind="ticket.merged").count() == 2  # one in each
    assert facts_hold(first, second)


def test_twenty_tabs_of_one_person_lose_no_word() -> None:
    ticket, anna = make_ticket(), somebody()

    results = many(
        lambda number: save_draft(ticket, author=anna, kind=Draft.Kind.REPLY, text=f"thought-{number:02}", hand=Hand(uuid4(), None))
    )

    assert [result for result in results if not isinstance(result, Draft)] == []
    assert all(f"thought-{number:02}" in Draft.objects.get().text for number in range(MANY))


def test_what_is_written_while_tickets_are_merged_stands_where_they_end() -> None:
    mira, anna = make_player(), somebody()
    first, second = make_ticket(player=mira), make_ticket(player=mira)

    def write(number: int) -> Any:
        if number == 0:
            return merge(second, into=first, by=operator(anna))
        if number % 3 == 0:
            return add_file(second, NewFile(f"{number}.txt", b"log"), author=anna, kind=Draft.Kind.REPLY, key=uuid4())
        if number % 3 == 1:
            return add_note(second, f"Note {number}", by=operator(anna))
        return save_draft(second, author=anna, kind=Draft.Kind.REPLY, text=f"thought-{number:02}", hand=Hand(uuid4(), None))

    results = many(write)

    assert [result for result in results if isinstance(result, Exception)] == []
    assert Message.objects.filter(kind="note", ticket=first).count() == Message.objects.filter(kind="note").count() == 7
    assert not Draft.objects.filter(ticket=second).exists()
    draft = Draft.objects.get(ticket=first)
    assert all(f"thought-{number:02}" in draft.text for number in range(2, MANY, 3))
    assert Attachment.objects.filter(draft=draft, ticket=first).count() == 6


def test_a_deed_that_fails_leaves_its_key_free() -> None:
    key: UUID = uuid4()

    def fail() -> int:
        raise Unseen(Ticket())

    results = many(lambda number: once("reply", key, fail if number else lambda: 7, by=1))

    assert sum(isinstance(result, Done) for result in results) >= 1
    assert {result.pk for result in results if isinstance(result, Done)} == {7}
    assert FormKey.objects.get().result == 7
