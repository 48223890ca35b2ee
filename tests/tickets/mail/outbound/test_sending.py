"""A reply leaves as a branded mail that belongs to its conversation."""

from __future__ import annotations

from email import message_from_bytes, policy
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.core.mail import get_connection
from PIL import Image

from helpdesk.base import blobs, clock
from helpdesk.base.errors import Conflict, DomainError
from helpdesk.base.models import Text
from helpdesk.base.texts import write
from players.models import Address, AddressUse
from tests.factories.desk import make_game, make_player, make_ticket, newest_question
from tickets.actors import operator
from tickets.mail.addressing import read_reply_token
from tickets.mail.inbound.explain import explain
from tickets.mail.inbound.lookup import known_of
from tickets.mail.inbound.senders import studio
from tickets.mail.outbound.compose import compose
from tickets.models import Attachment, Message
from tickets.services import outbox
from tickets.services.open import Incoming, receive
from tickets.services.reply import OutgoingMessage, add_note, send_automatic, send_reply

pytestmark = pytest.mark.django_db


def wire(mail):
    """The mail as it goes over the wire."""
    return message_from_bytes(mail.message().as_bytes(), policy=policy.default)


def test_the_player_gets_the_games_mail(mailed, left, mailoutbox):
    message = left(mailed)

    (mail,) = mailoutbox
    sent = wire(mail)
    assert message.state == Message.State.SENT
    assert sent["From"] == "Tideborn Support <support@tideborn.example>"
    assert sent["To"] == "tamsin@mail.example"
    assert sent["Subject"] == "Re: Gift for my daughter"
    assert sent["Message-ID"] == message.message_id
    assert read_reply_token(sent["Reply-To"].addresses[0].addr_spec) == mailed.number
    assert "Auto-Submitted" not in sent
    assert "List-Unsubscribe" not in sent
    assert [part.get_content_type() for part in sent.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert "it is on its way.\n\nAnna\nTideborn Support\n\nYou wrote on 5 October at 10:00:\n> The gift never came." in mail.body


@pytest.mark.parametrize("purpose", Message.Purpose.values)
@pytest.mark.parametrize(
    "way",
    [
        {},  # a copy, or an alias that leads to ourselves
        {"Message-ID": "<0102@email.amazonses.example>"},  # a provider gave it an id of its own
        {"Message-ID": "<0102@email.amazonses.example>", "X-Desk-Message": None},  # and a gateway threw out what it did not know
        {"Reply-To": "list@guild.example"},  # a list wants the answers
        {"Message-ID": "<0102@email.amazonses.example>", "Reply-To": "list@guild.example"},
        {"X-Desk-Message": None, "Reply-To": "list@guild.example"},
        {"Message-ID": "<0102@email.amazonses.example>", "X-Desk-Message": None, "Reply-To": None},
        {"From": "relay@forwarder.example", "Message-ID": "<1@forwarder.example>", "Reply-To": "relay@forwarder.example"},
    ],
)
def test_a_mail_of_ours_that_comes_back_is_known_by_any_one_of_its_marks(mailed, reply, purpose, way):
    message = reply(mailed)
    Message.objects.filter(pk=message.pk).update(purpose=purpose)
    message.refresh_from_db()
    mail = compose(message, get_connection()).message()
    for name, value in way.items():
        del mail[name]
        if value:
            mail[name] = value

    told = explain(mail.as_bytes(), studio().own_addresses, ask=lambda mail: known_of(mail)[0])

    assert told["outcome"] == "ignore"


def test_the_message_id_stands_when_it_is_queued_and_tells_nobody_how_many_we_write(mailed, reply):
    first, second = reply(mailed), reply(mailed)

    assert first.message_id.endswith("@tideborn.example>")
    assert first.message_id != second.message_id
    assert str(first.pk) not in first.message_id.replace("desk", "")[:6]


def test_answers_hang_in_one_thread(mailed, left, travel, mailoutbox):
    asked = receive(mailed, Incoming(text="Any news?", channel="mail", at=clock.now(), message_id="<one@mail.example>"))
    first = left(mailed)
    receive(mailed, Incoming(text="Thanks, but.", channel="mail", at=clock.now(), message_id="<two@mail.example>"))
    left(mailed)

    one, two = (wire(mail) for mail in mailoutbox)
    assert asked.message_id == one["In-Reply-To"] == one["References"] == "<one@mail.example>"
    assert two["In-Reply-To"] == "<two@mail.example>"
    assert two["References"].split() == ["<one@mail.example>", first.message_id, "<two@mail.example>"]


def test_a_long_conversation_keeps_its_first_and_its_newest_names(mailed, reply, mailoutbox):
    for n in range(20):
        receive(mailed, Incoming(text=f"{n}", channel="mail", message_id=f"<{n}@mail.example>"))
    outbox.send(reply(mailed).pk)

    chain = wire(mailoutbox[0])["References"].split()
    assert (chain[0], chain[-1], len(chain)) == ("<0@mail.example>", "<19@mail.example>", 10)


def test_a_strangers_message_id_cannot_write_our_headers(mailed, left, mailoutbox):
    receive(mailed, Incoming(text="x", channel="mail", message_id="<a@b>\r\nBcc: all@example.com"))
    receive(mailed, Incoming(text="x", channel="mail", message_id="no brackets at all"))
    left(mailed)

    sent = wire(mailoutbox[0])
    assert sent["Bcc"] is None
    assert sent["In-Reply-To"] == "<a@b>"


@pytest.mark.parametrize(
    ("purpose", "submitted"),
    [
        (Message.Purpose.ACKNOWLEDGEMENT, "auto-replied"),
        (Message.Purpose.AUTOMATIC, "auto-replied"),
        (Message.Purpose.NOTICE, "auto-generated"),
        (Message.Purpose.SURVEY, "auto-generated"),
    ],
)
def test_machines_say_that_they_are_machines(mailed, mailoutbox, purpose, submitted):
    send_automatic(mailed, OutgoingMessage("Hello.", answers_upto=newest_question(mailed)), purpose=purpose)
    outbox.send_due()

    sent = wire(mailoutbox[0])
    assert sent["Auto-Submitted"] == submitted
    assert ("List-Unsubscribe" in sent) == (purpose == Message.Purpose.SURVEY)
    assert "Anna" not in mailoutbox[0].body


def test_a_survey_mail_carries_its_links_and_one_click_to_refuse(mailed, mailoutbox):
    message = send_automatic(mailed, OutgoingMessage("How was it?"), purpose=Message.Purpose.SURVEY)
    outbox.send_due()

    sent = wire(mailoutbox[0])
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/stop/>" in sent["List-Unsubscribe"]
    assert mailoutbox[0].body.count("?score=") == 5
    assert "/survey/" not in message.text


def test_files_travel_along(mailed, reply, mailoutbox):
    message = reply(mailed)
    blob = blobs.keep(b"%PDF-1.4 receipt", media_type="application/pdf")
    Attachment.objects.create(ticket=mailed, message=message, name="Quittung ä.pdf", media_type="application/pdf", size=16, blob=blob)
    Attachment.objects.create(
        ticket=mailed, message=message, name="bad.exe", media_type="application/x-dosexec", size=9, refused="a program"
    )
    outbox.send_due()

    files = [(part.get_filename(), part.get_content()) for part in wire(mailoutbox[0]).iter_attachments()]
    assert files == [("Quittung ä.pdf", b"%PDF-1.4 receipt")]


def test_the_logo_travels_inside(anna, travel, mailoutbox):
    picture = BytesIO()
    Image.new("RGB", (480, 96), "#0f6f7c").save(picture, "PNG")
    game = make_game("logoed", logo=blobs.keep(picture.getvalue(), media_type="image/png"))
    ticket = make_ticket(game=game, channel="mail")
    send_reply(ticket, OutgoingMessage("Hello.", answers_upto=newest_question(ticket)), by=operator(anna))
    travel.forward(seconds=20)
    outbox.send_due()

    sent = wire(mailoutbox[0])
    (logo,) = [part for part in sent.walk() if part.get_content_type() == "image/png"]
    html = next(part for part in sent.walk() if part.get_content_type() == "text/html").get_content()
    assert logo["Content-Disposition"].startswith("inline")
    assert f'src="cid:{logo["Content-ID"].strip("<>")}"' in html
    assert 'width="240" height="48"' in html


def test_a_player_without_an_address_is_said_at_once(anna, travel):
    ticket = make_ticket(channel="mail", player=make_player("Nomail", "nomail@mail.example"))
    AddressUse.objects.all().delete()
    ticket.contact = None
    ticket.save(update_fields=["contact"])

    with pytest.raises(DomainError, match="no mail address"):
        send_reply(ticket, OutgoingMessage("Hello.", answers_upto=newest_question(ticket)), by=operator(anna))


def test_an_address_that_is_none_is_said_at_once(anna, travel):
    ticket = make_ticket(channel="mail")
    ticket.contact = Address.objects.create(address="not an address", folded="not an address")
    ticket.save(update_fields=["contact"])

    with pytest.raises(DomainError, match="not a mail address"):
        send_reply(ticket, OutgoingMessage("Hello.", answers_upto=newest_question(ticket)), by=operator(anna))


def test_sending_again_goes_to_where_the_tickets_mail_goes_now_under_the_same_name(mailed, reply, anna, mailoutbox, travel):
    message = reply(mailed)
    Message.objects.filter(pk=message.pk).update(state="bounced")
    mailed.refresh_from_db()
    mailed.contact = Address.objects.create(address="new@mail.example", folded="new@mail.example")
    mailed.save(update_fields=["contact"])

    outbox.resend(Message.objects.get(pk=message.pk), by=operator(anna))
    outbox.send_due()

    assert mailoutbox[0].to == ["new@mail.example"]
    assert wire(mailoutbox[0])["Message-ID"] == message.message_id


def test_a_reply_in_german_has_a_german_frame(anna, travel, mailoutbox):
    ticket = make_ticket(channel="mail", language="de")
    send_reply(ticket, OutgoingMessage("Hallo!", answers_upto=newest_question(ticket)), by=operator(anna))
    travel.forward(seconds=20)
    outbox.send_due()

    assert "antworte einfach auf diese Mail" in mailoutbox[0].body
    assert "Du hast am 5. Oktober" in mailoutbox[0].body


def test_notes_and_what_never_left_are_not_shown_to_the_player(mailed, reply, left, anna, mailoutbox):
    add_note(mailed, "He is a cheater, careful.", by=operator(anna))
    withdrawn = reply(mailed, text="Never sent.")
    Message.objects.filter(pk=withdrawn.pk).update(state="withdrawn")
    left(mailed)

    assert "cheater" not in mailoutbox[0].body + str(mailoutbox[0].alternatives)
    assert "Never sent" not in mailoutbox[0].body


def test_the_studios_own_words_stand_under_the_mail_in_the_players_language(mailed, left, mailoutbox):
    signature, footer = (Text.objects.get(key=key, scope="") for key in ("mail.signature", "mail.footer"))
    write(signature, language="en", subject="", body="{operator} of **{game}**", author_id=None)
    write(footer, language="en", subject="", body="Northlight Games Ltd.", author_id=None)
    write(
        Text.objects.create(key="mail.footer", scope=mailed.game.text_scope, label="x"),
        language="de",
        subject="",
        body="Nein.",
        author_id=None,
    )

    left(mailed)

    assert "Anna of **tideborn**\n" in mailoutbox[0].body
    assert "Northlight Games Ltd." in mailoutbox[0].body
    assert "Nein." not in mailoutbox[0].body


def test_a_player_whose_language_the_game_lacks_gets_the_games_default_frame(anna, travel, mailoutbox):
    ticket = make_ticket(channel="mail", language="fr", game=make_game("nord", default_language="de", languages=["de"]))
    send_reply(ticket, OutgoingMessage("Bonjour.", answers_upto=newest_question(ticket)), by=operator(anna))
    travel.forward(seconds=20)
    outbox.send_due()

    assert "antworte einfach" in mailoutbox[0].body
    assert '<html lang="fr"' in mailoutbox[0].alternatives[0].content


def test_a_demos_past_is_sent_to_nobody(settings, mailed, left):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

    assert left(mailed).state == Message.State.SENT


def test_a_file_the_storage_has_lost_stops_only_this_mail_and_is_tried_again(mailed, reply, travel, mailoutbox):
    message = reply(mailed)
    blob = blobs.keep(b"soon lost", media_type="text/plain")
    Attachment.objects.create(ticket=mailed, message=message, name="a.txt", media_type="text/plain", size=9, blob=blob)
    default_storage.delete(blob.path)
    outbox.send_due()

    message.refresh_from_db()
    assert (message.state, len(mailoutbox)) == (Message.State.QUEUED, 0)
    assert "cannot be read" in message.error


def test_a_lost_claim_sends_nothing(mailed, reply, mailoutbox, monkeypatch):
    message = reply(mailed)

    def somebody_was_first(_claimed):
        raise Conflict("Somebody else sends this message.")

    monkeypatch.setattr(outbox, "_handed", somebody_was_first)
    outbox.send(message.pk)

    assert mailoutbox == []


def test_composing_a_mail_costs_the_same_in_a_long_conversation(mailed, reply, django_assert_max_num_queries):
    for n in range(30):
        receive(mailed, Incoming(text=f"{n}", channel="mail", message_id=f"<{n}@mail.example>"))
    message = Message.objects.select_related("ticket__game").get(pk=reply(mailed).pk)

    with django_assert_max_num_queries(8):
        compose(message, get_connection())
