"""Machines are known by what they say of themselves; people are never taken for one by a weak sign alone."""

from __future__ import annotations

import pytest

from tests.tickets.mail.parse.letters import letter, multipart_letter, part
from tickets.mail.judge import Outcome, judge
from tickets.mail.parse import parse_mail

OWN = frozenset({"help@ember.example"})
VACATION = {"subject": "Out of Office: My sword"}


def outcome(raw: bytes) -> tuple[str, str | None]:
    mail = parse_mail(raw, own_addresses=OWN)
    return judge(mail).outcome.value, mail.auto_reply


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"auto_submitted": 'auto-replied; owner-email="a@b"'}, "Auto-Submitted: auto-replied"),
        ({"auto_submitted": "auto-generated (by a program)"}, "Auto-Submitted: auto-generated"),
        ({"x_autoreply": "yes"}, "X-Autoreply"),
        ({"x_autorespond": "vacation"}, "X-Autorespond"),
        ({"precedence": "auto_reply"}, "Precedence: auto_reply"),
        ({"precedence": "junk"}, "Precedence: junk"),
        ({"precedence": "bulk"}, "Precedence: bulk"),
        ({"from": "MAILER-DAEMON@mx.example"}, "sender MAILER-DAEMON@mx.example"),
        ({"from": "Help <HELP@Ember.example>"}, "own mail"),
        ({"from": "help+t.abc@ember.example"}, "own mail"),
        ({"from": "help@ember.example", "reply_to": "Ember Vale <HELP+t.7f3k-20qx.abcdefghijklmnop@ember.example>"}, "own mail"),
        ({"from": "help@ember.example", "reply_to": "anna@players.example, boris@players.example"}, "own mail"),
        ({"from": "help@ember.example", "reply_to": "anna@players.example, help@ember.example"}, "own mail"),
        ({"from": "help@ember.example", "reply_to": "MAILER-DAEMON@mx.example"}, "own mail"),
        ({"from": "help@ember.example", "reply_to": "Anna"}, "own mail"),
        (
            {"from": "help@ember.example", "reply_to": "anna@players.example", "auto_submitted": "auto-generated"},
            "Auto-Submitted: auto-generated",
        ),
        ({"return_path": "<>", **VACATION}, "subject “Out of Office” and empty Return-Path"),
        (
            {"x_auto_response_suppress": "All", "subject": "Automatische Antwort: Schwert"},
            "subject “Automatische Antwort” and X-Auto-Response-Suppress",
        ),
        ({"x_auto_response_suppress": "OOF", "subject": "Автоответ: меч"}, "subject “Автоответ” and X-Auto-Response-Suppress"),
    ],
)
def test_certain_machines_open_nothing(headers: dict[str, str], reason: str):
    assert outcome(letter("I am away.", **headers)) == ("ignore", reason)


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"auto_submitted": "no"}, None),
        ({"from": "help@ember.example", "reply_to": "Anna <anna@players.example>"}, None),
        (VACATION, "subject “Out of Office”"),
        ({"subject": "Auto reply to my letter is wrong"}, "subject “Auto reply”"),
        ({"precedence": "list", "list_id": "<guild.lists.example>"}, "Precedence: list"),
        ({"precedence": "bulk", "list_id": "<guild.lists.example>"}, "Precedence: bulk"),
        ({"list_unsubscribe": "<mailto:x@y>"}, "mailing list"),
        ({"x_auto_response_suppress": "All"}, "X-Auto-Response-Suppress"),
        ({"x_auto_response_suppress": "None"}, None),
        ({"return_path": "<>"}, "empty Return-Path"),
        ({"return_path": "<anna@players.example>"}, None),
        ({"from": "Shop <no-reply@shop.example>"}, "sender no-reply@shop.example"),
        ({"from": "noreply.orders@shop.example"}, "sender noreply.orders@shop.example"),
        ({"from": "Nora Plyer <nora.ply@players.example>"}, None),
        ({"precedence": "first-class"}, None),
    ],
)
def test_weak_signs_are_noted_but_a_person_reads_the_mail(headers: dict[str, str], reason: str | None):
    assert outcome(letter("My sword is gone.", **headers)) == ("open", reason)


def test_receipts_complaints_and_answers_to_invitations_are_no_words_of_a_player():
    receipt = multipart_letter(
        part("read"),
        part("Disposition: displayed", "message/disposition-notification"),
        subtype="report",
        report_type="disposition-notification",
    )
    complaint = multipart_letter(
        part("spam"), part("Feedback-Type: abuse", "message/feedback-report"), subtype="report", report_type="feedback-report"
    )
    calendar = multipart_letter(part(""), part("BEGIN:VCALENDAR", "text/calendar; method=REPLY"), subtype="alternative")

    reasons = ["read receipt", "complaint report of a mail provider", "answer to an invitation"]
    assert [outcome(raw) for raw in (receipt, complaint, calendar)] == [("ignore", reason) for reason in reasons]


def test_an_invitation_of_a_person_is_read():
    invitation = multipart_letter(part("Raid tonight?"), part("BEGIN:VCALENDAR", "text/calendar; method=REQUEST"))

    assert outcome(invitation)[0] == Outcome.OPEN


def test_nothing_readable_is_parked():
    assert judge(parse_mail(letter("", subject=""))).outcome == Outcome.PARK
