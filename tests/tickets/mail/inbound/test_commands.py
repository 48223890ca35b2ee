"""The pipe, and what the desk would make of a mail."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from helpdesk.studio.models import Game
from tests.tickets.mail.inbound.desk import receive_mail
from tests.tickets.mail.parse.letters import letter
from tickets.mail.inbound import inbox
from tickets.mail.models import RawMail
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
KEYS = [
    "file",
    "outcome",
    "reason",
    "message_id",
    "in_reply_to",
    "date",
    "from",
    "to",
    "cc",
    "reply_to",
    "subject",
    "text",
    "quoted",
    "html",
    "attachments",
    "answer_by",
    "interleaved",
    "defects",
    "encodings",
    "auto_reply",
    "bounce",
    "writer",
    "writer_signs",
    "machine",
    "signs",
]


def pipe(monkeypatch: pytest.MonkeyPatch, content: bytes, *args: str) -> str:
    said = io.StringIO()
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    call_command("receive_mail", *args, stdout=said)
    return said.getvalue()


def test_a_mail_server_pipes_a_mail_in(ember: Game, monkeypatch: pytest.MonkeyPatch):
    said = pipe(monkeypatch, letter("Hello", to="alias@elsewhere.example"), "--mailbox", "help@ember.example")

    raw = RawMail.objects.get()
    assert (said.strip(), raw.mailbox) == (f"stored as raw mail {raw.pk}", "help@ember.example")
    inbox.process_due()
    assert Ticket.objects.get().game == ember


def test_the_same_mail_piped_twice_is_one(ember: Game, monkeypatch: pytest.MonkeyPatch):
    pipe(monkeypatch, letter("Hello"))
    pipe(monkeypatch, letter("Hello"))

    assert RawMail.objects.count() == 1


def test_an_empty_pipe_is_refused_and_a_storage_in_trouble_means_later(ember: Game, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(CommandError) as refusal:
        pipe(monkeypatch, b"\n")
    assert refusal.value.returncode == os.EX_DATAERR

    def broken(*args: Any, **kwargs: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(inbox.blobs, "keep", broken)
    with pytest.raises(CommandError) as later:
        pipe(monkeypatch, letter("Hello"))
    assert later.value.returncode == os.EX_TEMPFAIL


def test_explaining_a_mail_from_our_own_address_tells_a_form_from_our_own_mail(ember: Game, tmp_path: Path):
    ours = {"from": "help@ember.example"}
    mails = [letter("Hello", reply_to="anna@players.example", **ours), letter("Hello", **ours)]
    paths = [tmp_path / f"{number}.eml" for number in range(len(mails))]
    for path, mail in zip(paths, mails, strict=True):
        path.write_bytes(mail)
    said = io.StringIO()

    call_command("explain_mail", *map(str, paths), stdout=said)

    told = [json.loads(line) for line in said.getvalue().splitlines()]
    assert [(one["outcome"], one["reason"], one["auto_reply"]) for one in told] == [
        ("open", "a new conversation, from an address of ours for the one in Reply-To", None),
        ("ignore", "own mail", "own mail"),
    ]


def test_explaining_writes_nothing_and_says_it_all(ember: Game, tmp_path: Path):
    receive_mail(letter("My sword is gone."))
    first, second = tmp_path / "first.eml", tmp_path / "second.eml"
    first.write_bytes(letter("Hello", message_id="<new@players.example>"))
    second.write_bytes(letter("Still.\n\n> gone", in_reply_to="<a1@players.example>", message_id="<n2@players.example>"))
    before = RawMail.objects.count()
    said = io.StringIO()

    call_command("explain_mail", str(first), str(second), stdout=said)

    one, two = [json.loads(line) for line in said.getvalue().splitlines()]
    assert (list(one), one["outcome"], one["file"]) == (KEYS, "open", str(first))
    assert (two["outcome"], two["reason"], two["text"], two["quoted"]) == ("reply", "answers <a1@players.example>", "Still.", "> gone")
    assert (two["in_reply_to"], two["from"]) == (["<a1@players.example>"], {"address": "anna@players.example", "name": "Anna Petrova"})
    assert RawMail.objects.count() == before
