"""Mails of ours that came back, by the standard's report and by the words of servers that do not know it."""

from __future__ import annotations

import pytest

from tests.tickets.mail.parse.letters import letter, multipart_letter, part
from tickets.mail.inbound.judge import Outcome, judge
from tickets.mail.parse import parse_mail

ORIGINAL = "Message-ID: <desk.77@ember.example>\nFrom: help@ember.example\nTo: anna@players.example\nSubject: Re: My sword\n"
DAEMON = {"from": "Mail Delivery System <MAILER-DAEMON@mx.example>", "subject": "Undelivered Mail Returned to Sender", "return_path": "<>"}


def report(fields: str, original_type: str = "text/rfc822-headers") -> bytes:
    return multipart_letter(
        part("I'm sorry to have to inform you that your message could not be delivered to one or more recipients."),
        part(fields, "message/delivery-status"),
        part(ORIGINAL, original_type),
        subtype="report",
        report_type="delivery-status",
        headers=DAEMON,
    )


FAILED = (
    "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; anna@players.example\nAction: failed\nStatus: "
    "{status}\nDiagnostic-Code: smtp; {text}\n"
)


@pytest.mark.parametrize(
    ("status", "text", "expected", "permanent"),
    [
        ("5.1.1", "550 5.1.1 user unknown", "5.1.1", True),
        ("4.4.7", "421 4.4.7 expired", "4.4.7", False),
        ("5.0.0", "550 5.7.1 blocked", "5.7.1", True),
        ("", "550 no such user", "5.0.0", True),
    ],
)
@pytest.mark.parametrize("original", ["text/rfc822-headers", "message/rfc822"])
def test_a_standard_report(status: str, text: str, expected: str, permanent: bool, original: str):
    mail = parse_mail(report(FAILED.format(status=status, text=text), original))

    assert mail.bounce is not None
    assert (mail.bounce.address, mail.bounce.status, mail.bounce.permanent) == ("anna@players.example", expected, permanent)
    assert mail.bounce.message_id == "<desk.77@ember.example>"
    assert judge(mail).outcome == Outcome.BOUNCE


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_delays_and_receipts_are_no_bounces(action: str):
    mail = parse_mail(report(f"Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; anna@players.example\nAction: {action}\nStatus: 4.4.1\n"))

    assert (mail.bounce, judge(mail).outcome) == (None, Outcome.IGNORE)


def test_of_several_recipients_the_failed_one_counts():
    fields = (
        "Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; boris@players.example\nAction: delivered\nStatus: 2.0.0\n\n"
        "Original-Recipient: rfc822;anna@players.example\nFinal-Recipient: rfc822;\n a.petrova@other.example\nAction: "
        "failed\nStatus: 5.2.2\n"
    )

    bounce = parse_mail(report(fields)).bounce

    assert bounce is not None
    assert (bounce.address, bounce.status) == ("anna@players.example", "5.2.2")


def test_a_report_wrapped_into_another_mail():
    inner = report(FAILED.format(status="5.1.1", text="550 unknown"))
    mail = parse_mail(multipart_letter(part("see inside"), part(inner, "message/rfc822"), subtype="report", headers=DAEMON))

    assert mail.bounce is not None
    assert mail.bounce.address == "anna@players.example"


