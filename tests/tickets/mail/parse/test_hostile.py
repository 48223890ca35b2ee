"""Mails made to hurt: deep, many, huge. They cost little time, and what can be read is read."""

from __future__ import annotations

import base64

import pytest

from tests.tickets.mail.parse.letters import letter, multipart_letter, part
from tickets.mail.parse.limits import MAX_PARTS, MAX_TEXT_CHARS
from tickets.mail.parse.reader import read_strictly
from tickets.mail.parse.values import ParsedMail


def read(raw: bytes) -> ParsedMail:
    return read_strictly(raw, frozenset())


def deep(levels: int) -> bytes:
    body = part("innermost")
    for level in range(levels):
        body = f'Content-Type: multipart/mixed; boundary="b{level}"\n\n--b{level}\n'.encode() + body + f"\n--b{level}--\n".encode()
    return b"From: anna@players.example\nSubject: deep\n" + body


def test_multiparts_of_reasonable_depth_are_read():
    assert read(deep(20)).text == "innermost"


def test_deeper_ones_are_kept_as_a_file():
    mail = read(deep(2_000))

    assert (mail.text, len(mail.attachments)) == ("", 1)
    assert b"innermost" in mail.attachments[0].content
    assert "parts nested too deeply" in mail.defects


def test_thousands_of_parts_end_in_one_file():
    raw = multipart_letter(*(part(f"part {number}") for number in range(5_000)))

    mail = read(raw)

    assert mail.text.startswith("part 0\n\npart 1\n")
    assert len(mail.attachments) == 1
    assert b"part 4999" in mail.attachments[0].content
    assert mail.text.count("part") <= MAX_PARTS


def test_a_text_of_megabytes_is_cut_where_we_say():
    mail = read(letter("word " * 1_000_000))

    assert (len(mail.text) <= MAX_TEXT_CHARS, "text cut" in mail.defects) == (True, True)


@pytest.mark.parametrize(
    "page",
    [
        "my sword" + "<div>" * 200_000,
        "<p>" + "".join(f"<font color=#{number:06}>" for number in range(5_000)) + "<p>my sword" * 5_000,
        "<table>" * 50_000 + "my sword",
        "<b><i>" * 100_000 + "my sword",
        "<!--" * 100_000 + "--> my sword",
        "a<b " * 100_000 + "> my sword",
        "my sword " + "&#" * 200_000,
        "<blockquote>" * 390 + "my sword",
    ],
    ids=["divs", "fonts", "tables", "bolds", "comments", "half tags", "entities", "quotes"],
)
@pytest.mark.timeout(20)
def test_html_bombs_are_read_in_moderate_time(page: str):
    mail = read(letter(page, kind="text/html"))

    assert "sword" in mail.full_text or page.startswith(("<!--", "a<b"))


@pytest.mark.parametrize(
    "raw",
    [
        letter(">" * 100_000 + "\n" + "> " * 50_000),
        letter("On 1 " * 20_000 + "wrote:"),
        letter("\n".join(["From: a"] * 4_000)),
        letter("From: " * 30_000),
        letter("\n".join(["On 14 Oct 2025 Anna <a@b.example> wrote:"] * 4_000)),
        letter("begin 644 x\n" * 5_000),
        letter("Hello", to="(" * 30_000),
        letter("Hello", to='"' * 30_000),
        letter("Hello", to="<" * 30_000),
        letter("Hello", to="a@b.example, " * 30_000),
        letter("Hello", content_type="text/plain" + "; a=b" * 20_000),
        letter("Hello", content_type='text/plain; x="' + "\\" * 30_000),
        letter("Hello", content_type="multipart/mixed; boundary=x" + "; boundary*0=y" * 5_000),
        letter(b"\xff" * 500_000),
        letter(base64.b64encode(b"x" * 300_000).decode() + "!" * 1_000, content_transfer_encoding="base64"),
        letter("=" * 300_000, content_transfer_encoding="quoted-printable"),
        letter("x", subject="=?utf-8?B?" * 3_000),
        b"\n" * 300_000,
        b"a: b\n" * 100_000,
        b"From " * 100_000,
        b"\r" * 300_000,
        b"--\n" * 100_000,
        letter("--x\n" * 50_000, content_type='multipart/mixed; boundary="x"'),
    ],
)
@pytest.mark.timeout(20)
def test_no_pattern_runs_wild(raw: bytes):
    read(raw)
