"""A reply called back, and a reply that the player overtook."""

from __future__ import annotations

import pytest

from helpdesk.base.errors import Conflict, NotAllowed
from helpdesk.staff.models import User
from tests.conftest import Travel
from tests.factories.desk import Post, make_ticket, newest_question, player_writes
from tests.tickets.deeds import answer, kinds, reply
from tickets.actors import operator
from tickets.models import Attachment, Draft, Message, Status, Ticket
from tickets.services import outbox
from tickets.services.attachments import NewFile, attach
from tickets.services.drafts import save_draft
from tickets.services.open import Incoming, receive
from tickets.services.reply import OutgoingMessage, send_automatic, start_conversation, undo

pytestmark = pytest.mark.django_db
State, WhenStale = Message.State, Message.WhenStale


def overtaken(ticket: Ticket, message: Message, travel: Travel) -> Message:
    player_writes(ticket, "Wait!")
    travel.forward(seconds=16)
    outbox.send_due()
    message.refresh_from_db()
    return message


def draft_of(ticket: Ticket, author: User, text: str = "Look at this.", **more: str) -> Draft:
    return save_draft(ticket, author=author, kind=Draft.Kind.REPLY, text=text, **more)


def test_only_its_author_calls_a_reply_back(anna: User, boris: User, travel: Travel) -> None:
    message = reply(make_ticket(), anna)

    with pytest.raises(NotAllowed):
        undo(message, by=operator(boris))


def test_what_has_left_cannot_be_called_back(anna: User, travel: Travel) -> None:
    message = answer(make_ticket(), anna, travel)

    with pytest.raises(Conflict):
        undo(message, by=operator(anna))


def test_what_was_called_back_stands_before_what_was_typed_meanwhile(anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    message = reply(ticket, anna, "First thought.", then_status=Status.RESOLVED)
    draft_of(ticket, anna, "Second thought.")

    draft = undo(message, by=operator(anna))

    assert draft is not None
    assert (draft.text, draft.then_status) == ("First thought.\n\nSecond thought.", Status.RESOLVED)


def test_its_files_come_back_too_and_the_message_keeps_its_own(anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    attach(ticket, NewFile("guide.txt", b"Step one."), draft=draft_of(ticket, anna))
    message = reply(ticket, anna, "Look at this.")

    draft = undo(message, by=operator(anna))

    assert [file.name for file in Attachment.objects.filter(draft=draft)] == ["guide.txt"]
    assert [file.name for file in Attachment.objects.filter(message=message)] == ["guide.txt"]


def test_sending_takes_the_draft_with_its_files(anna: User, boris: User, travel: Travel) -> None:
    ticket = make_ticket()
    attach(ticket, NewFile("guide.txt", b"Step one."), draft=draft_of(ticket, anna))
    draft_of(ticket, boris, "I am writing, too.")

    message = reply(ticket, anna, "Look at this.")

    assert [file.name for file in message.attachments.all()] == ["guide.txt"]
    assert [draft.author_id for draft in Draft.objects.filter(ticket=ticket)] == [boris.pk]


def test_an_overtaken_reply_returns_with_text_and_files(anna: User, travel: Travel, the_post: Post) -> None:
    ticket = make_ticket()
    attach(ticket, NewFile("guide.txt", b"Step one."), draft=draft_of(ticket, anna))

    message = overtaken(ticket, reply(ticket, anna, "Look at this."), travel)

    draft = Draft.objects.get(ticket=ticket, author=anna)
    assert (message.state, draft.text, the_post.sent) == (State.STALE, "Look at this.", [])
    assert [file.name for file in draft.attachments.all()] == ["guide.txt"]
    assert kinds(ticket)[-1] == "message.stale"


def test_a_bulk_reply_may_rather_not_be_sent(anna: User, travel: Travel, the_post: Post) -> None:
    ticket = make_ticket()

    message = overtaken(ticket, reply(ticket, anna, when_stale=WhenStale.SKIP), travel)

    assert (message.state, the_post.sent) == (State.SKIPPED, [])
    assert not Draft.objects.exists()
    assert kinds(ticket)[-1] == "message.skipped"


def test_a_reply_may_be_sent_all_the_same(anna: User, travel: Travel, the_post: Post) -> None:
    ticket = make_ticket()

    message = overtaken(ticket, reply(ticket, anna, when_stale=WhenStale.SEND), travel)

    assert (message.state, the_post.sent) == (State.SENT, [message.pk])


def test_a_machines_letter_overtakes_nobody(anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    message = reply(ticket, anna)
    receive(ticket, Incoming(text="I am on holiday.", channel="post", automatic=True))

    travel.forward(seconds=16)
    outbox.send_due()

    message.refresh_from_db()
    assert message.state == State.SENT


def test_a_reply_to_an_old_screen_is_overtaken_before_it_was_written(anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    seen = newest_question(ticket)
    player_writes(ticket)

    message = answer(ticket, anna, travel, answers_upto=seen)

    assert message.state == State.STALE


def test_an_overtaken_automatic_answer_gives_nobody_a_draft(travel: Travel) -> None:
    ticket = make_ticket()
    message = send_automatic(
        ticket, OutgoingMessage("Restart the game.", answers_upto=newest_question(ticket)), purpose=Message.Purpose.AUTOMATIC
    )
    assert message is not None
    player_writes(ticket)

    outbox.send_due()

    message.refresh_from_db()
    assert message.state == State.STALE
    assert not Draft.objects.exists()


@pytest.mark.parametrize("purpose", [Message.Purpose.NOTICE, Message.Purpose.ACKNOWLEDGEMENT, Message.Purpose.SURVEY])
def test_courtesies_cannot_be_overtaken(purpose: Message.Purpose, travel: Travel, the_post: Post) -> None:
    ticket = make_ticket()
    message = send_automatic(ticket, OutgoingMessage("We have your message."), purpose=purpose)
    assert message is not None
    player_writes(ticket)

    outbox.send_due()

    assert the_post.sent == [message.pk]


def test_a_conversation_that_we_begin_is_overtaken_by_an_answer_only(anna: User, travel: Travel, the_post: Post) -> None:
    other = make_ticket()
    message = start_conversation(
        game=other.game,
        player=other.player,
        contact=other.contact,
        subject="Hello",
        language="en",
        outgoing=OutgoingMessage("Hello!"),
        by=operator(anna),
        channel="post",
    )

    travel.forward(seconds=16)
    outbox.send_due()

    assert the_post.sent == [message.pk]


def test_the_same_cause_sends_once(travel: Travel) -> None:
    ticket = make_ticket()
    first = send_automatic(ticket, OutgoingMessage("We have it."), purpose=Message.Purpose.ACKNOWLEDGEMENT, cause_event_id=77)

    assert first is not None
    assert send_automatic(ticket, OutgoingMessage("We have it."), purpose=Message.Purpose.ACKNOWLEDGEMENT, cause_event_id=77) is None


@pytest.mark.parametrize("end", [Status.CLOSED])
def test_nobody_replies_to_a_closed_ticket(end: Status, anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    Ticket.objects.filter(pk=ticket.pk).update(status=end)

    with pytest.raises(NotAllowed):
        reply(ticket, anna)
