"""The players' mailbox: what is sent over SMTP can be read as the player reads it, and answered as the player."""

from __future__ import annotations

import base64
import re
import smtplib
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError
from django.test import Client

from helpdesk.base import blobs
from helpdesk.base.blobs import NotKept
from helpdesk.demo.mailbox import store, views
from helpdesk.demo.mailbox.smtp import HOST, serve
from tests.factories.desk import make_game
from tests.house.test_processes import LOCKED, start
from tickets.mail.models import RawMail
from tickets.mail.parse import ParsedMail, parse_mail

pytestmark = [pytest.mark.django_db, pytest.mark.urls("helpdesk.demo.mailbox.urls")]

PICTURE = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
MIA = "mia@players.example"
SUPPORT = "support@emberfall.example"


def letter_to(player: str = f"Mía Núñez <{MIA}>", *, tongue: str = 'lang="en"', **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = f"Emberfall Support <{SUPPORT}>"
    message["To"] = player
    message["Subject"] = "Your crystals"
    message["Message-ID"] = "<second@emberfall.example>"
    message["References"] = "<first@players.example>"
    message.set_content("Hello Mía,\nyour crystals are back.")
    message.add_alternative(
        f'<html {tongue}><head></head><body><img src="cid:logo"><a href="https://rate.example">Rate</a><script>bad()</script></body></html>',
        subtype="html",
    )
    html = message.get_body(("html",))
    assert isinstance(html, EmailMessage)
    html.add_related(PICTURE, "image", "png", cid="<logo>")
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="чек.pdf")
    for name, value in ({"Reply-To": "support+t0ken@emberfall.example"} | headers).items():
        del message[name]
        message[name] = value
    return message


def caught(message: EmailMessage | None = None, player: str = MIA) -> str:
    return store.keep((message or letter_to()).as_bytes(), way="in", sender=SUPPORT, recipients=[player])


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.LOCAL_DIR = tmp_path
    return tmp_path / "mailbox"


@pytest.fixture
def smtp() -> Iterator[smtplib.SMTP]:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    controller = serve(port)
    with smtplib.SMTP(HOST, port) as link:
        yield link
    controller.stop()


def seen(client: Client, path: str, **more: str) -> str:
    answered = client.get(path, more)
    assert answered.status_code == 200
    return answered.content.decode()


def handed_in() -> tuple[str, str, ParsedMail]:
    """The one mail that the desk has: the address it came for, its source and what it says."""
    raw = RawMail.objects.select_related("blob").get()
    content = blobs.read(raw.blob)
    return raw.mailbox, content.decode(), parse_mail(content)


def test_a_mail_over_smtp_is_kept_behind_its_envelope_and_is_first_in_the_list(smtp, client):
    smtp.send_message(letter_to("Boris <boris@players.example>"))
    smtp.send_message(letter_to(), from_addr="bounces@emberfall.example")

    page = seen(client, "/mailbox/")

    rows = page[page.index("<ol>") :]
    assert rows.index(MIA) < rows.index("boris@players.example")
    newest = store.kept()[0]
    assert (newest.way, newest.players) == ("in", (MIA,))
    assert newest.raw.startswith(b"Return-Path: <bounces@emberfall.example>\nDelivered-To: mia@players.example\nFrom: Emberfall Support")
    assert newest.mail.full_text.splitlines() == ["Hello Mía,", "your crystals are back."]


def test_mailboxes_that_do_not_work_as_real_ones_sometimes_do_not(smtp):
    for player, code in (("no-such-mailbox@players.example", 550), ("try-later@players.example", 451)):
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            smtp.send_message(letter_to(player))
        assert refused.value.recipients[player][0] == code


def test_a_full_disk_is_said_to_who_sends(smtp, monkeypatch):
    def full(*_words: Any, **_more: Any) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "keep", full)

    with pytest.raises(smtplib.SMTPDataError, match="452"):
        smtp.send_message(letter_to())


def test_the_oldest_mails_make_room(folder, monkeypatch):
    monkeypatch.setattr(store, "KEPT", 2)

    keys = [caught() for _ in range(3)]

    assert [each.key for each in store.kept()] == [keys[2], keys[1]]
    assert store.get(keys[0]) is None
    assert len(list(folder.iterdir())) == 2


def test_one_players_mailbox_has_what_went_both_ways(client):
    caught(player="boris@players.example")
    caught(player="Mia@players.example")
    store.keep(letter_to().as_bytes(), way="out", sender=MIA, recipients=[SUPPORT])

    page = seen(client, "/mailbox/", to=MIA)

    assert page.count('<li class="in">') == 1
    assert page.count('<li class="out">') == 1
    assert f'<option value="{MIA}">2</option>' in page


