"""A mailbox whose password was entered in its page is polled with it on a real IMAP server."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest

from helpdesk.staff.models import User
from helpdesk.studio.models import Game
from tests.tickets.mail.inbound import dovecot
from tests.tickets.mail.inbound.dovecot import Server
from tests.tickets.mail.parse.letters import letter
from tickets.mail.inbound import imap, imap_hosts
from tickets.mail.inbound.passwords import keep_password
from tickets.mail.models import Mailbox, RawMail

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
def lines(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """The server of the tests lies on this machine and speaks no TLS: whether each line might have led inside is kept, and it does."""
    kept: list[bool] = []

    class Line(imap_hosts._Plain):
        def __init__(self, host: str, port: int, timeout: float, inside: bool) -> None:
            kept.append(inside)
            super().__init__(host, port, timeout, inside=True)

    monkeypatch.setattr(imap_hosts, "_Encrypted", Line)
    return kept


@pytest.fixture
def box(server: Server, anna: User) -> Mailbox:
    return Mailbox.objects.create(
        address="help@ember.example", host="127.0.0.1", port=server.port, security="tls", user=uuid4().hex, begin="since",
        begin_on=date(2020, 1, 1),
    )  # fmt: skip


def test_it_signs_in_with_what_was_entered(server: Server, box: Mailbox, lines: list[bool], anna: User, ember: Game) -> None:
    server.deliver(box.user, letter("Hello"))
    keep_password(box, "wrong", by=anna)
    imap.poll_all()
    box.refresh_from_db()
    assert (box.error, RawMail.objects.count()) == (imap.REFUSED, 0)

    keep_password(box, "secret", by=anna)
    Mailbox.objects.update(failures=0)
    imap.poll_all()

    box.refresh_from_db()
    assert (box.error, RawMail.objects.count(), lines) == ("", 1, [False, False])


def test_without_the_stand_in_it_does_not_get_inside(server: Server, box: Mailbox, anna: User) -> None:
    keep_password(box, "secret", by=anna)

    imap.poll_all()

    box.refresh_from_db()
    assert box.error == imap.UNREACHABLE
