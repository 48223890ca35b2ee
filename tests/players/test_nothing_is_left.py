"""One player is met through every door of the desk and then erased: his mark is in no column of any table, and no file is his."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import ForeignKey, JSONField, Model
from django.test import Client

from helpdesk.base import blobs, personal
from helpdesk.base.models import Blob
from players import erasure
from players.giving_out import archive
from players.models import Address, Erasure, Player
from tests.conftest import Travel
from tests.factories.search import index_all
from tests.house.ground import our_models
from tests.players.marked import ADDRESS, HOUSEHOLD, MARK, NAME, NEIGHBOUR, SECOND, Desk
from tests.tickets.mail.parse.letters import letter
from tickets.mail.models import RawMail
from tickets.models import Message, Ticket
from tickets.services.open import Incoming, receive

pytestmark = pytest.mark.django_db

NO_WORDS = {  # personal columns in which no mark can stand: codes and digests; they must have held something
    ("base_blob", "sha256"),
    ("mail_rawmail", "digest"),
    ("mail_rawmail", "auto_reason"),
    ("players_player", "language"),
}
WORDY = ("text", "character varying", "character", "json", "jsonb", "bytea", "ARRAY", "USER-DEFINED", "xml", "tsvector")


@pytest.fixture
def desk(travel: Travel, settings: Any, tmp_path: Path) -> Desk:
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }
    return Desk(travel, settings)


def columns() -> list[tuple[str, str]]:
    """Every column of every table that may hold words, as PostgreSQL knows them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.table_name, c.column_name FROM information_schema.columns AS c
            JOIN information_schema.tables AS t USING (table_schema, table_name)
            WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' AND c.data_type = ANY (%s) ORDER BY 1, 2
            """,
            [list(WORDY)],
        )
        return cursor.fetchall()


def marked() -> dict[tuple[str, str], int]:
    """Columns that hold the mark, with the number of rows; also where it stands within JSON, bytes, or base64."""
    found = {}
    with connection.cursor() as cursor:
        for table, column in columns():
            name = connection.ops.quote_name
            cursor.execute(f"SELECT count(*) FROM {name(table)} WHERE lower({name(column)}::text) ~ %s", [f"{MARK}|{MARK.encode().hex()}"])
            if count := cursor.fetchone()[0]:
                found[table, column] = count
    return found


def declared() -> Iterator[tuple[type[Model], Any]]:
    for model in our_models():
        for name in vars(model)["personal"]:
            yield model, model._meta.get_field(name)


def filled(model: type[Model], column: Any) -> bool:
    blank = {column.name: None if isinstance(column, ForeignKey) else {} if isinstance(column, JSONField) else ""}
    return model._default_manager.exclude(**blank).exists()


def rows_without(desk: Desk) -> dict[str, list[Any]]:
    """What must not change: the neighbour's, the sister's, the studio's."""
    others = Player.objects.exclude(pk=desk.him.pk)
    return {
        "players": list(others.order_by("pk").values()),
        "addresses": list(Address.objects.filter(uses__player__in=others).distinct().order_by("pk").values()),
        "tickets": list(Ticket.objects.filter(player__in=others).order_by("pk").values("number", "subject", "status", "contact", "player")),
        "messages": list(
            Message.objects.filter(ticket__player__in=others, from_stranger=False).order_by("pk").values("pk", "text", "raw", "state")
        ),
    }


def blobs_of_his() -> list[Blob]:
    """Blobs whose bytes, or whose mail's bytes, name him."""
    return [blob for blob in Blob.objects.all() if MARK.encode() in blobs.read(blob).lower()]


def users_of(held: list[Blob]) -> list[str]:
    """Who still refers to one of these blobs, through any foreign key of any model."""
    keys = [
        (model, field)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey) and field.related_model is Blob
    ]
    assert keys
    return [f"{model._meta.label}.{key.name}" for model, key in keys if model._default_manager.filter(**{f"{key.name}__in": held}).exists()]


def test_every_personal_column_was_his_and_none_is_after_he_was_erased(desk: Desk, mailoutbox: list[Any]) -> None:
    index_all()
    before = marked()
    empty = [
        f"{model._meta.label}.{column.name}"
        for model, column in declared()
        if not filled(model, column)
        or (not isinstance(column, ForeignKey) and (place := (model._meta.db_table, column.column)) not in NO_WORDS and place not in before)
    ]
    assert empty == [], "the story fills every personal column, or the test proves nothing"
    undeclared = before.keys() - {(model._meta.db_table, column.column) for model, column in declared()}
    assert undeclared == set(), "columns that hold his words and do not say so"
    his, others = blobs_of_his(), rows_without(desk)
    assert len(his) >= 6

    planned = erasure.ask(desk.him, by=desk.anna)
    desk.travel.forward(hours=25)
    assert erasure.run_due() == 1

    planned.refresh_from_db()
    assert (planned.state, planned.trouble) == (Erasure.State.DONE, "")
    assert marked() == {}
    assert users_of(his) == []
    assert rows_without(desk) == others
    assert Ticket.objects.filter(player=desk.him).exclude(status="closed").count() == 0
    if hasattr(blobs, "sweep"):
        nothing_in_storage(his)
    mailoutbox.clear()
    desk.later(hours=30)
    assert [mail for mail in mailoutbox if MARK in mail.message().as_string().lower()] == []  # copies of old notices, without his words
    assert marked() == {}


