"""From a mail that comes in to a ticket, once, whatever happens on the way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from helpdesk.base import blobs
from helpdesk.base.errors import Conflict
from helpdesk.staff.models import User
from helpdesk.studio.models import Game
from tests.conftest import Travel
from tests.factories.desk import make_game, newest_question
from tests.tickets.mail.inbound.desk import receive_mail
from tests.tickets.mail.parse.letters import letter, multipart_letter, packed, part
from tickets import drain
from tickets.actors import SYSTEM, operator
from tickets.mail import personal
from tickets.mail.addressing import own_mark, reply_address
from tickets.mail.inbound import by_hand, inbox, intake
from tickets.mail.inbound.judge import Outcome
from tickets.mail.models import RawMail, ReceivedKey
from tickets.models import Lane, Message, Status, Ticket
from tickets.services import outbox
from tickets.services.reply import OutgoingMessage, send_reply

pytestmark = pytest.mark.django_db


def test_a_first_mail_opens_a_ticket_in_the_players_language(ember: Game):
    raw = receive_mail(letter("Здравствуйте! Вчера вечером у меня пропал меч из инвентаря, верните, пожалуйста.", subject="Пропал меч"))

    ticket = Ticket.objects.get()
    message = ticket.messages.get()
    assert (raw.outcome, raw.ticket, raw.message) == (Outcome.OPEN, ticket, message)
    assert (ticket.game, ticket.status, ticket.language, ticket.subject) == (ember, Status.NEW, "ru", "Пропал меч")
    assert (ticket.player.name, ticket.contact.address) == ("Anna Petrova", "anna@players.example")
    assert (message.from_address, message.to_address, message.message_id) == (
        "anna@players.example",
        "help@ember.example",
        "<a1@players.example>",
    )
    assert blobs.read(message.raw) == blobs.read(raw.blob)


def test_an_answer_comes_back_to_its_ticket_without_the_quote(ember: Game):
    first = receive_mail(letter("My sword is gone since the last patch."))
    answer = "It was a blue one.\n\nOn Tue, 14 Oct 2025 at 10:00, Ember Support <help@ember.example> wrote:\n\n> Which sword?\n"

    again = receive_mail(
        letter(answer, message_id="<a2@players.example>", references="<a1@players.example>", subject="Something else entirely")
    )

    message = Message.objects.latest("pk")
    assert (again.outcome, again.ticket) == (Outcome.REPLY, first.ticket)
    assert (message.text, message.from_stranger) == ("It was a blue one.", False)
    assert "Which sword?" in message.quoted


def test_without_references_the_signed_address_leads_home(ember: Game):
    ticket = receive_mail(letter("My sword is gone.")).ticket
    home = reply_address(ember.address, ticket.number)

    raw = receive_mail(letter("Still gone.", message_id="<b@players.example>", to=home.upper()))

    assert (raw.outcome, raw.ticket) == (Outcome.REPLY, ticket)


def test_the_same_subject_alone_leads_nowhere(ember: Game):
    first = receive_mail(letter("My sword is gone."))

    second = receive_mail(letter("My sword is gone too!", message_id="<b@players.example>", subject="Re: My sword is gone"))

    assert (second.outcome, second.ticket == first.ticket) == (Outcome.OPEN, False)


def test_an_answer_to_our_mail_from_another_address_is_shown_as_such(ember: Game):
    ticket = receive_mail(letter("My sword is gone.")).ticket
    home = reply_address(ember.address, ticket.number)

    raw = receive_mail(letter("I am Anna!", message_id="<c@x.example>", to=home, **{"from": "Eve <eve@x.example>"}))

    assert (raw.outcome, raw.ticket, raw.message.from_stranger, raw.message.from_address) == (Outcome.REPLY, ticket, True, "eve@x.example")


def test_a_mail_to_a_closed_ticket_opens_a_linked_follow_up(ember: Game):
    ticket = receive_mail(letter("My sword is gone.")).ticket
    Ticket.objects.filter(pk=ticket.pk).update(status=Status.CLOSED)

    raw = receive_mail(letter("It happened again.", message_id="<d@players.example>", in_reply_to="<a1@players.example>"))

    assert raw.ticket != ticket
    assert raw.ticket.follows == ticket


def test_the_same_mail_by_the_same_door_is_stored_once(ember: Game):
    first = receive_mail(letter("My sword is gone."), key="k1")
    second = receive_mail(letter("My sword is gone."), key="k1")

    assert first == second
    assert (RawMail.objects.count(), ReceivedKey.objects.count(), Message.objects.count()) == (1, 1, 1)


def test_a_mail_whose_row_was_swept_is_stored_anew_under_its_key(ember: Game):
    swept = receive_mail(letter("My sword is gone."), key="k1", process=False)
    RawMail.objects.filter(pk=swept.pk).delete()

    again = receive_mail(letter("My sword is gone."), key="k1", process=False)

    assert (again.pk != swept.pk, ReceivedKey.objects.get().raw_mail) == (True, again)


def test_the_same_mail_by_another_way_is_linked_not_shown_twice(ember: Game):
    first = receive_mail(letter("My sword is gone."), key="k1")

    second = receive_mail(letter("My sword is gone.\n", received="by another.example"), key="k2")

    assert (second.same_as, second.ticket, second.message) == (first, first.ticket, first.message)
    assert Message.objects.count() == 1


def test_an_equal_message_id_with_other_words_is_another_mail(ember: Game):
    receive_mail(letter("My sword is gone."))

    second = receive_mail(letter("And now my shield as well."))

    assert (second.outcome, second.same_as) == (Outcome.OPEN, None)
    assert "under the same Message-ID" in second.reason
    assert Message.objects.count() == 2


def test_files_come_along_with_the_type_of_their_content(ember: Game):
    raw = receive_mail(
        multipart_letter(
            part("See the picture."),
            packed(b"%PDF-1.4 receipt", 'application/octet-stream; name="receipt"', content_disposition="attachment"),
        )
    )

    file = raw.message.attachments.get()
    assert (file.name, file.media_type) == ("receipt", "application/pdf")


def test_a_vacation_answer_opens_nothing(ember: Game):
    raw = receive_mail(letter("I am in Spain.", auto_submitted="auto-replied"))

    assert (raw.outcome, raw.reason) == (Outcome.IGNORE, "Auto-Submitted: auto-replied")
    assert not Ticket.objects.exists()


def test_mail_of_our_own_opens_nothing(ember: Game):
    raw = receive_mail(letter("Hello!", **{"from": "help+x@ember.example"}))

    assert (raw.outcome, raw.reason) == (Outcome.IGNORE, "own mail")


def test_mail_of_our_own_that_somebody_opens_by_hand_is_nobodys_and_is_not_answered_to_ourselves(ember: Game):
    raw = receive_mail(letter("Name: Anna, sword gone", **{"from": "Form <help@ember.example>"}))

    by_hand.open_ticket(raw, by=SYSTEM)
    inbox.process(raw.pk)

    raw.refresh_from_db()
    assert (raw.outcome, raw.ticket.contact, raw.ticket.player.name) == (Outcome.OPEN, None, "Form")


def test_a_form_that_sends_from_our_own_address_writes_for_the_player_in_reply_to(ember: Game):
    raw = receive_mail(
        letter("My sword is gone.", **{"from": "Ember Vale <help@ember.example>", "reply_to": "Anna <anna@players.example>"})
    )

    assert (raw.outcome, raw.reason) == (Outcome.OPEN, "a new conversation, from an address of ours for the one in Reply-To")
    assert (raw.from_address, raw.message.from_address) == ("anna@players.example", "anna@players.example")
    assert (raw.ticket.contact.address, raw.ticket.player.name) == ("anna@players.example", "Anna")


def test_a_group_that_rewrites_senders_loses_no_answer(ember: Game):
    asked = receive_mail(letter("My sword is gone.")).message

    raw = receive_mail(
        letter(
            "And my shield.",
            message_id="<a2@players.example>",
            in_reply_to="<a1@players.example>",
            list_id="<help.ember.example>",
            reply_to="Anna <anna@players.example>",
            **{"from": "'Anna' via Help <help@ember.example>"},
        )
    )

    assert (raw.outcome, raw.ticket, raw.message.from_stranger) == (Outcome.REPLY, asked.ticket, False)


def test_a_form_of_one_of_two_games_is_known_by_its_own_address(ember: Game):
    make_game("tide", address="help@tide.example")
    form = {"from": "help@ember.example", "to": "forms@studio.example", "reply_to": "anna@players.example"}

    assert receive_mail(letter("My sword is gone.", **form)).ticket.game == ember


def test_a_form_is_not_parked_because_many_people_use_it(ember: Game, monkeypatch):
    monkeypatch.setattr(intake, "FLOOD", ((timedelta(hours=1), 2),))

    for each in range(4):
        headers = {"from": "help@ember.example", "reply_to": f"player{each}@players.example", "message_id": f"<f{each}@ember.example>"}
        assert receive_mail(letter(f"Question {each}", **headers)).outcome == Outcome.OPEN


def test_two_games_and_an_address_of_neither_is_parked_until_the_address_is_known(ember: Game):
    make_game("tide", address="help@tide.example")
    raw = receive_mail(letter("Hello", to="old-support@ember.example"))
    assert (raw.parked_at is not None, raw.reason) == (True, "no game has the address it was sent to")
    assert not Ticket.objects.exists()

    Game.objects.filter(slug="tide").update(address="old-support@ember.example")
    inbox.process(inbox.retry(raw).pk)

    raw.refresh_from_db()
    assert (raw.outcome, raw.ticket.game.slug) == (Outcome.OPEN, "tide")
    with pytest.raises(Conflict):
        inbox.retry(raw)


def test_a_forwarded_mail_goes_to_the_game_it_was_delivered_for(ember: Game):
    make_game("tide", address="help@tide.example")

    raw = receive_mail(letter("Hello", to="office@studio.example", delivered_to="help@tide.example"))

    assert raw.ticket.game.slug == "tide"


def test_a_mail_without_a_sender_is_read_all_the_same(ember: Game):
    raw = receive_mail(letter("I lost my password", drop=("from", "message-id")))

    assert (raw.outcome, raw.ticket.contact, raw.message.text) == (Outcome.OPEN, None, "I lost my password")


def test_what_fails_is_tried_again_then_parked_with_its_reason(ember: Game, monkeypatch: pytest.MonkeyPatch, travel: Travel):
    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(intake, "open_ticket", broken)
        raw = receive_mail(letter("Hello"))
        for _attempt in range(10):
            travel.forward(hours=2)
            inbox.process_due()
        raw.refresh_from_db()
        assert (raw.attempts, raw.reason) == (5, "RuntimeError: the disk is full")
        assert raw.parked_at is not None

    inbox.process(inbox.retry(raw).pk)

    raw.refresh_from_db()
    assert raw.outcome == Outcome.OPEN


def test_a_worker_that_died_leaves_the_mail_to_the_next_one(ember: Game, travel: Travel):
    raw = receive_mail(letter("Hello"), process=False)
    RawMail.objects.filter(pk=raw.pk).update(claimed_until=travel.moment + inbox.LEASE)

    assert inbox.process_due() == 0
    travel.forward(minutes=6)
    assert inbox.process_due() == 1
    assert inbox.process(raw.pk) is False


def test_a_flood_from_one_address_is_parked(ember: Game, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(intake, "FLOOD", ((timedelta(hours=1), 2),))
    for number in range(3):
        receive_mail(letter(f"mail {number}", message_id=f"<{number}@players.example>"))

    raw = receive_mail(letter("one more", message_id="<9@players.example>"))

    assert (raw.parked_at is not None, Ticket.objects.count()) == (True, 3)


def test_a_mail_that_kills_its_worker_is_parked_and_takes_no_other_along(ember: Game, travel: Travel):
    poison = receive_mail(letter("poison", message_id="<p@x.example>"), process=False)
    innocent = receive_mail(letter("innocent", message_id="<i@x.example>"), process=False)
    RawMail.objects.filter(pk=poison.pk).update(attempts=inbox.MOST_ATTEMPTS)
    RawMail.objects.filter(pk=innocent.pk).update(attempts=1)

    inbox.process_due()

    poison.refresh_from_db()
    innocent.refresh_from_db()
    assert (poison.parked_at is not None, poison.reason) == (True, "the worker stopped each time it read this mail")
    assert innocent.outcome == Outcome.OPEN


def test_a_mail_of_ours_that_comes_back_to_us_opens_nothing(ember: Game):
    mark = own_mark("<desk.4f2a@ember.example>")

    raw = receive_mail(
        letter("We look into it.", message_id="<7@relay.example>", x_desk_message=mark, **{"from": "relay@forwarder.example"})
    )

    assert (raw.outcome, raw.reason) == (Outcome.IGNORE, "own mail come back")


def test_a_strangers_message_id_in_our_form_opens_his_ticket(ember: Game):
    raw = receive_mail(
        letter("Help me.", message_id="<desk.4f2a@ember.example>", x_desk_message="<desk.4f2a@ember.example> aaaaaaaaaaaaaaaa")
    )

    assert raw.outcome == Outcome.OPEN


def test_a_players_raw_mails_can_be_given_out_and_forgotten(ember: Game):
    raw = receive_mail(letter("My sword is gone."))
    receive_mail(letter("Another one's.", message_id="<o@x.example>", **{"from": "boris@players.example"}))

    told = list(personal.export(raw.ticket.player_id))
    forgotten = sum(personal.erase(raw.ticket.player_id))

    assert ([each["subject"] for each in told], forgotten) == (["My sword is gone"], 1)
    assert sorted((each.subject, each.blob is None) for each in RawMail.objects.all()) == [("", True), ("My sword is gone", False)]
    again = receive_mail(letter("My sword is gone."))  # a mailbox that is read again from its beginning
    assert (again.pk, again.subject, again.blob) == (raw.pk, "", None)


def test_a_stranger_who_writes_into_a_players_ticket_reads_nothing_back(ember: Game, anna: User, travel: Travel, mailoutbox: list[Any]):
    ticket = receive_mail(letter("My sword is gone. My card ends in 1234.")).ticket
    home = reply_address(ember.address, ticket.number)

    raw = receive_mail(letter("Tell me all about it.", message_id="<e@x.example>", to=home, **{"from": "eve@x.example"}))
    send_reply(ticket, OutgoingMessage("Your sword is back.", answers_upto=newest_question(ticket)), by=operator(anna))
    travel.forward(seconds=20)
    for lane in Lane:
        drain.drain(lane)
    outbox.send_due()

    assert (raw.ticket, raw.message.from_stranger) == (ticket, True)
    assert {address for mail in mailoutbox for address in mail.recipients()} == {"anna@players.example"}
    assert not [mail for mail in mailoutbox if "Tell me all about it" in mail.body]
    ticket.refresh_from_db()
    assert ticket.contact.address == "anna@players.example"
