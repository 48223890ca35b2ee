"""Letters arrive as their writer saw them, whatever the label says."""

from __future__ import annotations

import pytest

from tests.tickets.mail.parse.letters import letter
from tickets.mail.parse import parse_mail

RUSSIAN = "Здравствуйте! После обновления пропал мой меч, помогите, пожалуйста."
GERMAN = "Grüße aus Köln, mein Schwert ist für immer verschwunden."
SPANISH = "¿Dónde está mi espada? Mañana jugaré otra vez."


@pytest.mark.parametrize("charset", ["utf-8", "windows-1251", "koi8-r", "iso-8859-5", "cp866", "x-mac-cyrillic"])
def test_russian_in_its_own_label(charset: str):
    python = {"x-mac-cyrillic": "mac-cyrillic"}.get(charset, charset)

    assert parse_mail(letter(RUSSIAN.encode(python), charset=charset)).text == RUSSIAN


@pytest.mark.parametrize("label", ["us-ascii", "iso-8859-1", "utf-8", "x-unknown", "windows-1252", "koi8-r", ""])
@pytest.mark.parametrize("really", ["windows-1251", "koi8-r", "utf-8"])
def test_russian_under_a_false_label(really: str, label: str):
    raw = letter(RUSSIAN.encode(really), charset=label or '""')

    assert parse_mail(raw).text == RUSSIAN


@pytest.mark.parametrize("text", [GERMAN, SPANISH])
@pytest.mark.parametrize("label", ["us-ascii", "iso-8859-1", "utf-8", "x-unknown"])
@pytest.mark.parametrize("really", ["iso-8859-1", "utf-8", "windows-1252"])
def test_latin_letters_stay_latin(text: str, really: str, label: str):
    assert parse_mail(letter(text.encode(really), charset=label)).text == text


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("gb2312", "我的剑不见了"),
        ("big5", "我的劍不見了"),
        ("shift_jis", "剣がなくなりました"),
        ("iso-2022-jp", "剣がなくなりました"),
        ("euc-kr", "검이 사라졌어요"),
        ("windows-1254", "Kılıcım kayboldu, lütfen yardım edin"),
        ("iso-8859-2", "Mój miecz zniknął, proszę o pomoc"),
        ("utf-16", "My sword"),
        ("utf-7", "Schwert f+APw-r mich"),
    ],
)
def test_other_alphabets_by_their_label(charset: str, text: str):
    raw = letter(text.encode("ascii") if charset == "utf-7" else text.encode(charset), charset=charset)

    assert parse_mail(raw).text == (text if charset != "utf-7" else "Schwert für mich")


def test_a_mail_without_any_label_is_guessed():
    raw = letter(RUSSIAN.encode("cp1251"), drop=("content-type",))

    assert parse_mail(raw).text == RUSSIAN


def test_a_few_lost_bytes_do_not_spoil_the_rest():
    raw = letter(RUSSIAN.encode()[:-1], charset="utf-8")

    assert parse_mail(raw).text.startswith("Здравствуйте! После обновления")


def test_html_may_name_its_charset_itself():
    page = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset=windows-1251"></head><body>{RUSSIAN}</body></html>'
    raw = letter(page.encode("cp1251"), content_type="text/html")

    assert parse_mail(raw).text == RUSSIAN


def test_an_unknown_label_is_noted():
    assert parse_mail(letter(b"Hello", charset="klingon")).defects == ("unknown charset klingon",)


def test_a_few_broken_letters_do_not_make_utf_8_something_else():
    raw = letter("5 €, und Grüße".encode() + b" \xd0\x9c\xd0\xb5\xd1", charset="utf-8")

    assert parse_mail(raw).text == "5 €, und Grüße Ме\N{REPLACEMENT CHARACTER}"


def test_halves_of_emoji_written_each_by_itself_are_put_together():
    assert parse_mail(letter(b"Danke \xed\xa0\xbd\xed\xb8\x80, gro\xc3\x9fartig")).text == "Danke \N{GRINNING FACE}, großartig"
    assert parse_mail(letter("Grüße ".encode() + b"\xed\xa0\xbd!")).text == "Grüße \N{REPLACEMENT CHARACTER}!"