def nothing_in_storage(held: list[Blob]) -> None:
    """What nobody refers to is swept, the file too; then no file of the whole storage names him."""
    blobs.sweep(grace=timedelta())
    assert [blob.path for blob in held if default_storage.exists(blob.path)] == []
    folders = [""]
    while folders:
        folder = folders.pop()
        inner, names = default_storage.listdir(folder)
        folders += [f"{folder}/{one}".lstrip("/") for one in inner]
        for name in names:
            with default_storage.open(f"{folder}/{name}".lstrip("/")) as file:
                assert MARK.encode() not in file.read().lower(), name


def test_a_second_run_finds_nothing_more(desk: Desk) -> None:
    erasure.ask(desk.him, by=None, at_once=True)
    erasure.run_due()

    again = {keeper.room: sum(keeper.erase(desk.him.pk)) for keeper in personal.keepers()}

    assert set(again.values()) == {0}, again


def test_who_writes_again_is_somebody_new(desk: Desk, mailoutbox: list[Any]) -> None:
    """Also when he answers an old mail of ours, to its signed address: nobody finds the emptied ticket by it."""
    mail = next(mail for mail in mailoutbox if ADDRESS in mail.recipients())
    erasure.ask(desk.him, by=None, at_once=True)
    erasure.run_due()

    headers = {"from": f"{NAME} <{ADDRESS}>", "to": mail.reply_to[0], "in_reply_to": mail.extra_headers["Message-ID"]}
    raw = desk.comes(letter("Hello again.", message_id="<new@x>", **headers), key="k20")

    assert raw.ticket is not None, raw.reason
    assert raw.ticket.player != desk.him
    assert raw.ticket.player.erased_at is None


def test_what_is_sent_to_him_at_that_moment_is_waited_for(desk: Desk) -> None:
    message = Message.objects.filter(ticket=desk.ticket, state="queued").last()
    Message.objects.filter(pk=message.pk).update(state="handed", claimed_until="2099-01-01T00:00Z")
    planned = erasure.ask(desk.him, by=None, at_once=True)

    assert erasure.run_due() == 0
    Message.objects.filter(pk=message.pk).update(state="sent")
    desk.travel.forward(minutes=6)
    assert erasure.run_due() == 1

    planned.refresh_from_db()
    assert (planned.state, planned.attempts) == (Erasure.State.DONE, 0)


def test_the_sister_keeps_their_address_and_the_neighbour_his_gist(desk: Desk) -> None:
    erasure.ask(desk.him, by=None, at_once=True)
    erasure.run_due()

    assert Address.objects.filter(address=HOUSEHOLD).exists()
    assert not Address.objects.filter(address__in=[ADDRESS, SECOND]).exists()
    desk.beside.refresh_from_db()
    assert (desk.beside.preview, desk.beside.contact.address) == ("The tower does not open.", NEIGHBOUR)


def test_every_page_that_showed_him_still_opens(desk: Desk) -> None:
    erasure.ask(desk.him, by=desk.anna, at_once=True)
    erasure.run_due()
    client = Client()
    client.force_login(desk.anna)
    pages = [
        "/tickets/",
        "/settings/mails/?which=all",
        "/settings/deliveries/",
        "/settings/audit/",
        "/settings/erasures/",
        "/notices/",
    ]
    pages += [f"/tickets/{ticket.number}/{part}" for ticket in Ticket.objects.all() for part in ("", "card/")]
    pages += [f"/settings/mails/{raw.pk}/" for raw in RawMail.objects.all()]
    pages += [f"/tickets/{m.ticket.number}/messages/{m.pk}/{part}/" for m in Message.objects.all() for part in ("original", "raw")]

    for page in pages:
        response = client.get(page, follow=True)
        assert response.status_code in {200, 204, 404}, page
        assert response.status_code != 404 or "/messages/" in page, page
        if not response.streaming:
            assert MARK not in response.content.decode().lower(), page


def test_the_archive_holds_his_words_and_no_strangers(desk: Desk) -> None:
    """A neighbour wrote into his ticket, and he into the neighbour's."""
    mail = letter("I was there too.", message_id="<n2@post.example>", **{"from": f"Tobias <{NEIGHBOUR}>"})
    words = Incoming(text="I was there too.", channel="mail", from_address=NEIGHBOUR, from_stranger=True, raw=blobs.keep(mail))
    receive(desk.rated, words)

    package = ZipFile(io.BytesIO(b"".join(archive(desk.him.pk))))

    told = package.read("data.json").decode()
    assert "I know this tower, quixq." in told
    assert "Quixq is content." in told
    assert not any(word in told for word in ("I was there too.", NEIGHBOUR, "The tower does not open.", "was sold"))
    files = [package.read(name) for name in package.namelist() if name.startswith("files/")]
    assert b"quixq receipt " * 20 in files
    assert any(b"My quixq sword is gone." in one for one in files)
    assert not any(b"I was there too." in one for one in files)
