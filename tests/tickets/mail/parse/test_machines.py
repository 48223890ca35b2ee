"""Machines are known by what they say of themselves, weighed; people are never taken for one by a weak sign alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tickets.mail.parse.letters import letter, multipart_letter, part
from tickets.mail.inbound.judge import Known, Outcome, judge
from tickets.mail.parse import Sign, parse_mail
from tickets.mail.parse.machines import AWAY_FROM, HEADER_SIGNS, IGNORED_FROM, is_daemon, is_no_reply, verdict

OWN = frozenset({"help@ember.example"})
VACATION = {"subject": "Out of Office: My sword"}
AWAY = "I am away until Monday."


def outcome(raw: bytes) -> tuple[str, str | None]:
    mail = parse_mail(raw, own_addresses=OWN)
    return judge(mail).outcome.value, mail.auto_reply


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"auto_submitted": 'auto-replied; owner-email="a@b"'}, "Auto-Submitted: auto-replied"),
        ({"from": "Help <HELP@Ember.example>"}, "own mail"),
        ({"from": "help+t.abc@ember.example"}, "own mail"),
        ({"from": "help@ember.example", "reply_to": "Ember Vale <HELP+t.7f3k-20qx.abcdefghijklmnop@ember.example>"}, "own mail"),
        ({"from": "help@ember.example", "reply_to": "anna@players.example, boris@players.example"}, "own mail"),
        ({"from": "help@ember.example", "reply_to": "MAILER-DAEMON@mx.example"}, "own mail"),
        ({"from": "help@ember.example", "reply_to": "Anna"}, "own mail"),
    ],
)
def test_what_is_certain_alone_opens_nothing(headers: dict[str, str], reason: str):
    assert outcome(letter("My sword is gone.", **headers)) == ("ignore", reason)


@pytest.mark.parametrize(
    "headers",
    [
        {"x_autoreply": "yes"},
        {"x_autorespond": "vacation"},
        {"precedence": "auto_reply"},
        {"return_path": "<>", **VACATION},
        {"x_auto_response_suppress": "All", "subject": "Automatische Antwort: Schwert"},
        {"x_auto_response_suppress": "OOF", "subject": "Автоответ: меч"},
        {"precedence": "junk", "subject": "Réponse automatique : épée"},
        {"from": "MAILER-DAEMON@mx.example", "return_path": "<>"},
        {
            "auto_submitted": "auto-generated",
            "x_ms_exchange_generated_message_source": "Mailbox Rules Agent",
            "x_auto_response_suppress": "All",
            "subject": "Automatic reply: My sword",
        },
    ],
)
def test_several_signs_of_a_machine_together_open_nothing(headers: dict[str, str]):
    assert outcome(letter(AWAY, **headers))[0] == "ignore"


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"auto_submitted": "no"}, None),
        ({"auto_submitted": "auto-generated (by a program)"}, "Auto-Submitted: auto-generated"),
        ({"from": "help@ember.example", "reply_to": "Anna <anna@players.example>"}, None),
        ({"from": "help@ember.example", "reply_to": "anna@players.example, help@ember.example"}, None),
        ({"from": "help@ember.example", "reply_to": "anna@players.example", "auto_submitted": "auto-generated"}, None),
        (VACATION, "subject: Out of Office"),
        ({"subject": "Auto reply to my letter is wrong"}, "subject: Auto reply"),
        ({"precedence": "junk"}, "Precedence: junk"),
        ({"precedence": "bulk"}, "Precedence: bulk"),
        ({"x_autoreply": "yes"}, "X-Autoreply: yes"),
        ({"x_autorespond": "no"}, None),
        ({"precedence": "list", "list_id": "<guild.lists.example>"}, "Precedence: list"),
        ({"precedence": "bulk", "list_id": "<guild.lists.example>"}, "Precedence: bulk"),
        ({"precedence": "list", "list_id": "<help.ember.example>"}, None),
        ({"list_unsubscribe": "<mailto:x@y>"}, "mailing list"),
        ({"feedback_id": "7:acme:mail"}, "Feedback-ID: 7:acme:mail"),
        ({"x_auto_response_suppress": "All"}, "X-Auto-Response-Suppress: all"),
        ({"x_auto_response_suppress": "None"}, None),
        ({"return_path": "<>"}, "empty Return-Path"),
        ({"return_path": "<anna@players.example>"}, None),
        ({"from": "MAILER-DAEMON@mx.example"}, "sender: MAILER-DAEMON@mx.example"),
        ({"from": "Shop <no-reply@shop.example>"}, "sender: no-reply@shop.example"),
        ({"from": "noreply.orders@shop.example"}, "sender: noreply.orders@shop.example"),
        ({"from": "Nora Plyer <nora.ply@players.example>"}, None),
        ({"from": "Bounce <bounce-queen@players.example>"}, None),
        ({"precedence": "first-class"}, None),
        ({"subject": "Out of office raid: sword gone", "list_id": "<guild.lists.example>", "precedence": "list"}, None),
        (
            {"auto_submitted": "auto-generated", "x_ms_exchange_generated_message_source": "Mailbox Rules Agent"},
            "Auto-Submitted: auto-generated + X-MS-Exchange-Generated-Message-Source: mailbox rules agent",
        ),
    ],
)
def test_weak_signs_are_noted_but_a_person_reads_the_mail(headers: dict[str, str], reason: str | None):
    told = outcome(letter("My sword is gone.", **headers))

    assert told[0] == "open"
    assert told[1] == reason or (reason is None and "list_id" in headers)


@pytest.mark.parametrize("sign", [each for each in HEADER_SIGNS if each.weight < IGNORED_FROM], ids=lambda sign: sign.header)
def test_no_header_but_one_hides_a_persons_first_mail(sign):
    value = {"Precedence": "auto_reply", "Auto-Submitted": "auto-notified"}.get(sign.header, "yes")
    raw = letter("My sword is gone.", **{sign.header.replace("-", "_"): value})

    mail = parse_mail(raw, own_addresses=OWN)

    assert judge(mail).outcome == Outcome.OPEN
    assert mail.auto is not None
    assert mail.auto.weight == sign.weight


@pytest.mark.parametrize(
    ("address", "daemon"),
    [
        ("MAILER-DAEMON@mx.example", True),
        ("mailer-daemon+x@mx.example", True),
        ("postmaster@mx.example", True),
        ("bounces@list.example", True),
        ("bounces+8213-anna=players.example@mail.example", True),
        ("bounce-20261125.anna=players.example@mail.example", True),
        ("bounce-183@mail.example", True),
        ("MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@studio.example", True),
        ("bounce-king@players.example", False),
        ("bouncer@players.example", False),
        ("bounces-and-more@players.example", False),
        ("postmaster.fan@players.example", False),
        ("daemon@players.example", False),
        ("maildaemonic@players.example", False),
    ],
)
def test_mail_systems_are_not_people_with_such_names(address: str, daemon: bool):
    assert is_daemon(address) is daemon


def test_a_robot_may_be_a_players_name():
    assert not is_no_reply("robot@players.example")
    assert is_no_reply("do-not-reply@shop.example")


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


def test_who_asks_about_a_report_with_words_of_his_own_is_read():
    receipt = multipart_letter(part("What is this?"), part("Disposition: displayed", "message/disposition-notification"))
    calendar = multipart_letter(
        part("I cannot come, and my sword is gone."), part("BEGIN:VCALENDAR", "text/calendar; method=REPLY"), subtype="alternative"
    )

    assert [outcome(raw)[0] for raw in (receipt, calendar)] == ["open", "open"]


def test_an_invitation_of_a_person_is_read():
    invitation = multipart_letter(part("Raid tonight?"), part("BEGIN:VCALENDAR", "text/calendar; method=REQUEST"))

    assert outcome(invitation)[0] == Outcome.OPEN


def test_nothing_readable_is_parked():
    assert judge(parse_mail(letter("", subject=""))).outcome == Outcome.PARK


def test_a_strangers_message_id_in_our_form_is_a_strangers():
    raw = letter("My sword is gone.", message_id="<desk.4f2a9c@ember.example>", x_desk_message="<desk.4f2a9c@ember.example>")

    assert judge(parse_mail(raw, own_addresses=OWN), Known()).outcome == Outcome.OPEN


FAMILIES = st.sampled_from(["answers", "generated", "suppress", "bulk", "list", "envelope", "subject", "text", "exchange"])
SPEAKING = st.builds(Sign, FAMILIES, st.just("a sign"), st.sampled_from([10, 20, 30, 40, 50, 70]))
AGAINST = st.builds(Sign, st.just("program"), st.just("written with"), st.just(-30))


@given(st.lists(SPEAKING | AGAINST, max_size=8))
def test_a_fact_told_twice_weighs_once_and_no_single_weak_one_decides(signs: list[Sign]):
    auto = verdict(signs)

    assert verdict([*signs, *signs]) == auto
    assert (auto is None) == all(sign.weight < 0 for sign in signs)
    if auto is not None:
        assert auto.weight == max(0, sum(sign.weight for sign in auto.signs))
        assert len({sign.family for sign in auto.signs}) == len(auto.signs)
        assert auto.certain == (auto.weight >= IGNORED_FROM)
        assert not (auto.certain and len([sign for sign in auto.signs if sign.weight > 0]) < 2)
        assert not auto.away or auto.weight >= AWAY_FROM
        assert auto.holds or not (auto.certain or auto.away)
