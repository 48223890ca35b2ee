"""HTML with pictures and style sheets in it: the words behind them are read, the pictures are files of the message."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tickets.mail.parse.letters import letter, multipart_letter, packed, part
from tickets.mail.parse import ParsedMail, parse_mail
from tickets.mail.parse.pages import lighten

PNG = b"\x89PNG\r\n\x1a\n" + b"\x07" * 60
ADDRESS = "data:image/png;base64," + base64.b64encode(PNG).decode()


def read(page: str) -> ParsedMail:
    return parse_mail(letter(page, kind="text/html"))


@pytest.mark.parametrize(
    "address",
    [
        ADDRESS,
        ADDRESS.replace("base64,", "charset=x;base64,"),
        ADDRESS.replace("data:image", "DATA:IMAGE"),
        ADDRESS.replace("+", "%2B").replace("=", "%3D"),
        ADDRESS[:60] + "\n" + ADDRESS[60:],
    ],
)
@pytest.mark.parametrize("quote", ['"', "'"])
def test_a_picture_in_the_page_is_a_file_that_the_page_shows(address: str, quote: str):
    mail = read(f"<p>It looks so:</p><img src={quote}{address}{quote}><p>Please help.</p>")

    assert mail.text == "It looks so:\n\nPlease help."
    assert [(each.type, each.content, each.inline) for each in mail.attachments] == [("image/png", PNG, True)]
    assert f'src="cid:{mail.attachments[0].content_id}"' in (mail.html or "")


def test_the_same_picture_twice_is_one_file_and_others_are_others():
    other = "data:text/plain;base64," + base64.b64encode(b"a log of some lines").decode()
    mail = read(f"<img src='{ADDRESS}'><img src={ADDRESS}><a href='{other}'>log</a><i style='background:url({ADDRESS})'>x</i>")

    assert [(each.content, each.type) for each in mail.attachments] == [(PNG, "image/png"), (b"a log of some lines", "text/plain")]


def test_pictures_of_two_pages_of_one_mail_are_told_apart():
    other = "data:image/png;base64," + base64.b64encode(PNG + b"2").decode()
    raw = multipart_letter(part(f"<img src='{ADDRESS}'>", "text/html"), part(f"<img src='{other}'>", "text/html"))

    mail = parse_mail(raw)

    assert [each.content for each in mail.attachments] == [PNG, PNG + b"2"]
    assert [f'src="cid:{each.content_id}"' in (mail.html or "") for each in mail.attachments] == [True, True]
    assert len({each.content_id for each in mail.attachments}) == 2


def test_one_that_is_not_encoded_as_it_says_is_kept_as_it_stands():
    assert [each.content for each in read("<img src='data:image/png;base64,no*base64*here'>").attachments] == [b"no*base64*here"]
    assert [each.type for each in read("<img src=\"data:image/svg+xml,%3Csvg xmlns='x'%3E%3C/svg%3E\">").attachments] == ["image/svg+xml"]


@pytest.mark.parametrize(
    "page",
    [
        "<p>Before</p><img src='data:image/png;base64," + "A" * 3_000_000 + "'><p>My id is EV-2207.</p>",
        "<html><head><style>" + ".a{color:red}\n" * 120_000 + "</style></head><p>Before</p><p>My id is EV-2207.</p>",
        "<p>Before</p>" + "<STYLE type='x'>.a{}</STYLE >" * 50_000 + "<script>x</script><p>My id is EV-2207.</p>",
    ],
)
def test_words_behind_a_megabyte_of_no_words_are_kept(page: str):
    mail = read(page)

    assert (mail.text, mail.defects) == ("Before\n\nMy id is EV-2207.", ())
    assert "EV-2207" in (mail.html or "")


def test_a_page_of_too_many_words_says_that_it_is_cut():
    assert read(f"<p>{'word ' * 300_000}</p>").defects == ("text cut",)


@pytest.mark.parametrize(
    "page",
    [
        "<style" * 300_000,
        "<style>" * 200_000 + "words",
        "<script>" * 100_000 + "</style>" * 100_000,
        "'data:" * 300_000,
        "'data:a/b," * 200_000,
        '"data:image/png;base64,' * 80_000,
        "=data:x/x;" + ";a=b" * 300_000,
    ],
    ids=range(7),
)
def test_the_page_is_read_in_one_go_however_it_is_built(page: str):
    began = time.process_time()
    lighten(page)

    assert time.process_time() - began < 2


@given(st.text(alphabet="<>style/cript data:image/png;base64,AB=\"'() \n", max_size=400))
@settings(deadline=None, max_examples=200)
def test_no_page_breaks_it_and_nothing_else_is_taken_out(page: str):
    light = lighten(page)

    assert len(light.html) <= len(page) + 40 * len(light.pictures)
    if "data:" not in page and "<" not in page:
        assert light.html == page


@pytest.mark.parametrize(
    ("named", "content_id"),
    [
        ("shot@x", "<SHOT@X>"),
        ("SHOT@X", "shot@x"),
        ("shot%40x", "<shot@x>"),
        ("shot@x", "<shot%40x>"),
        ("&lt;shot@x&gt;", "shot@x"),
        ("a&amp;b", "<a&b>"),
    ],
)
def test_the_page_names_a_picture_in_another_spelling(named: str, content_id: str):
    page = part(f'<p>See <img src="cid:{named}"></p>', "text/html")

    mail = parse_mail(multipart_letter(page, packed(PNG, "image/png; name=shot.png", content_id=content_id), subtype="related"))

    assert [(each.name, each.inline) for each in mail.attachments] == [("shot.png", True)]


def test_words_outside_of_the_parts_are_words_too():
    raw = multipart_letter(part("My sword is gone.")) + b"\nYou get this from the guild's list, EV-2207.\n"
    early = multipart_letter(part("My sword is gone."))
    early = early.replace(b"\n\n--=_b1", b"\n\nThis is a multi-part message in MIME format.\n--=_b1", 1)

    assert parse_mail(raw).text == "My sword is gone.\n\nYou get this from the guild's list, EV-2207."
    assert parse_mail(early).text == "My sword is gone."


def test_of_two_different_plain_forms_both_are_kept_and_another_page_is_a_file():
    raw = multipart_letter(
        part("one"), part("two"), part("<p>three</p>", "text/html"), part("<p>four</p>", "text/html"), subtype="alternative"
    )

    mail = parse_mail(raw)

    assert (mail.text, mail.html) == ("one\n\ntwo", "<p>four</p>")
    assert [(each.content, each.type) for each in mail.attachments] == [(b"<p>three</p>", "text/plain")]


def test_enriched_text_without_its_parameters():
    page = "<color><param>red</param>My sword</color> is <bold>gone</bold>. 1 << 2"

    assert parse_mail(letter(page, kind="text/enriched")).text == "My sword is gone. 1 < 2"
    began = time.process_time()
    parse_mail(letter("<param>" * 28_000, kind="text/enriched"))
    assert time.process_time() - began < 2
