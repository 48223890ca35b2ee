"""Nobody reads another one's words: who answers what others got too has a ticket of his own, and a mail repeats its reader only."""

from __future__ import annotations

import pytest

from helpdesk.staff.models import User
from helpdesk.studio.models import Game
from players.services import add_address
from tests.conftest import Travel
from tests.factories.desk import newest_question
from tests.tickets.mail.inbound.desk import receive_mail
from tests.tickets.mail.parse.letters import letter
from tickets.actors import operator
from tickets.mail.addressing import reply_address
from tickets.mail.inbound.judge import Outcome
from tickets.mail.models import RawMail
from tickets.mail.outbound.compose import preview
from tickets.models import Message, Status, Ticket
from tickets.services import outbox
from tickets.services.edit import recognise
from tickets.services.merge import merge
from tickets.services.reply import OutgoingMessage, send_reply

pytestmark = pytest.mark.django_db
NEWS = letter(
    "The autumn tournament begins!",
    subject="Autumn tournament",
    message_id="<issue-44@guild-news.example>",
    list_id="<news.guild-news.example>",
    to="all@guild-news.example",
    delivered_to="help@ember.example",
    **{"from": "Guild News <editor@guild-news.example>"},
)
REFERS = {"subject": "Re: Autumn tournament", "in_reply_to": "<issue-44@guild-news.example>"}


def writes(who: str, text: str, **headers: str) -> RawMail:
    named = {"message_id": f"<{who}.{abs(hash(text))}@players.example>", "from": f"{who.title()} <{who}@players.example>"} | headers
    return receive_mail(letter(text, **named))


def sent(ticket: Ticket, text: str, anna: User, travel: Travel, mailoutbox: list) -> str:
    ticket.refresh_from_db()
    message = send_reply(ticket, OutgoingMessage(text, answers_upto=newest_question(ticket)), by=operator(anna))
    travel.forward(seconds=20)
    outbox.send_due()
    message.refresh_from_db()
    assert message.state == Message.State.SENT
    mail = mailoutbox[-1]
    return f"{mail.subject}\n{mail.body}\n{mail.message()}"


def test_each_who_answers_a_mailing_that_we_got_too_has_a_ticket_of_his_own(ember: Game, travel, anna, mailoutbox):
    news = receive_mail(NEWS)
    ida = writes("ida", "My card ending in QK5521Z was charged twice.", **REFERS)
    ole = writes("ole", "My phone is 0171 4432.", **REFERS)

    assert [raw.outcome for raw in (news, ida, ole)] == [Outcome.OPEN] * 3
    assert ole.reason == "a new conversation, for it answers somebody else's mail"
    assert len({raw.ticket for raw in (news, ida, ole)}) == 3
    told = sent(ole.ticket, "We call you.", anna, travel, mailoutbox)
    assert "QK5521Z" not in told
    assert "issue-44" not in told


def test_a_player_goes_on_with_his_own_mail_and_a_copied_friend_does_not(ember: Game):
    asked = writes("ida", "My sword is gone.", message_id="<first@players.example>", cc="ole@players.example")

    again = writes("ida", "And my shield.", in_reply_to="<first@players.example>")
    friend = writes("ole", "Mine too, order 77-31.", in_reply_to="<first@players.example>")

    assert again.ticket == asked.ticket
    assert friend.ticket != asked.ticket
    assert friend.ticket.contact.address == "ole@players.example"


def test_a_friend_to_whom_our_answer_was_passed_on_is_marked_and_never_repeated(ember: Game, travel, anna, mailoutbox):
    ticket = writes("ida", "My card ends in QK5521Z.").ticket
    sent(ticket, "Which game?", anna, travel, mailoutbox)
    ours = Message.objects.get(kind=Message.Kind.REPLY)
    friend = writes("ole", "She plays Ember; my own number is 0171 4432.", in_reply_to=ours.message_id)

    assert (friend.ticket, friend.message.from_stranger) == (ticket, True)
    told = sent(ticket, "Thank you both.", anna, travel, mailoutbox)

    assert mailoutbox[-1].to == ["ida@players.example"]
    assert "0171 4432" not in told
    assert "QK5521Z" in told


def test_after_an_address_is_recognised_and_answered_it_reads_its_own_words_only(ember: Game, travel, anna, mailoutbox):
    ticket = writes("ida", "My card ends in QK5521Z.", subject="Card QK5521Z of Ida").ticket
    sent(ticket, "Secret of Ida.", anna, travel, mailoutbox)
    home = reply_address(ember.address, ticket.number)
    message = writes("ole", "Please answer me here.", subject="Hello from Ole", to=home).message

    recognise(message, by=operator(anna), answer_there=True)
    told = sent(ticket, "Gladly.", anna, travel, mailoutbox)

    assert mailoutbox[-1].to == ["ole@players.example"]
    assert not [word for word in ("QK5521Z", "Secret of Ida", "ida@players") if word in told]
    assert "Please answer me here." in told
    assert mailoutbox[-1].subject == "Re: Hello from Ole"


def test_what_came_from_another_address_by_a_merge_is_not_repeated(ember: Game, travel, anna, mailoutbox):
    ida = writes("ida", "My card ends in QK5521Z.").ticket
    add_address(ida.player, "family@players.example")  # many may read it
    other = writes("family", "Same trouble here.").ticket
    merge(other, into=ida, by=operator(anna))

    told = sent(ida, "One answer.", anna, travel, mailoutbox)

    assert mailoutbox[-1].to == ["ida@players.example"]
    assert "Same trouble here" not in told
    assert "QK5521Z" in told


def test_the_preview_shows_what_leaves(ember: Game, travel, anna, mailoutbox):
    ticket = writes("ida", "My card ends in QK5521Z.").ticket
    message = Message(ticket=ticket, kind=Message.Kind.REPLY, channel="mail", text="Hello.", to_address="ole@players.example")

    assert "QK5521Z" not in preview(message).text
    message.to_address = "IDA@players.example"
    assert "QK5521Z" in preview(message).text


def test_a_strangers_answer_to_a_closed_ticket_of_another_opens_his_own(ember: Game):
    asked = writes("ida", "My sword is gone.", message_id="<first@players.example>")
    Ticket.objects.filter(pk=asked.ticket.pk).update(status=Status.CLOSED)

    friend = writes("ole", "Mine too.", in_reply_to="<first@players.example>")

    assert friend.ticket.follows is None
    assert friend.ticket.player != asked.ticket.player


def test_a_group_never_becomes_a_player_and_gets_no_answer(ember: Game):
    rewritten = {"from": "'Ida' via Helpers <helpers@studio.example>", "list_id": "<helpers.studio.example>"}

    named = receive_mail(letter("My sword is gone.", reply_to="ida@players.example", **rewritten))
    hidden = receive_mail(letter("Mine too.", message_id="<h@x.example>", **rewritten))

    assert (named.ticket.contact.address, named.ticket.player.name) == ("ida@players.example", "Ida")
    assert (hidden.ticket.contact, hidden.ticket.player.name) == (None, "Ida")


def test_our_mark_is_signed_in_what_leaves(ember: Game, travel, anna, mailoutbox):
    ticket = writes("ida", "My sword is gone.").ticket
    sent(ticket, "Here it is.", anna, travel, mailoutbox)
    back = mailoutbox[-1].message()
    del back["Message-ID"]
    back["Message-ID"] = "<another@provider.example>"
    del back["From"]
    back["From"] = "relay@forwarder.example"

    raw = receive_mail(back.as_bytes())

    assert (raw.outcome, raw.reason) == (Outcome.IGNORE, "own mail come back")