SERVERS = {
    "qmail": (
        "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n<anna@players.example>:\n"
        "192.0.2.7 does not like recipient.\nRemote host said: 550 5.1.1 no such user\n\n--- Below this line is a copy of the message.\n\n"
        + ORIGINAL
    ),
    "exim": (
        "This message was created automatically by mail delivery software.\n\nA message that you sent could "
        "not be delivered to one or more of its\n"
        "recipients. This is a permanent error. The following address(es) failed:\n\n  anna@players.example\n"
        "    host mx.players.example [192.0.2.7]\n    SMTP error from remote mail server after RCPT TO:<anna@players.example>:\n"
        "    550 5.1.1 unknown user\n\n------ This is a copy of the message, including all the headers. ------\n\n" + ORIGINAL
    ),
    "exchange": (
        "Delivery has failed to these recipients or groups:\n\nAnna Petrova (anna@players.example)\nThe "
        "email address you entered couldn't be found.\n\n"
        "Diagnostic information for administrators:\n\nRemote Server returned '550 5.1.1 RESOLVER.ADR.RecipNotFound; "
        "not found'\n\nOriginal message headers:\n\n" + ORIGINAL
    ),
    "gmail": (
        "** Address not found **\n\nYour message wasn't delivered to anna@players.example because the address couldn't be found.\n\n"
        "The response was:\n550 5.1.1 The email account that you tried to reach does not exist.\n\n----- Original message -----\n"
        + ORIGINAL
    ),
    "mail.ru": (
        "This message was created automatically by mail delivery software.\n\nA message that you sent could "
        "not be delivered to one or more of its recipients.\n"
        "The following address(es) failed:\n\n  anna@players.example\n    550 5.1.1 Message was not accepted -- invalid mailbox.\n\n"
        + ORIGINAL
    ),
    "russian": "Ваше сообщение не доставлено следующим получателям:\n\nanna@players.example\n\n550 5.1.1 Нет такого пользователя\n\n"
    + ORIGINAL,
    "german": "Ihre Nachricht konnte an den Empfänger nicht zugestellt werden:\n\nanna@players.example\n\n550 5.1.1 unbekannt\n\n"
    + ORIGINAL,
}


@pytest.mark.parametrize("server", SERVERS)
def test_reports_in_plain_words(server: str):
    mail = parse_mail(letter(SERVERS[server], **DAEMON))

    assert mail.bounce is not None
    assert (mail.bounce.address, mail.bounce.status, mail.bounce.permanent) == ("anna@players.example", "5.1.1", True)
    assert mail.bounce.message_id == "<desk.77@ember.example>"


def test_the_failed_recipient_may_stand_in_a_header():
    mail = parse_mail(letter("Sorry.", x_failed_recipients="anna@players.example", **DAEMON))

    assert mail.bounce is not None
    assert (mail.bounce.address, mail.bounce.status, mail.bounce.permanent) == ("anna@players.example", None, True)


def test_a_warning_that_it_takes_longer_is_no_bounce():
    text = (
        "This message was created automatically by mail delivery software.\nA message that you sent has "
        "not yet been delivered to one or more of its\n"
        "recipients after more than 24 hours on the queue.\n\n  anna@players.example\n\nNo action is required "
        "on your part. Delivery attempts will continue.\n"
    )
    mail = parse_mail(letter(text, **(DAEMON | {"subject": "Warning: message delayed 24 hours"})))

    assert (mail.bounce, mail.auto_reply) == (None, "delivery delayed")


@pytest.mark.parametrize("server", SERVERS)
def test_a_player_who_sends_us_such_a_report_is_a_player(server: str):
    mail = parse_mail(letter("I got this, what does it mean?\n\n" + SERVERS[server]))

    assert (mail.bounce, judge(mail).outcome) == (None, Outcome.OPEN)


def test_a_player_who_sends_us_somebodys_report_asks_about_it():
    raw = multipart_letter(
        part("When I write to your shop I get this. What is wrong?"),
        part(FAILED.format(status="5.1.1", text="550 unknown").replace("anna@players", "shop@ember"), "message/delivery-status"),
    )

    mail = parse_mail(raw)

    assert (mail.bounce, mail.auto_reply, judge(mail).outcome) == (None, None, Outcome.OPEN)


def test_the_same_from_a_mail_server_is_a_bounce():
    told = part(FAILED.format(status="5.1.1", text="550 unknown"), "message/delivery-status")

    assert parse_mail(multipart_letter(part("Sorry."), told, headers=DAEMON)).bounce is not None


def test_a_recipient_beyond_ascii_is_named():
    fields = "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: utf-8; анна@пример.example\nAction: failed\nStatus: 5.1.1\n"

    bounce = parse_mail(report(fields)).bounce

    assert bounce is not None
    assert bounce.address == "анна@пример.example"