def test_the_list_goes_on_where_it_is_long(client, monkeypatch):
    monkeypatch.setattr(views, "PAGE", 2)
    for _ in range(3):
        caught()

    first, second = seen(client, "/mailbox/"), seen(client, "/mailbox/", page="2")

    assert first.count('<li class="in">') == 2
    assert "?page=2" in first
    assert second.count('<li class="in">') == 1


def test_the_open_page_is_told_only_of_what_is_new(client):
    asks = {"HX-Request": "true"}
    known = caught()

    assert client.get("/mailbox/", {"newest": known}, headers=asks).status_code == 204
    fresh = caught()
    answered = client.get("/mailbox/", {"newest": known}, headers=asks).content.decode()

    assert fresh in answered
    assert "<html" not in answered


def test_the_player_sees_the_mail_in_a_frame_that_can_run_nothing(client):
    key = caught()

    page, frame = seen(client, f"/mailbox/{key}/"), client.get(f"/mailbox/{key}/page/")

    assert f'src="/mailbox/{key}/page/"' in page
    assert "allow-scripts" not in page
    policy = frame["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-same-origin allow-popups" in policy
    assert "script" not in policy
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    html = frame.content.decode()
    assert '<head><base target="_blank">' in html
    shown = client.get(html.partition('<img src="')[2].partition('"')[0])
    assert (shown["Content-Type"], shown.getvalue()) == ("image/png", PICTURE)


def test_attachments_are_listed_and_downloaded_the_mails_own_pictures_are_not_listed(client):
    key = caught()

    page = seen(client, f"/mailbox/{key}/")

    assert "чек.pdf" in page
    [address] = re.findall(rf"/mailbox/{key}/files/\d+/", page)
    file = client.get(address)
    assert file.getvalue() == b"%PDF-1.4"
    assert file["Content-Type"] == "application/octet-stream"
    assert file["Content-Disposition"].startswith("attachment")


def test_a_mail_is_shown_in_every_way_and_everything_it_says_is_escaped(client):
    key = caught(letter_to(Subject="<script>alert(1)</script>"))

    pages = {show: seen(client, f"/mailbox/{key}/", show=show) for show in ("page", "text", "headers", "source", "nonsense")}

    assert "your crystals are back." in pages["text"]
    assert "&lt;first@players.example&gt;" in pages["headers"]
    assert "Content-Type: multipart/" in pages["source"]
    for page in (seen(client, "/mailbox/"), *pages.values()):
        assert "<script>alert(1)" not in page
        assert "<script>bad()" not in page
    source = client.get(f"/mailbox/{key}/source/")
    assert source.getvalue() == store.kept()[0].raw


def test_the_player_answers_to_the_reply_address_in_the_same_thread(client):
    key = caught()

    answered = client.post(
        f"/mailbox/{key}/", {"text": "Thank you!\nMía", "attached": SimpleUploadedFile("log.txt", b"E4711", "text/plain")}
    )

    mailbox, source, mail = handed_in()
    assert mailbox == "support+t0ken@emberfall.example"
    assert (mail.from_.name, mail.from_.address) == ("Mía Núñez", MIA)
    assert [each.address for each in mail.to] == ["support+t0ken@emberfall.example"]
    assert mail.subject == "Re: Your crystals"
    assert mail.in_reply_to == ("<second@emberfall.example>",)
    assert mail.references == ("<first@players.example>", "<second@emberfall.example>")
    assert mail.text == "Thank you!\nMía"
    assert "wrote:\n> Hello Mía," in mail.full_text.replace(">\n", "")
    assert '<blockquote type="cite">' in source
    assert [(each.name, each.content) for each in mail.attachments] == [("log.txt", b"E4711")]
    assert "Thank you!" in seen(client, answered["Location"])
    assert store.kept()[0].players == (MIA,)


@pytest.mark.parametrize(
    ("language", "words"), [("ru", "пишет:"), ("de", "schrieb"), ("es", "escribió:"), ("en-GB", "wrote:"), ("tlh", "wrote:")]
)
def test_the_quote_is_introduced_as_mail_programs_do_in_that_language(client, language, words):
    key = caught(letter_to(tongue=f'dir="ltr" lang="{language}"'))

    client.post(f"/mailbox/{key}/", {"text": "Hi"})

    assert words in handed_in()[2].full_text


def test_without_a_reply_address_the_answer_goes_to_the_sender(client):
    message = letter_to()
    del message["Reply-To"]

    client.post(f"/mailbox/{caught(message)}/", {"text": "Hi"})

    assert handed_in()[0] == SUPPORT


def test_a_mail_the_desk_does_not_take_stays_in_the_form(client, monkeypatch):
    def full(_mail: Any) -> None:
        raise NotKept("No space is left.", field="file")

    monkeypatch.setattr(views, "receive", full)
    key = caught()

    answered = client.post(f"/mailbox/{key}/", {"text": "A long letter"})

    assert answered.status_code == 422
    assert "The desk did not take the mail: No space is left." in answered.content.decode()
    assert "A long letter" in answered.content.decode()
    assert store.kept()[0].key == key


FIRST = {
    "name": "Зоя Орлова",
    "address": "zoya@players.example",
    "to": SUPPORT,
    "subject": "Как перенести прогресс на новый Samsung Galaxy S22? – нужна помощь",  # long enough to be folded
    "text": "Помогите",
}


@pytest.fixture
def game() -> None:
    make_game(address=SUPPORT)


def test_a_new_player_writes_a_first_mail(client, game):
    assert "Emberfall" in seen(client, "/mailbox/write/")

    answered = client.post("/mailbox/write/", FIRST | {"name": 'Зоя "Zed" Орлова'})

    assert answered.status_code == 302
    mailbox, _source, mail = handed_in()
    assert mailbox == SUPPORT
    assert (mail.from_.name, mail.from_.address) == ('Зоя "Zed" Орлова', "zoya@players.example")
    assert (mail.subject, mail.text) == (FIRST["subject"], "Помогите")
    assert mail.in_reply_to == ()
    assert mail.message_id.endswith("@players.example>")
    assert [(each.way, each.players) for each in store.kept()] == [("out", ("zoya@players.example",))]


@pytest.mark.parametrize(
    ("field", "value"), [("address", "zoya"), ("text", " "), ("to", ""), ("text", "x" * 200_001), ("to", "who@x.example")]
)
def test_what_is_wrong_with_a_mail_stands_at_its_field(client, game, field, value):
    answered = client.post("/mailbox/write/", FIRST | {field: value})

    assert answered.status_code == 422
    assert f'href="#id_{field}"' in answered.content.decode()
    assert not RawMail.objects.exists()


def test_files_have_a_limit(client, game, monkeypatch):
    monkeypatch.setattr("helpdesk.demo.mailbox.forms.FILES_LIMIT", 10)

    answered = client.post(
        "/mailbox/write/", FIRST | {"attached": [SimpleUploadedFile("a", b"123456"), SimpleUploadedFile("b", b"123456")]}
    )

    assert answered.status_code == 422
    assert "All files together may have 20 MB." in answered.content.decode()


def test_a_line_break_in_a_field_makes_no_header(client, game):
    client.post("/mailbox/write/", FIRST | {"name": "Zoya\r\nBcc: all@players.example", "subject": "Hi\nX-Evil: 1"})

    _mailbox, source, mail = handed_in()
    assert mail.subject == "Hi X-Evil: 1"
    assert not re.search(r"^(Bcc|X-Evil):", source, re.MULTILINE)


def test_a_newcomer_sees_the_survey_of_a_ticket_at_once(client, monkeypatch):
    asked: list[tuple[str, ...]] = []

    def command(*words: str) -> None:
        asked.append(words)
        if len(asked) > 1:
            raise CommandError("The player has been asked already.")

    monkeypatch.setattr(views, "call_command", command)
    key = caught()

    assert "Resolve and ask for a rating now" in seen(client, f"/mailbox/{key}/")
    first = client.post(f"/mailbox/{key}/rating/", follow=True).content.decode()
    second = client.post(f"/mailbox/{key}/rating/", follow=True).content.decode()

    assert "asked for a rating" in first
    assert "The player has been asked already." in second
    assert asked == [("demo_survey_now", "<second@emberfall.example>")] * 2


def test_another_site_cannot_write_here():
    client, key = Client(enforce_csrf_checks=True), caught()

    assert client.post(f"/mailbox/{key}/", {"text": "I am not Mía"}).status_code == 403
    assert client.get("/mailbox/", headers={"Host": "rebound.example:8000"}).status_code == 400
    assert not RawMail.objects.exists()


@pytest.mark.parametrize("path", ["nowhere/", "20261123T000000000000-in-deadbeef/", "..%2f..%2fsecrets/", "{}/files/99/"])
def test_what_is_not_there_is_a_page_that_says_so(client, path):
    assert client.get(f"/mailbox/{path.format(caught())}").status_code == 404


def test_a_mail_nobody_can_read_is_still_listed_and_shown_as_it_came(client):
    key = store.keep(b"\xff\xfe\x00 no header at all", way="in", sender="", recipients=[MIA])

    seen(client, "/mailbox/")
    assert "no header at all" in seen(client, f"/mailbox/{key}/", show="source")


@pytest.mark.parametrize(("environment", "mounted"), [(LOCKED, False), ({"HELPDESK_ENV": "test"}, False), ({"HELPDESK_ENV": "demo"}, True)])
def test_only_a_demo_has_a_mailbox(environment, mounted):
    done = start("from django.urls import reverse; print(reverse('mailbox:front'))", **environment)

    assert (done.returncode == 0) is mounted, done.stderr
    assert ("'mailbox' is not a registered namespace" in done.stderr) is not mounted
