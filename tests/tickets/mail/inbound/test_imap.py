"""Mailboxes are polled on a real IMAP server; no mail is taken twice, and none is missed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from helpdesk.base import blobs
from helpdesk.studio.models import Game
from tests.conftest import Travel
from tests.tickets.mail.inbound import dovecot
from tests.tickets.mail.inbound.dovecot import Server
from tests.tickets.mail.parse.letters import letter
from tickets.mail.inbound import imap, inbox, passwords
from tickets.mail.models import Mailbox, RawMail, ReceivedKey
from tickets.models import Message, Ticket

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(dovecot.PROGRAM is None, reason="Debian's dovecot-imapd is not installed"),
    pytest.mark.allow_hosts(["127.0.0.1"]),
]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="dovecot") as folder, dovecot.running(Path(folder)) as running:
        yield running


@pytest.fixture
def box(server: Server, settings: Any) -> Mailbox:
    """A mailbox of its own for each story."""
    settings.MAILBOX_PASSWORDS = {"MAILBOX_PASSWORD_EMBER": "secret"}
    settings.MAILBOX_HOSTS = {"MAILBOX_HOST_EMBER": f"127.0.0.1:{server.port}"}
    return Mailbox.objects.create(
        address="help@ember.example", host="127.0.0.1", port=server.port, security="plain", user=uuid4().hex,
        password_name="MAILBOX_PASSWORD_EMBER", begin="since", begin_on=date(2020, 1, 1),
    )  # fmt: skip


def test_new_mails_are_stored_byte_for_byte_and_marked_as_read(server: Server, box: Mailbox, ember: Game):
    mail = letter("Пропал меч", charset="koi8-r")
    server.deliver(box.user, mail, letter("Second", message_id="<2@players.example>"))

    assert imap.poll_all() == 2

    first = RawMail.objects.earliest("pk")
    assert (blobs.read(first.blob).replace(b"\r\n", b"\n"), first.mailbox) == (mail, "help@ember.example")
    with server.session(box.user) as session:
        session.select("INBOX")
        assert session.search(None, "UNSEEN")[1] == [b""]
    inbox.process_due()
    assert set(Message.objects.values_list("text", flat=True)) == {"Пропал меч", "Second"}


def test_a_second_poll_takes_only_what_is_new(server: Server, box: Mailbox, ember: Game):
    server.deliver(box.user, letter("First"))
    imap.poll_all()
    assert imap.poll_all() == 0

    server.deliver(box.user, letter("Second", message_id="<2@players.example>"))
    assert imap.poll_all() == 1


def test_a_poller_that_died_before_it_noted_the_mail_makes_no_double(server: Server, box: Mailbox, ember: Game):
    server.deliver(box.user, letter("First"))
    imap.poll_all()
    Mailbox.objects.update(last_uid=0)

    imap.poll_all()

    assert RawMail.objects.count() == 1


def test_a_mailbox_numbered_anew_is_read_again_and_doubles_are_linked(server: Server, box: Mailbox, ember: Game):
    server.deliver(box.user, letter("First"))
    imap.poll_all()
    inbox.process_due()
    Mailbox.objects.update(uidvalidity=1)
    ReceivedKey.objects.update(key=f"{box.pk}:1:1")  # as the mail was numbered before the server lost its index

    imap.poll_all()
    inbox.process_due()

    first, second = RawMail.objects.order_by("pk")
    assert (second.same_as, Ticket.objects.count()) == (first, 1)


def test_what_was_taken_in_can_be_moved_away(server: Server, box: Mailbox, ember: Game):
    Mailbox.objects.update(move_to="Done")
    server.deliver(box.user, letter("First"))

    imap.poll_all()

    with server.session(box.user) as session:
        assert session.select("INBOX")[1] == [b"0"]
        assert session.select("Done")[1] == [b"1"]


def test_a_mail_above_the_limit_is_parked_with_its_head(server: Server, box: Mailbox, ember: Game, settings: Any):
    settings.MAX_MAIL_BYTES = 2_000
    server.deliver(box.user, letter("x" * 5_000))

    imap.poll_all()

    raw = RawMail.objects.get()
    assert raw.parked_at is not None
    assert b"Subject: My sword is gone" in blobs.read(raw.blob)


def test_trouble_is_written_down_and_the_pauses_grow(server: Server, box: Mailbox, settings: Any, travel: Travel):
    settings.MAILBOX_PASSWORDS = {"MAILBOX_PASSWORD_EMBER": "wrong"}

    imap.poll_all()

    box.refresh_from_db()
    assert (box.failures, box.error, box.claimed_until) == (1, imap.REFUSED, None)
    imap.poll_all()
    box.refresh_from_db()
    assert box.failures == 1
    settings.MAILBOX_PASSWORDS = {"MAILBOX_PASSWORD_EMBER": "secret"}
    travel.forward(minutes=2)
    imap.poll_all()
    box.refresh_from_db()
    assert (box.failures, box.error) == (0, "")


def test_a_mailbox_without_a_password_says_so(server: Server, box: Mailbox, settings: Any):
    settings.MAILBOX_PASSWORDS = {}

    imap.poll_all()

    box.refresh_from_db()
    assert box.error == passwords.NO_PASSWORD


def test_one_mail_that_the_server_never_gives_keeps_the_others_back_only_for_a_while(
    server: Server, box: Mailbox, ember: Game, travel: Travel, monkeypatch: pytest.MonkeyPatch
):
    server.deliver(box.user, letter("First"), letter("Second", message_id="<2@players.example>"))
    given = imap._literal

    def broken(session: Any, uid: int, what: str) -> bytes:
        if uid == 1:
            raise imap.MailRefused("the server refused mail 1")
        return given(session, uid, what)

    monkeypatch.setattr(imap, "_literal", broken)
    for _poll in range(imap.PATIENCE):
        assert imap.poll_all() == 0
        travel.forward(hours=1)

    assert imap.poll_all() == 2

    parked, second = RawMail.objects.order_by("pk")
    assert (parked.parked_at is not None, parked.reason) == (True, "the server refused mail 1; it lies in the mailbox")
    assert b"Second" in blobs.read(second.blob)
    box.refresh_from_db()
    assert (box.failures, box.error, box.last_uid) == (0, "", 2)
