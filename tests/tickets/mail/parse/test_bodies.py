"""Which parts are the text and which are files."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.tickets.mail.parse.letters import letter, multipart, multipart_letter, nested, packed, part
from tickets.mail.parse import parse_mail

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
PDF = b"%PDF-1.7\n..."


def names(raw: bytes) -> list[tuple[str, str, bool]]:
    return [(each.name, each.type, each.inline) for each in parse_mail(raw).attachments]


def test_of_two_forms_the_plain_one_is_the_text_and_the_html_is_kept():
    mail = parse_mail(
        multipart_letter(part("plain words"), part("<p>plain <b>words</b></p><script>x()</script>", "text/html"), subtype="alternative")
    )

    assert (mail.text, mail.html) == ("plain words", "<p>plain <b>words</b></p>")
    assert mail.html_raw is not None
    assert "script" in mail.html_raw


def test_an_empty_plain_form_gives_way_to_the_html():
    assert parse_mail(multipart_letter(part(" \n"), part("<p>Words</p>", "text/html"), subtype="alternative")).text == "Words"


def test_a_plain_form_that_only_points_at_the_html_gives_way():
    stub = part("Your mail program does not support HTML.")
    page = part(f"<p>{'My sword is gone. ' * 20}</p>", "text/html")

    assert parse_mail(multipart_letter(stub, page, subtype="alternative")).text.startswith("My sword is gone.")


def test_only_html():
    mail = parse_mail(letter("<div>Line one<br>line&nbsp;two</div><ul><li>a<li>b</ul>", kind="text/html"))

    assert mail.text == "Line one\nline two\n\n- a\n- b"


def test_text_in_several_pieces_is_read_in_order():
    raw = multipart_letter(part("before"), packed(PNG, "image/png; name=shot.png", content_disposition="inline"), part("after"))

    mail = parse_mail(raw)

    assert mail.text == "before\n\nafter"
    assert [each.name for each in mail.attachments] == ["shot.png"]


def test_pictures_that_the_html_shows_are_inline_whatever_they_claim():
    page = part('<p>See <img src="cid:shot@x"></p>', "text/html")
    raw = multipart_letter(page, packed(PNG, "image/png", content_id="<shot@x>", content_disposition="attachment"), subtype="related")

    mail = parse_mail(raw)

    assert [(each.name, each.inline, each.content_id, each.size) for each in mail.attachments] == [("attachment-1.png", True, "shot@x", 48)]
    assert mail.html == '<p>See <img src="cid:shot@x"></p>'


def test_remote_pictures_are_noted():
    mail = parse_mail(letter('<p>x<img src="https://spy.example/a.gif"></p>', kind="text/html"))

    assert mail.remote_images is True


@pytest.mark.parametrize(
    ("kind", "disposition", "name"),
    [
        ("image/png; name*=utf-8''%D0%BC%D0%B5%D1%87.png", "", "меч.png"),
        ("image/png", "attachment; filename*0*=utf-8''%D0%BC%D0%B5; filename*1*=%D1%87.png", "меч.png"),
        ("image/png", 'attachment; filename*0="a long "; filename*1="name.png"', "a long name.png"),
        ('image/png; name="=?utf-8?B?0LzQtdGHLnBuZw==?="', "attachment", "меч.png"),
        ("image/png", 'attachment; filename="../../etc/passwd"', "passwd"),
        ("image/png", 'attachment; filename="C:\\\\Users\\\\anna\\\\shot.png"', "shot.png"),
        ("image/png", "attachment; filename=my shot.png", "my shot.png"),
        ("image/png", "", "attachment-1.png"),
    ],
)
def test_file_names(kind: str, disposition: str, name: str):
    headers = {"content_disposition": disposition} if disposition else {}

    assert names(multipart_letter(part("x"), packed(PNG, kind, **headers)))[0][0] == name


@pytest.mark.parametrize(
    ("content", "declared", "kind"),
    [
        (PDF, "application/octet-stream", "application/pdf"),
        (PNG, "image/jpeg", "image/png"),
        (b"<html><script>x</script></html>", "image/png", "text/html"),
        (b"<?xml version='1.0'?><svg xmlns='x'></svg>", "image/png", "image/svg+xml"),
        (b"no picture at all", "image/png", "application/octet-stream"),
        (
            b"PK\x03\x04" + b"\x00" * 40,
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (b"\x78\x9f\x3e\x22" + b"\x00" * 10, "application/octet-stream", "application/ms-tnef"),
        (b"BEGIN:VCALENDAR\nEND:VCALENDAR\n", "text/calendar", "text/calendar"),
        (b"a,b\n1,2\n", "text/csv", "text/csv"),
        (b"MZ\x90\x00" + b"\x00" * 60, "text/plain", "application/x-msdownload"),
    ],
)
def test_types_by_content(content: bytes, declared: str, kind: str):
    raw = multipart_letter(part("x"), packed(content, f'{declared}; name="file"', content_disposition="attachment"))

    assert names(raw) == [("file", kind, False)]


def test_winmail_and_calendars_are_files():
    raw = multipart_letter(
        part("x"),
        packed(b"\x78\x9f\x3e\x22" + b"\x00" * 10, 'application/ms-tnef; name="winmail.dat"'),
        part("BEGIN:VCALENDAR\nEND:VCALENDAR", "text/calendar; method=REQUEST"),
    )

    assert names(raw) == [("winmail.dat", "application/ms-tnef", False), ("attachment-2.ics", "text/calendar", False)]


def test_a_mail_inside_the_mail_is_a_file_byte_for_byte():
    inner = letter("inner words", subject="=?utf-8?B?0LzQtdGH?=", charset="koi8-r")

    mail = parse_mail(multipart_letter(part("see below"), part(inner, "message/rfc822")))

    assert (mail.text, mail.attachments[0].name, mail.attachments[0].content) == ("see below", "меч.eml", inner)


def test_a_named_text_is_a_file_even_when_it_is_inline():
    raw = multipart_letter(
        part("The log is here:"), part("error 17", 'text/plain; name="game.log"', content_disposition="inline; filename=game.log")
    )

    mail = parse_mail(raw)

    assert (mail.text, mail.attachments[0].name, mail.attachments[0].content) == ("The log is here:", "game.log", b"error 17")


def test_a_text_that_comes_only_as_a_file_is_read_all_the_same():
    mail = parse_mail(multipart_letter(part("My sword", content_disposition="attachment")))

    assert (mail.text, len(mail.attachments)) == ("My sword", 1)


def test_a_uuencoded_file_in_the_text_is_taken_out():
    mail = parse_mail(letter("See:\nbegin 644 cat.txt\n#0V%T\n`\nend\nBye"))

    assert (mail.text, [(each.name, each.content) for each in mail.attachments]) == ("See:\n\nBye", [("cat.txt", b"Cat")])


def test_flowed_lines_are_put_together_and_quotes_kept_apart():
    raw = letter(
        "My sword \nis gone.\n> Which \n> one?\n-- \nAnna", content_type="text/plain; format=flowed; charset=utf-8", in_reply_to="<x@y>"
    )

    mail = parse_mail(raw)

    assert (mail.text, mail.quoted, mail.signature) == ("My sword is gone.", "> Which one?", "--\nAnna")


@pytest.mark.parametrize(
    ("encoding", "body", "text"),
    [
        ("base64", base64.b64encode("Привет".encode()).decode().rstrip("="), "Привет"),
        ("BASE64 ", "0J/Rg\nNC40L\r\nLQtdGC", "Привет"),
        ("quoted-printable", "=D0=9F=D1=80=D0=B8=\n=D0=B2=D0=B5=D1=82", "Привет"),
        ("quoted-printable", "100% = fine =ZZ", "100% = fine =ZZ"),
        ("base64", "This was never encoded at all.", "This was never encoded at all."),
        ("x-unknown", "Hello", "Hello"),
        ("8-bit", "Привет", "Привет"),
    ],
)
def test_transfer_encodings_and_lies_about_them(encoding: str, body: str, text: str):
    assert parse_mail(letter(body, content_transfer_encoding=encoding)).text == text


def test_a_footer_below_base64_is_read_too():
    body = base64.encodebytes(b"My sword is gone").decode() + "\n_______\nThis mail was scanned by Example.\n"

    mail = parse_mail(letter(body, content_transfer_encoding="base64"))

    assert mail.full_text == "My sword is gone\n\n_______\nThis mail was scanned by Example."
    assert "text after base64" in mail.defects


@pytest.mark.parametrize("damage", ["no boundary", "not closed", "wrong boundary", "base64 multipart"])
def test_broken_multiparts_are_still_read(damage: str):
    kind, body = multipart(part("My sword"), part("<p>My sword</p>", "text/html"), subtype="alternative")
    headers: dict[str, Any] = {"content_type": kind}
    if damage == "no boundary":
        headers = {"content_type": "multipart/alternative"}
    elif damage == "not closed":
        body = body.removesuffix(b"--=_b1--\n")
    elif damage == "wrong boundary":
        headers = {"content_type": 'multipart/alternative; boundary="another"'}
    else:
        headers |= {"content_transfer_encoding": "base64"}
        body = base64.encodebytes(body)

    assert parse_mail(letter(body, **headers)).text == "My sword"


def test_parts_after_a_close_that_was_none_are_found():
    kind, body = multipart(part("My sword"))
    body += b"--=_b1\nContent-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(PNG) + b"--=_b1--\n"

    assert len(parse_mail(letter(body, content_type=kind)).attachments) == 1


def test_words_outside_of_all_parts_are_read_when_there_are_no_others():
    raw = letter(b"My sword is gone\n--=_b1\nContent-Type: image/png\n\n\n--=_b1--\n", content_type='multipart/mixed; boundary="=_b1"')

    assert parse_mail(raw).text == "My sword is gone"


def test_signed_mail_shows_its_text():
    raw = multipart_letter(
        part("Signed words"), part("-----BEGIN PGP SIGNATURE-----", 'application/pgp-signature; name="signature.asc"'), subtype="signed"
    )

    mail = parse_mail(raw)

    assert (mail.text, [each.name for each in mail.attachments]) == ("Signed words", ["signature.asc"])


def test_apple_puts_files_between_html_and_each_word_stays():
    inner = nested(
        part("one\n\ntwo"),
        nested(
            part("<p>one</p>", "text/html"),
            packed(PDF, "application/pdf; name=a.pdf"),
            part("<p>two</p>", "text/html"),
            subtype="mixed",
            boundary="=_b3",
        ),
    )

    mail = parse_mail(multipart_letter(inner))

    assert (mail.text, mail.html) == ("one\n\ntwo", "<p>one</p>\n<p>two</p>")
    assert [each.name for each in mail.attachments] == ["a.pdf"]


def test_empty_mails_are_values_too():
    assert parse_mail(b"").readable is False
    assert parse_mail(letter("")).readable is True
    assert parse_mail(b"\n\n\n").text == ""


def test_bytes_that_are_no_mail_are_not_shown_as_words():
    assert parse_mail(PNG * 50).readable is False


def test_a_few_nuls_in_a_text_leave_it_a_text():
    mail = parse_mail(letter(b"Hel\x00lo, my \x00\x00sword\x00"))

    assert (mail.text, mail.attachments) == ("Hello, my sword", ())


def test_what_is_sent_as_text_and_is_none_is_filed_once():
    assert len(names(letter(bytes(range(1, 32)) * 50))) == 1


def test_no_file_name_turns_its_ending_round():
    file = part("MZ", "image/png", content_disposition="attachment; filename*=UTF-8''invoice%E2%80%AEgnp.exe")

    assert names(multipart_letter(part("See."), file))[0][0] == "invoicegnp.exe"
