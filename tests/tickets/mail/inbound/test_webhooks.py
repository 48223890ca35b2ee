"""Providers hand in mails: with their real shapes and signatures, in 8-bit, large, forged, and twice."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from helpdesk.base import blobs, clock, rate_limits
from helpdesk.studio.models import Game
from tests.factories.desk import make_game
from tests.tickets.mail.parse.letters import letter
from tickets.mail.inbound import inbox, webhooks
from tickets.mail.models import RawMail
from tickets.models import Message

pytestmark = pytest.mark.django_db
KEY = "key-of-the-studio"
BOUNDARY = "----mailgunBoundary"
URL = "/hooks/mail/mailgun/inbound/mime"


@pytest.fixture(autouse=True)
def _provider(settings: Any) -> None:
    settings.ANYMAIL = {"MAILGUN_WEBHOOK_SIGNING_KEY": KEY, "WEBHOOK_SECRET": "studio:secret"}


def basic(secret: str = "studio:secret") -> str:
    return "Basic " + base64.b64encode(secret.encode()).decode()


def signed(token: str = "t" * 50, key: str = KEY, age: int = 0) -> dict[str, str]:
    timestamp = str(int(clock.now().timestamp() - age))
    signature = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {"timestamp": timestamp, "token": token, "signature": signature}


def form(fields: dict[str, str | bytes]) -> bytes:
    """multipart/form-data as Mailgun posts it."""
    body = b""
    for name, value in fields.items():
        content = value if isinstance(value, bytes) else value.encode()
        body += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + content + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


def post(client: Client, fields: dict[str, str | bytes], url: str = URL, auth: str | None = None) -> int:
    response = client.post(
        url, data=form(fields), content_type=f"multipart/form-data; boundary={BOUNDARY}", headers={"authorization": auth or basic()}
    )
    return response.status_code


def test_a_raw_mail_in_8_bit_arrives_byte_for_byte(client: Client, ember: Game):
    mail = letter("Пропал меч после обновления", charset="windows-1251").replace(b"\n", b"\r\n")

    status = post(client, {"recipient": "help@ember.example", "sender": "anna@players.example", "body-mime": mail, **signed()})

    raw = RawMail.objects.get()
    assert (status, raw.recipient, blobs.read(raw.blob)) == (200, "help@ember.example", mail)
    inbox.process(raw.pk)
    assert Message.objects.get().text == "Пропал меч после обновления"


def test_a_route_that_posts_url_encoded_works_as_well(client: Client, ember: Game):
    mail = letter("Grüße", charset="iso-8859-1")
    body = urlencode({"recipient": "help@ember.example", "body-mime": mail, **signed()})

    response = client.post(URL, data=body, content_type="application/x-www-form-urlencoded", headers={"authorization": basic()})

    assert response.status_code == 200
    assert blobs.read(RawMail.objects.get().blob) == mail


def test_a_mail_larger_than_any_form_may_be_is_taken(client: Client, ember: Game, settings: Any):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    mail = letter("x" * 50_000)

    assert post(client, {"recipient": "help@ember.example", "body-mime": mail, **signed()}) == 200
    assert blobs.read(RawMail.objects.get().blob) == mail


def test_a_parsed_payload_is_the_record_where_there_is_no_raw_mail(client: Client, ember: Game):
    headers = [
        ["Message-Id", "<p1@players.example>"],
        ["From", "Anna <anna@players.example>"],
        ["To", "help@ember.example"],
        ["Subject", "Sword"],
    ]
    fields = {
        "recipient": "help@ember.example",
        "sender": "anna@players.example",
        "from": "Anna <anna@players.example>",
        "subject": "Sword",
        "body-plain": "Where is it?\n",
        "message-headers": json.dumps(headers),
        **signed(),
    }

    assert post(client, dict(fields), url="/hooks/mail/mailgun/inbound") == 200

    raw = RawMail.objects.get()
    assert (raw.form, blobs.read(raw.blob)) == ("mailgun", form(dict(fields)))
    inbox.process(raw.pk)
    message = Message.objects.get()
    assert (message.text, message.message_id, message.subject) == ("Where is it?", "<p1@players.example>", "Sword")


def test_the_same_token_is_one_mail(client: Client, ember: Game):
    fields = {"recipient": "help@ember.example", "body-mime": letter("once"), **signed()}

    assert [post(client, dict(fields)), post(client, dict(fields))] == [200, 200]
    assert RawMail.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "auth"),
    [
        ({**signed(key="somebody else's")}, basic()),
        ({}, basic()),
        ({**signed()}, basic("wrong:secret")),
    ],
)
def test_what_does_not_prove_itself_is_not_stored(client: Client, ember: Game, fields: dict[str, str], auth: str):
    assert post(client, {"body-mime": letter("forged"), **fields}, auth=auth) == 400
    assert not RawMail.objects.exists()


def test_without_any_secret_nobody_gets_in(client: Client, ember: Game, settings: Any):
    settings.ANYMAIL = {}

    response = client.post("/hooks/mail/postmark/inbound", data="{}", content_type="application/json")

    assert response.status_code == 400


def test_who_is_refused_often_must_wait(client: Client, ember: Game):
    statuses = [post(client, {"body-mime": b"x"}) for _attempt in range(webhooks.MOST_REFUSED + 2)]

    assert (statuses[0], statuses[-1]) == (400, 429)


def test_a_mail_above_the_limit_is_refused_unread(client: Client, ember: Game, settings: Any):
    settings.MAX_MAIL_BYTES = 1_000

    assert post(client, {"body-mime": letter("x" * 5_000), **signed()}) == 413


def test_an_unknown_provider_has_no_door(client: Client, db: None):
    assert client.post("/hooks/mail/pigeon/inbound").status_code == 404


def test_postmark_with_its_raw_mail(client: Client, ember: Game):
    mail = letter("Where is my sword?")
    payload = {
        "MessageID": "73e6d360-66eb",
        "OriginalRecipient": "help@ember.example",
        "From": "anna@players.example",
        "RawEmail": mail.decode(),
    }

    response = client.post(
        "/hooks/mail/postmark/inbound", data=json.dumps(payload), content_type="application/json", headers={"authorization": basic()}
    )

    raw = RawMail.objects.get()
    assert (response.status_code, raw.form, blobs.read(raw.blob)) == (200, "mime", mail)


def test_postmark_without_raw_mail_keeps_its_payload(client: Client, ember: Game):
    payload = {
        "MessageID": "73e6d360-66eb",
        "OriginalRecipient": "help@ember.example",
        "FromFull": {"Email": "anna@players.example", "Name": "Анна"},
        "ToFull": [{"Email": "help@ember.example", "Name": ""}],
        "Subject": "Меч",
        "Date": "Tue, 14 Oct 2025 09:30:00 +0200",
        "TextBody": "Где мой меч?",
        "HtmlBody": "",
        "Headers": [{"Name": "Return-Path", "Value": "<anna@players.example>"}, {"Name": "Message-ID", "Value": "<p2@players.example>"}],
        "Attachments": [
            {"Name": "меч.txt", "Content": base64.b64encode(b"blue").decode(), "ContentType": "text/plain", "ContentLength": 4}
        ],
    }
    body = json.dumps(payload)

    response = client.post("/hooks/mail/postmark/inbound", data=body, content_type="application/json", headers={"authorization": basic()})

    raw = RawMail.objects.get()
    assert (response.status_code, raw.form, blobs.read(raw.blob)) == (200, "postmark", body.encode())
    inbox.process(raw.pk)
    message = Message.objects.get()
    assert (message.text, message.subject, message.message_id) == ("Где мой меч?", "Меч", "<p2@players.example>")
    assert message.attachments.get().name == "меч.txt"


def test_a_payload_that_makes_no_sense_is_parked_in_the_end(client: Client, ember: Game, travel: Any):
    make_game("tide", address="help@tide.example")
    body = json.dumps({"MessageID": "x", "Attachments": [{"Name": "a"}]})
    client.post("/hooks/mail/postmark/inbound", data=body, content_type="application/json", headers={"authorization": basic()})

    for _attempt in range(6):
        inbox.process_due()
        travel.forward(hours=2)

    raw = RawMail.objects.get()
    assert raw.parked_at is not None
    assert "payload cannot be read" in raw.reason


def test_a_client_that_is_refused_often_waits_at_all_processes_and_all_doors(client: Client, ember: Game):
    for _attempt in range(webhooks.MOST_REFUSED):
        post(client, {"body-mime": b"x"})
    rate_limits.forget()  # another process, which has not seen it yet
    post(client, {"body-mime": b"x"})

    assert post(client, {"body-mime": letter("forged"), **signed(key="guessed")}) == 429
    assert client.post("/hooks/mail/postmark/inbound", data="{}", content_type="application/json").status_code == 429
    assert client.post("/hooks/mail/mailgun/tracking", data="{}", content_type="application/json").status_code == 429


def test_a_flood_of_unproved_requests_writes_no_more_than_its_limit(client: Client, ember: Game):
    for _attempt in range(webhooks.MOST_REFUSED + 1):
        post(client, {"body-mime": b"x"})

    with CaptureQueriesContext(connection) as queries:
        assert {post(client, {"body-mime": b"x"}) for _attempt in range(50)} == {429}
    assert len(queries) == 0


def test_a_large_payload_without_raw_mail_is_understood_too(client: Client, ember: Game, settings: Any):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000
    file = base64.b64encode(b"%PDF-1.7 " + b"x" * 30_000).decode()
    payload = {
        "MessageID": "73e6d360-66ec",
        "OriginalRecipient": "help@ember.example",
        "FromFull": {"Email": "anna@players.example", "Name": "Anna"},
        "ToFull": [{"Email": "help@ember.example", "Name": ""}],
        "Subject": "The file",
        "TextBody": "See the file.",
        "HtmlBody": "",
        "Headers": [{"Name": "Message-ID", "Value": "<p3@players.example>"}],
        "Attachments": [{"Name": "a.pdf", "Content": file, "ContentType": "application/pdf", "ContentLength": 30_009}],
    }

    response = client.post(
        "/hooks/mail/postmark/inbound", data=json.dumps(payload), content_type="application/json", headers={"authorization": basic()}
    )

    assert response.status_code == 200
    inbox.process(RawMail.objects.get().pk)
    assert Message.objects.get().attachments.get().size == 30_009


def test_a_large_form_without_raw_mail_is_understood_too(client: Client, ember: Game, settings: Any):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000
    fields = {
        "recipient": "help@ember.example",
        "from": "Anna <anna@players.example>",
        "subject": "Sword",
        "body-plain": "Where is it? " * 2_000,
        "message-headers": json.dumps([["Message-Id", "<p4@players.example>"], ["From", "Anna <anna@players.example>"]]),
        **signed(token="u" * 50),
    }
    file = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="attachment-1"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
    body = file.encode() + b"%PDF-1.7 \xff" + b"x" * 30_000 + b"\r\n" + form({"attachment-count": "1", **fields})

    response = client.post(
        "/hooks/mail/mailgun/inbound",
        data=body,
        content_type=f"multipart/form-data; boundary={BOUNDARY}",
        headers={"authorization": basic()},
    )

    assert response.status_code == 200
    inbox.process(RawMail.objects.get().pk)
    message = Message.objects.get()
    assert message.text.startswith("Where is it?")
    assert (message.attachments.get().name, message.attachments.get().size) == ("a.pdf", 30_010)
