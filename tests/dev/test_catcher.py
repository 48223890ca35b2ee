"""The players' mailbox: what is sent over SMTP can be read as the player reads it, and answered as the player."""

from __future__ import annotations

import json
import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse

from helpdesk.dev.catcher import door, games
from helpdesk.dev.catcher.door import Handed
from helpdesk.dev.catcher.pages import Pages
from helpdesk.dev.catcher.reading import read
from helpdesk.dev.catcher.smtp import serve
from helpdesk.dev.catcher.store import Store
from helpdesk.dev.ports import HOST, free_port

PICTURE = b"\x89PNG not really"
HOME = "127.0.0.1:8025"


def letter_to(player: str = "Mía Núñez <mia@players.example>", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Emberfall Support <support@emberfall.example>"
    message["To"] = player
    message["Subject"] = "Your crystals"
    message["Message-ID"] = "<second@emberfall.example>"
    message["References"] = "<first@players.example>"
    message.set_content("Hello Mía,\nyour crystals are back.")
    message.add_alternative(
        '<html><head></head><body><img src="cid:logo"><a href="https://rate.example">Rate</a><script>bad()</script></body></html>',
        subtype="html",
    )
    html = message.get_body(("html",))
    assert isinstance(html, EmailMessage)
    html.add_related(PICTURE, "image", "png", cid="<logo>")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="чек.pdf")
    for name, value in ({"Reply-To": "support+t0ken@emberfall.example"} | headers).items():
        message[name] = value
    return message


class Desk:
    """The other side of the door."""

    def __init__(self) -> None:
        self.got: list[tuple[str, bytes]] = []
        self.answer = Handed(True)

    def hand(self, raw: bytes, mailbox: str) -> Handed:
        self.got.append((mailbox, raw))
        return self.answer


