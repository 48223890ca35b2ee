"""Against a real SMTP server that has its moods: nothing is sent twice, nothing is lost, and what nobody can know is uncertain."""

from __future__ import annotations

import socket
from email import message_from_bytes, policy
from smtplib import SMTP

import pytest
from aiosmtpd.controller import Controller

from helpdesk.base.errors import Conflict
from players.models import Address
from tickets.models import Event, Message
from tickets.services import outbox

pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket]


class Moody:
    """Answers as it is told, and keeps what it took."""

    def __init__(self):
        self.taken, self.sender, self.rcpt, self.data, self.hang_up = [], "250 OK", "250 OK", "250 OK", ""
        self.talk, self.recipients = [], []

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        return ["554 we do not know you"] if self.hang_up == "ehlo" else responses

    async def handle_HELO(self, server, session, envelope, hostname):
        session.host_name = hostname
        return "554 we do not know you" if self.hang_up == "ehlo" else "250 a moody server"

    async def handle_MAIL(self, server, session, envelope, address, options):
        self.talk.append("mail")
        if self.hang_up == "mail":
            server.transport.abort()
        if self.sender.startswith("250"):
            envelope.mail_from = address
        return self.sender

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.talk.append("rcpt")
        self.recipients.append(address)
        if self.hang_up == "rcpt":
            server.transport.abort()
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server, session, envelope):
        if self.data.startswith("250"):
            self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        if self.hang_up == "data":
            server.transport.abort()
        return self.data


@pytest.fixture
def server(settings):
    moods = Moody()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(moods, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5
    moods.stop = controller.stop
    yield moods
    controller.stop()


def test_what_it_took_is_sent(server, mailed, left):
    message = left(mailed)

    assert message.state == Message.State.SENT
    assert server.taken[0]["Message-ID"] == message.message_id
    assert server.taken[0]["Subject"] == "Re: Gift for my daughter"


@pytest.mark.parametrize("address", ["tamsin..w@mail.example", ".tamsin@mail.example", "tamsin.@mail.example"])
def test_an_address_with_dots_in_odd_places_is_answered_at_itself(server, mailed, left, address, monkeypatch):
    said, speak = [], SMTP.putcmd

    def overheard(self, command, args=""):
        said.append(f"{command} {args}")
        speak(self, command, args)

    monkeypatch.setattr(SMTP, "putcmd", overheard)
    Address.objects.filter(address="tamsin@mail.example").update(address=address, folded=address)

    message = left(mailed)

    assert (message.state, message.to_address) == (Message.State.SENT, address)
    assert server.recipients == [address]
    assert f'rcpt TO:<"{address.partition("@")[0]}"@mail.example>' in said
    assert server.taken[0]["To"].addresses[0].username == address.partition("@")[0]


def test_nobody_at_home_is_tried_again_later(settings, mailed, left, travel, mailoutbox):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    message = left(mailed)
    assert (message.state, message.attempts) == (Message.State.QUEUED, 1)
    assert "ConnectionRefusedError" in message.error

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    travel.forward(seconds=31)
    outbox.send_due()
    message.refresh_from_db()
    assert message.state == Message.State.SENT
    assert len(mailoutbox) == 1


def test_no_such_mailbox_fails_and_marks_the_address(server, mailed, left):
    server.rcpt = "550 5.1.1 no such user here"

    message = left(mailed)

    address = Address.objects.get(address="tamsin@mail.example")
    mailed.refresh_from_db()
    assert (message.state, message.error) == (Message.State.FAILED, "550 5.1.1 no such user here")
    assert (address.state, address.state_reason) == (Address.State.BOUNCED, "550 5.1.1 no such user here")
    assert mailed.waiting_since is not None


def test_a_filters_dislike_fails_but_leaves_the_address_good(server, mailed, left):
    server.data = "554 5.7.1 rejected as spam"

    assert left(mailed).state == Message.State.FAILED
    assert Address.objects.get(address="tamsin@mail.example").state == Address.State.GOOD


def test_greylisting_is_waited_out(server, mailed, left, travel):
    server.rcpt = "451 4.7.1 greylisted, try again later"
    message = left(mailed)
    assert message.state == Message.State.QUEUED

    server.rcpt = "250 OK"
    travel.forward(minutes=5)
    outbox.send_due()

    message.refresh_from_db()
    assert message.state == Message.State.SENT
    assert len(server.taken) == 1


def test_a_server_that_takes_it_and_hangs_up_leaves_it_uncertain_and_it_is_not_sent_again(server, mailed, left, travel):
    server.hang_up = "data"

    message = left(mailed)
    travel.forward(hours=5)
    outbox.send_due()
    outbox.recover()

    message.refresh_from_db()
    mailed.refresh_from_db()
    assert message.state == Message.State.UNCERTAIN
    assert len(server.taken) == 1
    assert mailed.waiting_since is not None
    assert Event.objects.filter(kind="message.uncertain", message_id=message.pk).count() == 1


@pytest.mark.parametrize("where", ["ehlo", "mail", "rcpt"])
def test_a_break_before_the_words_left_is_tried_again_and_never_uncertain(server, mailed, left, travel, where):
    server.hang_up = where
    message = left(mailed)
    assert (message.state, message.attempts, server.taken) == (Message.State.QUEUED, 1, [])

    server.hang_up = ""
    travel.forward(minutes=6)
    outbox.send_due()

    message.refresh_from_db()
    assert message.state == Message.State.SENT
    assert len(server.taken) == 1
    assert not Event.objects.filter(kind="message.uncertain").exists()


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("421 4.3.2 going down", Message.State.QUEUED),
        ("451 4.3.0 later", Message.State.QUEUED),
        ("553 5.7.1 not for you to send", Message.State.FAILED),
    ],
)
def test_a_refused_sender_is_told_apart_for_now_and_for_good(server, mailed, left, answer, state):
    server.sender = answer

    assert left(mailed).state == state
    assert Address.objects.get(address="tamsin@mail.example").state == Address.State.GOOD


def test_it_is_not_handed_before_the_server_waits_for_the_words(server, mailed, left, monkeypatch):
    seen = []
    handed = outbox._handed

    def watched(message):
        seen.append(list(server.talk))
        handed(message)

    monkeypatch.setattr(outbox, "_handed", watched)

    assert left(mailed).state == Message.State.SENT
    assert seen == [["mail", "rcpt"]]


def test_who_lost_the_claim_meanwhile_sends_no_words(server, mailed, left, monkeypatch):
    def somebody_was_first(_message):
        raise Conflict("Somebody else sends this message.")

    monkeypatch.setattr(outbox, "_handed", somebody_was_first)

    assert left(mailed).state == Message.State.SENDING
    assert server.taken == []


def test_giving_up_at_last(settings, mailed, left, travel):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    message = left(mailed)

    for _try in range(47):
        travel.forward(hours=1)
        outbox.send_due()
    message.refresh_from_db()
    assert message.state == Message.State.QUEUED

    for _try in range(3):
        travel.forward(hours=1)
        outbox.send_due()
    message.refresh_from_db()
    assert message.state == Message.State.FAILED
