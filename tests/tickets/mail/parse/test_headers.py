"""Headers folded and encoded wrongly still say who, what and when."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from tests.tickets.mail.parse.letters import letter
from tickets.mail.parse import MailAddress, parse_mail
from tickets.mail.parse.addresses import in_protocol


def word(text: str, charset: str = "utf-8", piece: bytes | None = None) -> str:
    return f"=?{charset}?B?{base64.b64encode(piece if piece is not None else text.encode(charset)).decode()}?="


@pytest.mark.parametrize(
    ("header", "subject"),
    [
        ("=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (word("Пропал ") + " " + word("меч"), "Пропал меч"),
        (word("", piece="меч".encode()[:3]) + "\r\n " + word("", piece="меч".encode()[3:]), "меч"),
        ("=?utf-8?Q?=D0=BC=D0=B5=D1?=\n =?utf-8?Q?=87_pro?=", "меч pro"),
        (f"Re: {word('меч')} lost", "Re: меч lost"),
        ("=?utf-8?Q?with spaces inside?=", "with spaces inside"),
        ("=?utf-8?Q?Where is it??=", "Where is it?"),
        ("=?utf-8*ru?B?0LzQtdGH?=", "меч"),
        ("=?windows-1251?B?7PE?=", "мс"),
        ("=?no-such-charset?B?0LzQtdGH?=", "меч"),
        ("=?utf-8?X?broken?=", "=?utf-8?X?broken?="),
        ("plain\r\n folded", "plain folded"),
        ("Пропал меч после обновления".encode("cp1251"), "Пропал меч после обновления"),
        ("Пропал меч".encode(), "Пропал меч"),
        ("Größe".encode("latin-1"), "Größe"),
        ("tab\tand\x00nul", "tab andnul"),
    ],
)
def test_subjects(header: str | bytes, subject: str):
    assert parse_mail(letter(subject=header)).subject == subject


def test_a_header_folded_without_a_blank_goes_on():
    raw = b"From: anna@players.example\nSubject: a long one that was\nfolded by a bad program\nTo: help@ember.example\n\nHello"

    mail = parse_mail(raw)

    assert (mail.subject, mail.text) == ("a long one that was folded by a bad program", "Hello")


def test_a_forgotten_empty_line_does_not_swallow_the_text():
    mail = parse_mail(b"From: anna@players.example\nSubject: sword\nMy sword is gone\nand I want it back\n")

    assert (mail.subject, mail.text) == ("sword", "My sword is gone\nand I want it back")


@pytest.mark.parametrize(
    ("header", "address", "name"),
    [
        ("Anna <anna@Players.Example>", "anna@players.example", "Anna"),
        ('"Petrova, Anna" <anna@players.example>', "anna@players.example", "Petrova, Anna"),
        ("anna@players.example (Anna Petrova)", "anna@players.example", "Anna Petrova"),
        (f"{word('Анна, гильдия')} <anna@players.example>", "anna@players.example", "Анна, гильдия"),
        ("=?utf-8?Q?Petrova, Anna?= <anna@players.example>", "anna@players.example", "Petrova, Anna"),
        ('"Anna <anna@players.example>', "anna@players.example", "Anna"),
        ("Anna anna@players.example", "anna@players.example", "Anna"),
        ("<<anna@players.example>>", "anna@players.example", ""),
        ("anna@players.example <anna@players.example>", "anna@players.example", ""),
        ("mailto:anna@players.example", "anna@players.example", ""),
        ("<@relay.example:anna@players.example>", "anna@players.example", ""),
        ("Анна <anna@players.example>".encode("cp1251"), "anna@players.example", "Анна"),
        ("'Anna' <anna@players.example>", "anna@players.example", "Anna"),
        ('"anna \\"the blade\\" p" <anna@players.example>', "anna@players.example", 'anna "the blade" p'),
        ("Anna", "", "Anna"),
    ],
)
def test_senders(header: str | bytes, address: str, name: str):
    assert parse_mail(letter(**{"from": header})).from_ == MailAddress(address, name)


def test_where_from_names_nobody_the_next_best_header_does():
    assert parse_mail(letter(sender="anna@players.example", **{"from": "Anna"})).from_ == MailAddress("anna@players.example", "Anna")


def test_several_recipients_groups_and_semicolons():
    mail = parse_mail(letter(to='"Help; Desk" <help@ember.example>; b@x.example, c@x.example', cc="undisclosed-recipients:;"))

    assert [each.address for each in mail.to] == ["help@ember.example", "b@x.example", "c@x.example"]
    assert mail.cc == ()


def test_threading_headers_in_any_shape():
    raw = letter(in_reply_to="<a@x> (yesterday) <b @x>", references="<one@x>\r\n <two@x><three@x> <one@x>", message_id="bare@x")

    mail = parse_mail(raw)

    assert (mail.message_id, mail.in_reply_to) == ("<bare@x>", ("<a@x>", "<b@x>"))
    assert mail.references == ("<one@x>", "<two@x>", "<three@x>")
    assert mail.thread_ids == ("<a@x>", "<b@x>", "<three@x>", "<two@x>", "<one@x>")


@pytest.mark.parametrize(
    ("header", "moment"),
    [
        ("Tue, 14 Oct 2025 09:30:00 +0200", datetime(2025, 10, 14, 7, 30, tzinfo=UTC)),
        ("14 Oct 25 09:30 GMT", datetime(2025, 10, 14, 9, 30, tzinfo=UTC)),
        ("Tue, 14 Oct 2025 09:30:00 -0000 (nowhere)", datetime(2025, 10, 14, 9, 30, tzinfo=UTC)),
        ("yesterday", None),
        ("Tue, 99 Oct 2025 99:99:99 +9999", None),
        ("Mon, 1 Jan 1900 00:00:00 +0000", None),
    ],
)
def test_dates(header: str, moment: datetime | None):
    assert parse_mail(letter(date=header)).date == moment


def test_delivered_addresses_come_from_what_servers_noted():
    raw = letter(
        delivered_to="help+t.x@ember.example", x_original_to="alias@ember.example", received="by mx.example for <real@ember.example>; Tue"
    )

    assert parse_mail(raw).delivered_to == ("alias@ember.example", "help+t.x@ember.example", "real@ember.example")


def test_a_header_of_a_megabyte_is_cut_and_the_text_is_read():
    raw = letter("Hello", subject="=?utf-8?Q?" + "=?utf-8?Q?a" * 100_000, references="<a@x> " * 50_000)

    mail = parse_mail(raw)

    assert (mail.text, len(mail.subject) <= 998, mail.defects) == ("Hello", True, ("too many headers",))


@pytest.mark.parametrize(
    ("written", "address"),
    [
        (".yuki@carrier.example", ".yuki@carrier.example"),
        ("Yuki <.yuki@carrier.example>", ".yuki@carrier.example"),
        ("yuki..k@carrier.example", "yuki..k@carrier.example"),
        ("yuki.@carrier.example", "yuki.@carrier.example"),
        ('"yuki..k"@carrier.example', "yuki..k@carrier.example"),
        ('Yuki <".yuki"@carrier.example>', ".yuki@carrier.example"),
        ('"yuki k"@carrier.example', '"yuki k"@carrier.example'),
        ("<yuki@carrier.example.>,", "yuki@carrier.example"),
    ],
)
def test_addresses_with_dots_in_odd_places_stay_as_they_are(written: str, address: str):
    assert parse_mail(letter("x", **{"from": written})).from_.address == address


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("yuki@carrier.example", "yuki@carrier.example"),
        ("yuki+game@carrier.example", "yuki+game@carrier.example"),
        (".yuki@carrier.example", '".yuki"@carrier.example'),
        ("yuki..k@carrier.example", '"yuki..k"@carrier.example'),
        ('"yuki k"@carrier.example', '"yuki k"@carrier.example'),
        ("no address", "no address"),
    ],
)
def test_protocols_are_told_such_addresses_in_quotes(address: str, told: str):
    assert in_protocol(address) == told


TRACE = "X-Trace: " + "\n".join("QmFzZTY0IG9mIGEgcmVsYXkgdGhhdCBsb3N0IGl0cyBibGFua3M" + str(number) for number in range(40))


def test_continuation_lines_that_lost_their_blank_do_not_end_the_head():
    mail = parse_mail(TRACE.encode() + b"\n" + letter("My sword is gone."))

    assert (mail.from_.address, mail.subject, mail.text) == ("anna@players.example", "My sword is gone", "My sword is gone.")
    assert mail.defects == ("header folded without a blank",)


def test_a_body_that_quotes_headers_is_no_head():
    raw = b"From: anna@players.example\nSubject: Two\n\nHello,\nTo: you\nDate: today\n\nbye"

    assert parse_mail(raw).text == "Hello,\nTo: you\nDate: today\n\nbye"


@pytest.mark.parametrize("preface", ["*** sent by the contact form of the shop ***", "Weitergeleitet vom Shop\nÄnderungen vorbehalten"])
def test_lines_above_the_headers_are_told_and_do_not_hide_them(preface: str):
    mail = parse_mail(preface.encode() + b"\n" + letter("My sword is gone."))

    assert (mail.from_.address, mail.subject, mail.text) == ("anna@players.example", "My sword is gone", "My sword is gone.")
    assert mail.defects == (f"words before the headers: {' '.join(preface.split())}",)