class Browser:
    def __init__(self, pages: Pages) -> None:
        self.pages = pages

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.ask("GET", path, b"", headers)

    def post(self, path: str, form: dict[str, str], **headers: str) -> HttpResponse:
        return self.ask("POST", path, urlencode(form).encode(), {"HTTP_ORIGIN": f"http://{HOME}"} | headers)

    def ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> HttpResponse:
        where, _, query = path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": where,
            "QUERY_STRING": query,
            "HTTP_HOST": HOME,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8025",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": BytesIO(body),
            "wsgi.url_scheme": "http",
        }
        answer = self.pages.respond(environ | headers)
        assert isinstance(answer, HttpResponse)
        return answer

    def text(self, path: str, **headers: str) -> str:
        return self.get(path, **headers).content.decode()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "catcher").open()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def browser(store: Store, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Browser:
    monkeypatch.setattr(games, "mailboxes", lambda: [games.Mailbox("Emberfall", "support@emberfall.example")])
    return Browser(Pages(store, desk_url="http://127.0.0.1:8000", hand=desk.hand))


@pytest.fixture
def smtp(store: Store) -> Iterator[smtplib.SMTP]:
    port = free_port()
    controller = serve(store, HOST, port)
    with smtplib.SMTP(HOST, port) as link:
        yield link
    controller.stop()


def caught(store: Store, message: EmailMessage) -> str:
    return store.add(message.as_bytes(), way="in", sender="support@emberfall.example", recipients=["mia@players.example"]).key


def test_a_mail_over_smtp_arrives_byte_for_byte_and_is_first_in_the_list(smtp, store, browser):
    smtp.send_message(letter_to("Boris <boris@players.example>"))
    smtp.send_message(letter_to())

    page = browser.text("/")

    assert page.index("mia@players.example") < page.index("boris@players.example")
    entry, raw = store.get(store.newest())
    assert entry.recipients == ["mia@players.example"]
    assert read(raw).text.splitlines() == ["Hello Mía,", "your crystals are back."]


def test_mailboxes_that_do_not_work_as_real_ones_sometimes_do_not(smtp):
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        smtp.send_message(letter_to("no-such-mailbox@players.example"))
    assert refused.value.recipients["no-such-mailbox@players.example"][0] == 550

    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        smtp.send_message(letter_to("try-later@players.example"))
    assert refused.value.recipients["try-later@players.example"][0] == 451


def test_mails_outlive_a_restart_and_the_oldest_make_room(tmp_path):
    first = Store(tmp_path, kept=2).open()
    keys = [caught(first, letter_to()) for _ in range(3)]

    again = Store(tmp_path, kept=2).open()

    assert [entry.key for entry in again.latest()] == [keys[2], keys[1]]
    assert again.get(keys[0]) is None
    assert len(list(tmp_path.iterdir())) == 4


def test_the_player_sees_the_mail_in_a_frame_that_can_run_nothing(store, browser):
    key = caught(store, letter_to())

    page, frame = browser.text(f"/mails/{key}"), browser.get(f"/mails/{key}/html")

    assert f'src="/mails/{key}/html"' in page
    assert "allow-scripts" not in page
    policy = frame["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy
    assert "script-src" not in policy
    html = frame.content.decode()
    assert '<base target="_blank">' in html
    picture = html.partition('<img src="')[2].partition('"')[0]
    assert browser.get(picture).content == PICTURE


def test_attachments_are_listed_and_downloaded_the_mails_own_pictures_are_not_listed(store, browser):
    key = caught(store, letter_to())

    page = browser.text(f"/mails/{key}")

    assert "чек.pdf" in page
    assert page.count(f"/mails/{key}/parts/") == 1
    file = browser.get(_link(page, f"/mails/{key}/parts/"))
    assert file.content == b"%PDF"
    assert file["Content-Type"] == "application/octet-stream"
    assert file["Content-Disposition"].startswith("attachment")


def _link(page: str, start: str) -> str:
    return start + page.partition(f'href="{start}')[2].partition('"')[0]


def test_everything_a_mail_says_is_escaped(store, browser):
    message = letter_to()
    message.replace_header("Subject", "<script>alert(1)</script>")
    key = caught(store, message)

    for path in ("/", f"/mails/{key}", f"/mails/{key}?show=text", f"/mails/{key}?show=headers", f"/mails/{key}?show=source"):
        assert "<script>alert(1)" not in browser.text(path)
        assert "<script>bad()" not in browser.text(path)


def test_the_player_answers_to_the_reply_address_in_the_same_thread(store, browser, desk):
    key = caught(store, letter_to())

    answer = browser.post(f"/mails/{key}", {"text": "Thank you!\nMía"})

    assert answer.status_code == 303
    ((mailbox, raw),) = desk.got
    letter = read(raw)
    assert mailbox == "support+t0ken@emberfall.example"
    assert letter.sender == ("Mía Núñez", "mia@players.example")
    assert letter.to == [("", "support+t0ken@emberfall.example")]
    assert letter.subject == "Re: Your crystals"
    assert letter.in_reply_to == "<second@emberfall.example>"
    assert letter.references.split() == ["<first@players.example>", "<second@emberfall.example>"]
    assert letter.text.startswith("Thank you!\nMía\n\nOn ")
    assert "> your crystals are back." in letter.text
    assert dict(letter.headers)["Return-Path"] == "<mia@players.example>"
    assert '<blockquote type="cite">' in letter.html
    assert "Thank you!" in browser.text(answer["Location"])


@pytest.mark.parametrize(
    ("language", "words"), [("ru", "пишет:"), ("de", "schrieb"), ("es", "escribió:"), ("en-GB", "wrote:"), ("tlh", "wrote:")]
)
def test_the_quote_is_introduced_as_mail_programs_do_in_that_language(store, browser, desk, language, words):
    key = caught(store, letter_to(**{"Content-Language": language}))

    browser.post(f"/mails/{key}", {"text": "Hi"})

    assert words in read(desk.got[0][1]).text


def test_a_mail_without_that_header_tells_its_language_on_its_first_tag(store, browser, desk):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "support@emberfall.example", "mia@players.example", "Кристаллы"
    message.set_content("Здравствуйте!")
    message.add_alternative('<!doctype html><html dir="ltr" lang="ru"><body>Здравствуйте!</body></html>', subtype="html")

    browser.post(f"/mails/{caught(store, message)}", {"text": "Спасибо"})

    assert "пишет:" in read(desk.got[0][1]).text


def test_without_a_reply_address_the_answer_goes_to_the_sender(store, browser, desk):
    message = letter_to()
    del message["Reply-To"]

    browser.post(f"/mails/{caught(store, message)}", {"text": "Hi"})

    assert desk.got[0][0] == "support@emberfall.example"


def test_a_mail_the_desk_does_not_take_stays_in_the_form(store, browser, desk):
    desk.answer = Handed(False, "the database is away")
    key = caught(store, letter_to())

    answer = browser.post(f"/mails/{key}", {"text": "A long letter"})

    assert answer.status_code == 422
    assert "the database is away" in answer.content.decode()
    assert "A long letter" in answer.content.decode()
    assert store.newest() == key


def test_a_new_player_writes_a_first_mail(browser, desk, store):
    form = {
        "name": 'Зоя "Zed" Орлова',
        "address": "zoya@players.example",
        "to": "support@emberfall.example",
        "subject": "Как перенести прогресс на новый Samsung Galaxy S22? – нужна помощь",  # long enough to be folded
        "text": "Помогите",
    }

    answer = browser.post("/write", form)

    assert answer.status_code == 303
    mailbox, raw = desk.got[0]
    letter = read(raw)
    assert mailbox == "support@emberfall.example"
    assert letter.sender == ("Зоя 'Zed' Орлова", "zoya@players.example")
    assert (letter.subject, letter.text.strip()) == (form["subject"], "Помогите")
    assert letter.in_reply_to == ""
    assert letter.message_id.endswith("@players.example>")
    assert [entry.way for entry in store.latest(mailbox="zoya@players.example")] == ["out"]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [("address", "zoya", "This is no mail address."), ("text", " ", "This is missing."), ("to", "", "This is missing.")],
)
def test_what_is_missing_is_said_beside_its_field_and_nothing_typed_is_lost(browser, desk, field, value, sentence):
    form = {"name": "Zoya", "address": "z@players.example", "to": "s@emberfall.example", "subject": "Crystals", "text": "Help"} | {
        field: value
    }

    answer = browser.post("/write", form)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert 'value="Crystals"' in answer.content.decode()
    assert desk.got == []


def test_a_line_break_in_a_field_makes_no_header(browser, desk):
    form = {
        "name": "Zoya\r\nBcc: all@players.example",
        "address": "z@players.example",
        "to": "s@emberfall.example",
        "subject": "Hi\nX-Evil: 1",
    }

    browser.post("/write", form | {"text": "Help"})

    names = {name for name, _ in read(desk.got[0][1]).headers}
    assert not names & {"Bcc", "X-Evil"}


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_ORIGIN": "http://evil.example"},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_ORIGIN": "http://127.0.0.1:8000"},
        {"HTTP_SEC_FETCH_SITE": "cross-site"},
        {"HTTP_HOST": "evil.example:8025", "HTTP_ORIGIN": "http://evil.example:8025"},
        {"CONTENT_LENGTH": "999999999"},
    ],
)
def test_another_site_cannot_write_here(store, browser, desk, headers):
    key = caught(store, letter_to())

    assert browser.post(f"/mails/{key}", {"text": "I am not Mía"}, **headers).status_code == 403
    assert desk.got == []


