"""Whatever the bytes: no exception, and no word of the player's lost."""

from __future__ import annotations

import re
from email.message import EmailMessage
from html import escape

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.tickets.mail.parse.letters import letter, multipart_letter, nested, packed, part
from tickets.mail.inbound.explain import explain
from tickets.mail.parse.lines import from_plain, render
from tickets.mail.parse.mime import Cutter, Part
from tickets.mail.parse.quotes import split
from tickets.mail.parse.reader import read_strictly

OWN = frozenset({"help@ember.example"})
REPLY = "Danke, es geht!\n\nAm Di., 14. Okt. 2025 um 09:30 schrieb Ember Vale <help@ember.example>:\n\n> Hallo Jörg\n> bitte neu starten\n"
SEEDS = [
    letter("Hello"),
    letter(REPLY, charset="iso-8859-1", in_reply_to="<x@y>", references="<x@y> <z@y>"),
    letter("<p>Привет</p><blockquote type=cite>old</blockquote>", charset="windows-1251", kind="text/html"),
    letter("Привет", charset="koi8-r", subject=b"=?koi8-r?B?8NLJ18XU?= =?utf-8?Q?_=D0=BF=D0?= =?utf-8?Q?=B0?="),
    multipart_letter(
        nested(part("plain"), part("<div class=gmail_quote>x</div>", "text/html")),
        packed(b"\x89PNG\r\n\x1a\n1234", 'image/png; name="=?utf-8?B?0YTQvtGC0L4ucG5n?="', content_disposition="attachment"),
        part(letter("inner"), "message/rfc822"),
    ),
    multipart_letter(
        part("could not be delivered"),
        part("Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n", "message/delivery-status"),
        part(letter("original"), "message/rfc822"),
        subtype="report",
        report_type="delivery-status",
    ),
]
SPLICES = [
    b"",
    b"\x00",
    b"\n\n",
    b"--=_b1\n",
    b"--=_b1--\n",
    b"=?utf-8?B?",
    b"?=",
    b"<",
    b">",
    b'"',
    b"\xff\xfe",
    b"\r",
    b"=\n",
    b": ",
    b"begin 644 x\n",
    b"<div>",
]


@given(st.binary(max_size=2_000))
@settings(deadline=None, max_examples=300)
def test_random_bytes_never_raise(raw: bytes):
    read_strictly(raw, OWN)
    assert explain(raw, OWN)["outcome"] in {"open", "reply", "ignore", "bounce", "park"}


@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 3_000), st.integers(0, 60), st.one_of(st.sampled_from(SPLICES), st.binary(max_size=8))), max_size=6),
)
@settings(deadline=None, max_examples=500)
def test_damaged_mails_never_raise(raw: bytes, damages: list[tuple[int, int, bytes]]):
    for place, removed, splice in damages:
        raw = raw[:place] + splice + raw[place + removed :]

    mail = read_strictly(raw, OWN)

    assert "\x00" not in mail.full_text + mail.subject + (mail.html or "")


LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "",
                "> quoted",
                ">> deeper",
                "-- ",
                "Sent from my iPhone",
                "On Mon, Apr 2, 2025 at 6:26 PM, Anna <anna@players.example> wrote:",
                "From: Anna <anna@players.example>",
                "Sent: Monday 10:30",
                "To: help@ember.example",
                "-----Original Message-----",
                "________________________________",
                "Отправлено с iPhone",
                "Thanks!",
            ]
        ),
        st.text(alphabet=st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=40),
    ),
    max_size=25,
)


@given(LINES, st.booleans(), st.sampled_from([frozenset[str](), OWN]))
@settings(deadline=None, max_examples=500)
@example(["> quoted", "answer", "> quoted", "-- ", "Anna"], True, OWN)
def test_taking_a_text_apart_keeps_every_line(lines: list[str], answer: bool, own: frozenset[str]):
    parsed = from_plain("\n".join(lines))
    whole = render(parsed)

    parts = split(parsed, answer=answer, own=own)

    pieces = [line for piece in (parts.text, parts.quoted, parts.signature) for line in filled(piece)]
    assert sorted(pieces) == sorted(filled(whole))
    assert parts.text.strip() or not whole.strip()


@given(LINES, st.sampled_from(["utf-8", "cp1251", "gb18030", "cp932"]), st.booleans(), st.booleans(), st.booleans())
@settings(deadline=None, max_examples=300)
@example(["¤", "¤¤¤¤", "¤¤¤¤", "¤¤¤¤"], "cp1251", True, False, False)
def test_every_sign_of_a_body_stands_in_one_of_its_parts(lines: list[str], charset: str, labelled: bool, html: bool, answers: bool):
    written = "\n".join(lines).encode(charset, "ignore").decode(charset)
    sent = (f"<pre>{escape(written)}</pre>" if html else written).encode(charset)
    kind = f"text/{'html' if html else 'plain'}" + (f"; charset={charset}" if labelled else "")

    mail = read_strictly(letter(sent, content_type=kind, **({"in_reply_to": "<x@y>"} if answers else {})), OWN)

    shown = mail.text + mail.quoted + mail.signature
    assert sorted(squeezed(shown)) == sorted(squeezed(mail.full_text))
    if labelled:
        assert sorted(squeezed(shown)) == sorted(squeezed(written))


def filled(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip("> \t")]


@given(
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=200),
    st.text(alphabet=st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=80),
    st.binary(max_size=300),
    st.sampled_from(["7bit", "base64", "quoted-printable"]),
)
@settings(deadline=None, max_examples=200)
def test_what_the_standard_library_writes_is_read_back_whole(text: str, subject: str, content: bytes, encoding: str):
    mail = EmailMessage()
    mail["From"] = "anna@players.example"
    mail["Subject"] = subject
    mail.set_content(text, cte="base64" if encoding == "7bit" and not text.isascii() else encoding)
    mail.add_attachment(content, maintype="application", subtype="x-thing", filename=f"{subject[:20]}.bin")
    raw = mail.as_bytes()

    read = read_strictly(raw, frozenset())

    assert squeezed(read.full_text) == squeezed(text)
    assert squeezed(read.subject) == squeezed(subject)
    assert [each.content for each in read.attachments] == [content]
    assert read.defects == ()


def squeezed(text: str) -> str:
    return "".join(re.sub(r"^[> \t]+", "", line) for line in "".join(text.split()).split("\n")).replace(">", "")


@given(st.lists(st.tuples(st.text(alphabet="abc -=_\n", max_size=60), st.booleans()), min_size=1, max_size=8))
@settings(deadline=None, max_examples=200)
def test_parts_are_cut_where_the_standard_library_cuts_them(pieces: list[tuple[str, bool]]):
    mail = EmailMessage()
    mail["From"] = "anna@players.example"
    mail.make_mixed()
    for text, attached in pieces:
        one = EmailMessage()
        one.set_content(text)
        if attached:
            one.add_header("Content-Disposition", "attachment", filename="a.txt")
        mail.attach(one)

    root = Cutter().mail(mail.as_bytes())

    theirs = [each.get_payload(decode=True) for each in mail.walk() if not each.is_multipart()]
    assert [stripped(each) for each in leaves(root)] == [each.strip(b"\n") for each in theirs]


def stripped(each: Part) -> bytes:
    return each.content().strip(b"\n")


def leaves(each: Part) -> list[Part]:
    return [leaf for child in each.children for leaf in leaves(child)] if each.children else [each]
