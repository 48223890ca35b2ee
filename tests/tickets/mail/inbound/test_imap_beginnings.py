"""Where a mailbox that holds old mails is begun, what its server says of their time, and that a new numbering doubles nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from helpdesk.studio.models import Game
from tests.tickets.mail.inbound import dovecot
from tests.tickets.mail.inbound.dovecot import Server
from tests.tickets.mail.parse.letters import letter
from tickets import drain
from tickets.mail.inbound import imap, inbox, passwords
from tickets.mail.models import Mailbox, RawMail
from tickets.models import Delivery, Event, Lane, Message, Status, Ticket, Timer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(dovecot.PROGRAM is None, reason="Debian's dovecot-imapd is not installed"),
    pytest.mark.allow_hosts(["127.0.0.1"]),
]
SPRING = datetime(2025, 4, 2, 8, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="dovecot") as folder, dovecot.running(Path(folder)) as running:
        yield running


@pytest.fixture
def box(server: Server, settings: Any) -> Mailbox:
    settings.MAILBOX_PASSWORDS = {"MAILBOX_PASSWORD_EMBER": "secret"}
    settings.MAILBOX_HOSTS = {"MAILBOX_HOST_EMBER": f"127.0.0.1:{server.port}"}
    return Mailbox.objects.create(
        address="help@ember.example", host="127.0.0.1", port=server.port, security="plain", user=uuid4().hex,
        password_name="MAILBOX_PASSWORD_EMBER",
    )  # fmt: skip


def old(number: int, **headers: str) -> bytes:
    named = {"message_id": f"<old{number}@players.example>", "date": "Wed, 02 Apr 2025 10:29:00 +0200"} | headers
    return letter(f"Old question {number}", **named)


def taken() -> list[str]:
    assert imap.poll_all() >= 0
    inbox.process_due()
    return list(Message.objects.order_by("pk").values_list("text", flat=True))


def test_unless_told_otherwise_only_what_comes_from_now_on_is_read(server: Server, box: Mailbox, ember: Game):
    server.deliver(box.user, old(1), old(2), at=SPRING)
    assert taken() == []

    server.deliver(box.user, letter("New question"))

    assert taken() == ["New question"]
    with server.session(box.user) as session:
        session.select("INBOX")
        assert len(session.search(None, "UNSEEN")[1][0].split()) == 2


def test_an_old_mail_that_is_put_into_the_folder_later_is_read(server: Server, box: Mailbox, ember: Game):
    taken()

    server.deliver(box.user, old(1), at=SPRING)

    assert taken() == ["Old question 1"]
    assert Ticket.objects.get().status == Status.NEW


def test_since_a_day_by_the_servers_time(server: Server, box: Mailbox, ember: Game):
    Mailbox.objects.update(begin="since", begin_on=date(2025, 4, 2))
    server.deliver(box.user, old(1), at=SPRING - timedelta(days=1))
    server.deliver(box.user, old(2), at=SPRING)

    assert taken() == ["Old question 2"]

    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.waiting_since, ticket.created_at) == (Status.NEW, SPRING, SPRING)


def test_all_of_a_mailbox_is_entered_as_history_that_nobody_hears_of(server: Server, box: Mailbox, ember: Game):
    Mailbox.objects.update(begin="all")
    server.deliver(box.user, old(1), old(2, in_reply_to="<old1@players.example>"), at=SPRING)

    assert taken() == ["Old question 1", "Old question 2"]

    ticket = Ticket.objects.get()
    written = datetime(2025, 4, 2, 8, 29, tzinfo=UTC)
    assert (ticket.status, ticket.waiting_since, ticket.created_at) == (Status.CLOSED, None, written)
    assert set(Message.objects.values_list("at", "kind")) == {(written, "inbound")}
    assert set(RawMail.objects.values_list("received_at", "history")) == {(SPRING, True)}
    assert all(event.backfilled for event in Event.objects.all())
    assert not Delivery.objects.exclude(subscriber="search").exists()  # it is found like any other
    assert not Timer.objects.filter(ticket=ticket).exists()
    for lane in Lane:
        drain.drain(lane)
    assert not Message.objects.exclude(kind="inbound").exists()


def test_what_a_player_of_the_history_writes_now_is_new(server: Server, box: Mailbox, ember: Game):
    Mailbox.objects.update(begin="all")
    server.deliver(box.user, old(1), at=SPRING)
    taken()

    server.deliver(box.user, letter("It is back!", message_id="<now@players.example>", in_reply_to="<old1@players.example>"))
    taken()

    past, now = Ticket.objects.order_by("pk")
    assert (past.status, now.status, now.follows) == (Status.CLOSED, Status.NEW, past)
    assert now.waiting_since is not None


@pytest.mark.parametrize("begin", ["now", "all"])
def test_a_new_numbering_doubles_nothing_and_brings_nothing_up(server: Server, box: Mailbox, ember: Game, begin: str):
    Mailbox.objects.update(begin=begin)
    server.deliver(box.user, old(1), letter("Nameless and old", drop=("message-id",)), at=SPRING)
    taken()
    server.deliver(box.user, letter("Named"), letter("Nameless", drop=("message-id",)), letter("Bare", drop=("message-id", "date")))
    before = taken()

    server.number_anew(box.user)
    box.refresh_from_db()
    numbered = box.uidvalidity
    after = taken()

    box.refresh_from_db()
    assert box.uidvalidity != numbered
    assert sorted(after) == sorted(before)
    assert Message.objects.count() == len(before) == (3 if begin == "now" else 5)


def test_a_time_that_cannot_be_is_brought_within_what_can(server: Server, box: Mailbox, ember: Game):
    taken()
    server.deliver(box.user, letter("From tomorrow"), at=datetime.now(UTC) + timedelta(days=400))

    taken()

    assert RawMail.objects.get().received_at <= datetime.now(UTC)
    assert not Ticket.objects.filter(waiting_since__gt=datetime.now(UTC)).exists()


@pytest.mark.parametrize(
    ("told", "moment"),
    [
        (b"17-Jul-2026 02:44:25 +0200", datetime(2026, 7, 17, 0, 44, 25, tzinfo=UTC)),
        (b" 7-Jul-2026 02:44:25 -0500", datetime(2026, 7, 7, 7, 44, 25, tzinfo=UTC)),
        (b"99-Foo-2026 02:44:25 +0000", None),
        (b"17-Jul-99999 02:44:25 +0000", None),
        (b"\xff\xfe", None),
    ],
)
def test_any_time_of_a_server_is_read_or_left(told: bytes, moment: datetime | None):
    assert imap._moment(told) == moment


@pytest.mark.parametrize(
    ("hosts", "host", "port", "may"),
    [
        ("imap.mail.example", "imap.mail.example", 993, True),
        ("imap.mail.example", "IMAP.mail.example.", 143, True),
        ("imap.mail.example", "imap.mail.example", 25, False),
        ("imap.mail.example:1143", "imap.mail.example", 1143, True),
        ("imap.mail.example:1143", "imap.mail.example", 993, False),
        ("a.example, [::1]:1143", "::1", 1143, True),
        ("imap.mail.example", "imap.mail.example.evil.example", 993, False),
        ("imap.mail.example", "evil.example", 993, False),
        ("", "imap.mail.example", 993, False),
        ("*", "imap.mail.example", 993, False),
    ],
)
def test_a_password_goes_only_where_the_environment_says(settings: Any, hosts: str, host: str, port: int, may: bool):
    settings.MAILBOX_HOSTS = {"MAILBOX_HOST_EMBER": hosts, "MAILBOX_HOST_TIDE": "evil.example"}

    assert imap.imap_hosts.may_go("MAILBOX_PASSWORD_EMBER", host, port) is may


def test_a_mailbox_that_points_to_a_host_of_somebodys_own_is_never_called(server: Server, box: Mailbox, settings: Any, monkeypatch):
    called: list[Any] = []
    monkeypatch.setattr(imap.imap_hosts.outgoing, "connect", lambda *args, **more: called.append(args))
    settings.MAILBOX_HOSTS = {"MAILBOX_HOST_EMBER": "imap.mail.example"}

    imap.poll_all()

    box.refresh_from_db()
    assert (called, box.error) == ([], passwords.UNBOUND)


def test_all_troubles_of_the_network_are_told_in_the_same_words(server: Server, box: Mailbox, settings: Any):
    told = set()
    silent = dovecot.free_port()
    for host, port, security in (("127.0.0.1", silent, "plain"), ("127.0.0.1", server.port, "tls"), ("no-such-host.invalid", 993, "tls")):
        settings.MAILBOX_HOSTS = {"MAILBOX_HOST_EMBER": f"{host}:{port}"}
        Mailbox.objects.update(host=host, port=port, security=security, polled_at=None)
        imap.poll_all()
        told.add(Mailbox.objects.get().error)

    assert told == {imap.UNREACHABLE}