def test_a_name_that_points_to_this_machine_reads_nothing(browser):
    assert browser.get("/", HTTP_HOST="rebound.example:8025").status_code == 403


@pytest.mark.parametrize(
    "path", ["/mails/../../secrets", "/mails/20261123T000000000000-deadbeef", "/nowhere", "/look/secrets.css", "/mails/x/parts/99"]
)
def test_what_is_not_there_is_a_page_that_says_so(browser, path):
    answer = browser.get(path)

    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


def test_the_look_is_the_desks_own(browser):
    assert "--accent" in browser.text("/look/tokens.css")
    assert "style-src 'self'" in browser.get("/")["Content-Security-Policy"]
    assert "style=" not in browser.text("/")


def test_the_list_as_json_for_one_player(store, browser):
    caught(store, letter_to())
    store.add(letter_to().as_bytes(), way="in", sender="s@emberfall.example", recipients=["boris@players.example"])

    mails = json.loads(browser.text("/api/mails?to=mia@players.example"))["mails"]

    assert [(mail["subject"], mail["reply_to"], mail["envelope"]["to"]) for mail in mails] == [
        ("Your crystals", ["support+t0ken@emberfall.example"], ["mia@players.example"])
    ]
    assert "Hello Mía" in mails[0]["text"]
    assert [file["type"] for file in mails[0]["attachments"]] == ["image/png", "application/pdf"]


def test_a_mail_nobody_can_read_is_still_listed_and_shown_as_it_came(store, browser):
    key = store.add(b"\xff\xfe\x00 no header at all", way="in", sender="", recipients=["mia@players.example"]).key

    assert browser.get("/").status_code == 200
    assert browser.get(f"/mails/{key}?show=source").status_code == 200


def test_the_pipe_says_why_the_desk_took_nothing(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")

    handed = door.hand_in(letter_to().as_bytes(), "support@emberfall.example")

    assert handed.taken is False
    assert handed.said
