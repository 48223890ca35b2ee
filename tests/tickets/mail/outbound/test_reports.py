"""One table says what becomes of a message and its address. Whoever reports, a mail that came back, a provider or the server that
refused it, the same words mean the same."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import smtplib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from helpdesk.base import clock
from players.models import Address
from players.services import add_address, mark_address
from tests.conftest import Travel
from tests.tickets.mail.inbound.desk import receive_mail
from tests.tickets.mail.inbound.test_bounces_mark import report as report_mail
from tickets.mail.outbound.aftermath import MEANING, Fate, hear
from tickets.mail.outbound.reports import Report, report_in
from tickets.models import Message, Ticket
from tickets.services import outbox

pytestmark = pytest.mark.django_db
TAMSIN = "tamsin@mail.example"
SAID = {  # what a server says, with its enhanced code apart
    Report.GONE: ("5.1.1", "550 5.1.1 no such user here"),
    Report.FULL: ("5.2.2", "552 5.2.2 mailbox full"),
    Report.POLICY: ("5.7.1", "554 5.7.1 rejected as spam"),
    Report.TOO_LARGE: ("5.3.4", "552 5.3.4 message size exceeds fixed limit"),
    Report.UNEXPLAINED: ("5.0.0", "550 no"),
    Report.SOFT: ("4.4.7", "451 4.4.7 delivery time expired"),
}
ENDS = {Fate.CAME_BACK: "bounced", Fate.ARRIVED: "delivered", Fate.SEEN: "sent", Fate.UNWANTED: "sent"}


@pytest.fixture(autouse=True)
def secrets(settings) -> None:
    settings.ANYMAIL = {"MAILGUN_WEBHOOK_SIGNING_KEY": "k3y", "WEBHOOK_SECRET": "desk:secret"}


def by_mailgun(message: Message, report: Report) -> None:
    event: dict[str, Any] = {
        Report.DELIVERED: {"event": "delivered"},
        Report.OPENED: {"event": "opened"},
        Report.COMPLAINED: {"event": "complained"},
        Report.SUPPRESSED: {"event": "failed", "severity": "permanent", "reason": "suppress-bounce"},
    }.get(report) or {"event": "failed", "severity": "permanent", "reason": "generic", "delivery-status": {"message": SAID[report][1]}}
    now, token = str(int(clock.now().timestamp())), f"{report.value}{message.pk}"
    signature = hmac.new(b"k3y", f"{now}{token}".encode(), hashlib.sha256).hexdigest()
    told = event | {"timestamp": clock.now().timestamp(), "recipient": TAMSIN, "user-variables": {"desk_message": message.message_id}}
    body = {"signature": {"timestamp": now, "token": token, "signature": signature}, "event-data": told}
    auth = base64.b64encode(b"desk:secret").decode()
    answer = Client().post(
        "/hooks/mail/mailgun/tracking", json.dumps(body), content_type="application/json", headers={"Authorization": f"Basic {auth}"}
    )
    assert answer.status_code == 200


def by_postmark(message: Message, report: Report) -> None:
    at = clock.now().isoformat()
    event = {
        Report.DELIVERED: {"RecordType": "Delivery", "DeliveredAt": at},
        Report.OPENED: {"RecordType": "Open", "ReceivedAt": at},
        Report.COMPLAINED: {"RecordType": "SpamComplaint", "Type": "SpamComplaint", "BouncedAt": at},
        Report.SUPPRESSED: {"RecordType": "Bounce", "Type": "ManuallyDeactivated", "BouncedAt": at},
        Report.SOFT: {"RecordType": "Bounce", "Type": "SoftBounce", "BouncedAt": at},
        Report.POLICY: {"RecordType": "Bounce", "Type": "SpamNotification", "BouncedAt": at},
        Report.UNEXPLAINED: {"RecordType": "Bounce", "Type": "VirusNotification", "BouncedAt": at},
    }.get(report) or {"RecordType": "Bounce", "Type": "HardBounce", "BouncedAt": at, "Details": SAID[report][1]}
    auth = base64.b64encode(b"desk:secret").decode()
    told = event | {"Metadata": {"desk_message": message.message_id}, "Email": TAMSIN}
    answer = Client().post(
        "/hooks/mail/postmark/tracking", json.dumps(told), content_type="application/json", headers={"Authorization": f"Basic {auth}"}
    )
    assert answer.status_code == 200


def by_mail(message: Message, report: Report) -> None:
    status, said = SAID[report]
    Message.objects.filter(pk=message.pk).update(channel="mail")
    receive_mail(report_mail(message.message_id, status=status, said=said))


EXPLAINED = list(SAID)
TOLD = [(tell, report) for tell in (by_mailgun, by_postmark) for report in Report] + [(by_mail, report) for report in EXPLAINED]


@pytest.mark.parametrize(("tell", "report"), TOLD, ids=[f"{tell.__name__} {report.value}" for tell, report in TOLD])
def test_the_table_holds_whoever_reports(
    tell: Callable[[Message, Report], None], report: Report, mailed: Ticket, left: Callable[[Ticket], Message], travel: Travel
) -> None:
    message = left(mailed)
    before = Address.State.BOUNCED if report == Report.DELIVERED else Address.State.GOOD
    mark_address(TAMSIN, before, reason="earlier", at=clock.now() - timedelta(days=1))
    travel.forward(seconds=5)

    tell(message, report)

    message.refresh_from_db()
    meaning = MEANING[report]
    assert message.state == ENDS[meaning.message]
    assert (message.opened_at is not None, message.complained_at is not None) == (
        meaning.message == Fate.SEEN,
        meaning.message == Fate.UNWANTED,
    )
    assert Address.objects.get(address=TAMSIN).state == (meaning.address or Address.State.GOOD)


@pytest.mark.parametrize("report", EXPLAINED, ids=lambda report: report.value)
def test_the_table_holds_for_a_server_that_refuses(
    report: Report, mailed: Ticket, reply: Callable[[Ticket], Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, words = SAID[report][1].partition(" ")
    message = reply(mailed)

    def refuses(*_args: object, **_kwargs: object) -> None:
        raise smtplib.SMTPRecipientsRefused({TAMSIN: (int(code), words.encode())})

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuses)
    outbox.send_due()

    message.refresh_from_db()
    assert message.state == ("queued" if report == Report.SOFT else "failed")
    assert Address.objects.get(address=TAMSIN).state == (MEANING[report].address or Address.State.GOOD)


def test_what_is_said_of_our_own_address_is_not_the_players(
    mailed: Ticket, reply: Callable[[Ticket], Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_args: object, **_kwargs: object) -> None:
        raise smtplib.SMTPSenderRefused(550, b"5.1.1 no such user", "support@tideborn.example")

    message = reply(mailed)
    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuses)
    outbox.send_due()

    message.refresh_from_db()
    assert (message.state, Address.objects.get(address=TAMSIN).state) == ("failed", "good")


@pytest.mark.parametrize(
    ("said", "status", "report"),
    [
        ("", "5.1.1", Report.GONE),
        ("550 5.1.1 unknown", "", Report.GONE),
        ("user not found", "", Report.GONE),
        ("550 5.7.1 No such user!", "5.7.1", Report.GONE),
        ("Recipient address rejected: Access denied", "5.4.1", Report.GONE),
        ("554 5.7.1 <x@y.example>: Recipient address rejected: Access denied", "", Report.POLICY),
        ("550 5.7.1 user unknown to our policy server", "", Report.POLICY),
        ("550 5.4.1 no answer from host", "", Report.SOFT),
        ("550 5.1.8 sender address has no such user", "", Report.POLICY),
        ("rejected as spam", "5.7.1", Report.POLICY),
        ("mailbox full", "5.2.2", Report.FULL),
        ("550 over quota", "", Report.FULL),
        ("", "4.2.2", Report.FULL),
        ("450 4.1.1 user unknown", "", Report.SOFT),
        ("451 user unknown, try later", "", Report.SOFT),
        ("", "5.2.0", Report.UNEXPLAINED),
        ("550 Requested action not taken: mailbox unavailable", "5.0.0", Report.UNEXPLAINED),
        ("", "", Report.UNEXPLAINED),
    ],
)
def test_what_a_servers_words_mean(said: str, status: str, report: Report) -> None:
    assert report_in(said, status) == report


def test_every_report_has_its_meaning() -> None:
    assert set(MEANING) == set(Report)
    dead = {report for report, meaning in MEANING.items() if meaning.address == Address.State.BOUNCED}
    assert dead == {Report.GONE, Report.SUPPRESSED}


def test_old_news_change_nothing_that_became_known_later(mailed: Ticket, left: Callable[[Ticket], Message], travel: Travel) -> None:
    message, noon = left(mailed), clock.now()
    travel.forward(hours=2)
    mark_address(TAMSIN, Address.State.GOOD, reason="a person says so")

    hear(message, Report.GONE, at=noon, reason="550 5.1.1 late news")

    message.refresh_from_db()
    assert (message.state, Address.objects.get(address=TAMSIN).state) == ("bounced", "good")


def test_news_of_a_journey_to_another_address_are_not_of_the_message_that_was_sent_anew(
    mailed: Ticket, left: Callable[[Ticket], Message], travel: Travel
) -> None:
    message = left(mailed)
    add_address(mailed.player, "tamsin@new.example", main=True)
    Message.objects.filter(pk=message.pk).update(to_address="tamsin@new.example")

    by_mailgun(message, Report.GONE)

    message.refresh_from_db()
    assert message.state == "sent"
    assert [Address.objects.get(address=address).state for address in (TAMSIN, "tamsin@new.example")] == ["bounced", "good"]


def test_who_complained_has_not_taken_it_back_by_a_delivery_or_a_bounce(
    mailed: Ticket, left: Callable[[Ticket], Message], travel: Travel
) -> None:
    message = left(mailed)
    hear(message, Report.COMPLAINED, at=clock.now())
    travel.forward(minutes=1)

    for report in (Report.DELIVERED, Report.GONE):
        hear(message, report, at=clock.now(), reason="later")
        assert Address.objects.get(address=TAMSIN).state == "complained"
