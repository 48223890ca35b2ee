"""No door says “stored” when the disk is full: the mail stays where it lies, and comes in when there is room again."""

from __future__ import annotations

import io
import os
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from helpdesk.base import blobs
from helpdesk.base.models import Blob
from helpdesk.studio.models import Game
from tests.conftest import Disk
from tests.tickets.mail.inbound import dovecot
from tests.tickets.mail.inbound.test_webhooks import KEY, post, signed
from tests.tickets.mail.parse.letters import letter, multipart_letter, packed, part
from tickets.mail.inbound import imap, inbox
from tickets.mail.models import Mailbox, MailSource, RawMail
from tickets.models import Attachment, Message

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_webhook_is_told_to_come_again(client: Client, ember: Game, settings: Any, disk: Disk) -> None:
    disk.full = True
    settings.ANYMAIL = {"MAILGUN_WEBHOOK_SIGNING_KEY": KEY, "WEBHOOK_SECRET": "studio:secret"}
    mail = letter("The harbour gate does not open.")
    fields: dict[str, str | bytes] = {"recipient": "help@ember.example", "sender": "lena@players.example", "body-mime": mail}

    assert post(client, {**fields, **signed("a" * 50)}) == 507
    assert not RawMail.objects.exists() and not Blob.objects.exists()
    disk.full = False

    assert post(client, {**fields, **signed("b" * 50)}) == 200
    assert blobs.read(RawMail.objects.get().blob) == mail


def test_the_pipe_says_later(ember: Game, monkeypatch: pytest.MonkeyPatch, disk: Disk) -> None:
    disk.full = True
    mail = letter("The harbour gate does not open.")

    def pipe() -> None:
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(mail)))
        call_command("receive_mail", mailbox="help@ember.example", stdout=io.StringIO())

    with pytest.raises(CommandError) as later:
        pipe()
    assert later.value.returncode == os.EX_TEMPFAIL
    assert not RawMail.objects.exists()
    disk.full = False

    pipe()
    assert blobs.read(RawMail.objects.get().blob) == mail


@pytest.mark.skipif(dovecot.PROGRAM is None, reason="Debian's dovecot-imapd is not installed")
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_mailbox_keeps_its_mail_unseen(ember: Game, settings: Any, disk: Disk) -> None:
    disk.full = True
    settings.MAILBOX_PASSWORDS = {"MAILBOX_PASSWORD_EMBER": "secret"}
    with tempfile.TemporaryDirectory(prefix="dovecot") as folder, dovecot.running(Path(folder)) as server:
        settings.MAILBOX_HOSTS = {"MAILBOX_HOST_EMBER": f"127.0.0.1:{server.port}"}
        box = Mailbox.objects.create(
            address="help@ember.example",
            host="127.0.0.1",
            port=server.port,
            security="plain",
            user="full",
            password_name="MAILBOX_PASSWORD_EMBER",
            begin=Mailbox.Begin.ALL,
        )
        server.deliver("full", letter("The harbour gate does not open."), letter("Still shut.", message_id="<2@players.example>"))

        def unseen() -> int:
            with server.session("full") as session:
                session.select("INBOX")
                return len(session.search(None, "UNSEEN")[1][0].split())

        assert (imap.poll_all(), unseen(), RawMail.objects.count()) == (0, 2, 0)
        box.refresh_from_db()
        assert "storage is full or broken" in box.error
        disk.full = False
        Mailbox.objects.update(polled_at=None)

        assert (imap.poll_all(), unseen(), RawMail.objects.count()) == (2, 0, 2)


def test_a_mail_whose_files_find_no_room_is_read_again_later(ember: Game, disk: Disk) -> None:
    """The mail itself was stored before the disk ran full; its parts are not dropped, and the ticket waits for them."""
    mail = multipart_letter(part("See the drawing."), packed(b"a drawing of the gate", "text/plain; name=gate.txt"))
    raw = inbox.store(inbox.InboundMail(mail, source=MailSource.PIPE, key="gate", mailbox="help@ember.example"))
    disk.full = True

    inbox.process(raw.pk)

    assert not Message.objects.exists() and not Attachment.objects.exists()
    raw.refresh_from_db()
    assert "NotKept" in raw.reason and raw.parked_at is None
    disk.full = False
    RawMail.objects.update(due_at=raw.received_at)
    inbox.process_due()
    assert Message.objects.get().text == "See the drawing."
    assert blobs.read(Attachment.objects.get().blob) == b"a drawing of the gate"
