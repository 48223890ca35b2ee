"""What nobody uses goes from rows and disk; what somebody uses, or is about to use, never does."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from helpdesk.base import blobs, clock
from helpdesk.base.blobs import keeping, sweeping, users
from helpdesk.base.jobs.models import Job
from helpdesk.base.models import Blob
from helpdesk.base.turns import Turn
from tests.conftest import Travel
from tests.factories.desk import make_game, make_ticket
from tests.live.waiting import until
from tickets.desk.models import Export, ExportPart
from tickets.mail.models import MailSource, RawMail
from tickets.models import Attachment, Message

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NOW = timedelta(0)


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Path) -> Path:
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "helpdesk.base.storage.WholeFiles", "OPTIONS": {"location": str(tmp_path), "durable": False}}
    }
    return tmp_path


def old(content: bytes, days: int = 2) -> Blob:
    """A blob that was kept some days ago."""
    blob = blobs.keep(content)
    Blob.objects.filter(pk=blob.pk).update(created_at=clock.now() - timedelta(days=days))
    return blob


def there(store: Path, blob: Blob) -> tuple[bool, bool]:
    """Whether the row is, and whether the file is."""
    return Blob.objects.filter(pk=blob.pk).exists(), (store / blob.path).exists()


def aged(path: Path, days: float = 2) -> Path:
    moment = time.time() - days * 86_400
    os.utime(path, (moment, moment))
    return path


def raw_mail(blob: Blob) -> None:
    RawMail.objects.create(blob=blob, source=MailSource.PIPE)


def attachment(blob: Blob) -> None:
    ticket = make_ticket()
    Attachment.objects.create(ticket=ticket, message=ticket.messages.get(), name="map.txt", media_type="text/plain", size=3, blob=blob)


def preview(blob: Blob) -> None:
    ticket = make_ticket()
    Attachment.objects.create(ticket=ticket, message=ticket.messages.get(), name="map.png", media_type="image/png", size=3, preview=blob,
                              blob=blobs.keep(b"the picture itself"))  # fmt: skip


def message(blob: Blob) -> None:
    Message.objects.filter(pk=make_ticket().messages.get().pk).update(raw=blob)


def logo(blob: Blob) -> None:
    make_game("lanternfall", logo=blob)


def result(blob: Blob) -> None:
    Job.objects.create(kind="tests.made", state=Job.State.DONE, ended_at=clock.now(), result=blob)


def export_part(blob: Blob) -> None:
    export = Export.objects.create(job=Job.objects.create(kind="tests.made"), columns=["number"])
    ExportPart.objects.create(export=export, first=0, tickets=[1], rows=blob, size=4)


USERS: dict[str, Callable[[Blob], None]] = {
    "mail.RawMail.blob": raw_mail,
    "tickets.Attachment.blob": attachment,
    "tickets.Attachment.preview": preview,
    "tickets.Message.raw": message,
    "games.Game.logo": logo,
    "jobs.Job.result": result,
    "desk.ExportPart.rows": export_part,
}


def test_every_foreign_key_to_a_blob_stands_in_these_tests() -> None:
    assert {f"{key.model._meta.label}.{key.name}" for key in users.pointers()} == set(USERS)


@pytest.mark.parametrize("label", USERS)
def test_what_is_used_stays_and_says_by_whom(store: Path, label: str) -> None:
    blob = old(b"used")
    USERS[label](blob)

    assert blobs.sweep() == 0
    assert there(store, blob) == (True, True)
    assert [line.rpartition(" ")[0] for line in blobs.users_of(blob)] == [label]


def test_what_nobody_uses_goes_after_its_grace(store: Path) -> None:
    forgotten, fresh = old(b"forgotten"), blobs.keep(b"fresh")

    assert blobs.sweep() == 1
    assert (there(store, forgotten), there(store, fresh)) == ((False, False), (True, True))
    assert blobs.sweep(grace=NOW) == 1
    assert there(store, fresh) == (False, False)


def test_who_names_blobs_in_his_own_way_registers(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users, "_registered", {})
    exported, other = old(b"an export"), old(b"another")
    blobs.register_user("reports.exports", lambda asked: {blob.pk for blob in asked if blob.sha256 == exported.sha256})

    assert blobs.sweep() == 1
    assert (there(store, exported), there(store, other)) == ((True, True), (False, False))
    assert blobs.users_of(exported) == ["reports.exports"]


def test_one_file_that_cannot_go_stops_nothing_and_is_tried_again(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stuck, others = old(b"stuck"), [old(f"gone {number}".encode()) for number in range(6)]
    really = sweeping.default_storage.delete

    def delete(name: str) -> None:
        if name == stuck.path:
            raise PermissionError(13, "Permission denied", name)
        really(name)

    monkeypatch.setattr(sweeping.default_storage, "delete", delete)
    assert blobs.sweep() == 6
    assert there(store, stuck) == (True, True)
    assert [there(store, blob) for blob in others] == [(False, False)] * 6

    monkeypatch.undo()
    assert blobs.sweep() == 1


def test_a_folder_that_cannot_be_listed_keeps_no_blob_here(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blob = old(b"unlisted")

    def unlisted(_folder: str) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as disk:
        disk.setattr(sweeping.default_storage, "listdir", unlisted)
        assert blobs.sweep() == 1

    assert there(store, blob) == (False, False)


def test_more_than_a_batch_goes_in_one_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "BATCH", 3)
    alike = [word for number in range(4_000) if hashlib.sha256(word := b"many %d" % number).hexdigest().startswith("7f")]
    for word in alike:
        old(word)
    assert len(alike) > 9

    assert sweeping.sweep_shard("7f", grace=DAY, turn=Turn()) == len(alike)
    assert not Blob.objects.exists()


def test_each_tick_sweeps_one_shard_and_a_round_takes_them_all(travel: Travel, monkeypatch: pytest.MonkeyPatch) -> None:
    swept: list[str] = []

    def shard_noted(shard: str, **_more: Any) -> int:
        swept.append(shard)
        return 0

    monkeypatch.setattr(sweeping, "sweep_shard", shard_noted)

    for _tick in range(256):
        blobs.sweep_in_turn()
        travel.forward(seconds=60)

    assert len(set(swept)) == 256


def test_a_file_without_a_row_goes_when_it_is_old(store: Path) -> None:
    lost, young, strange = (blobs.keep(word) for word in (b"rolled back", b"just written", b"strange"))
    Blob.objects.all().delete()
    aged(store / lost.path)
    odd = aged((store / strange.path).rename((store / strange.path).with_name("notes.txt")))

    assert blobs.sweep() == 1
    assert ((store / lost.path).exists(), (store / young.path).exists(), odd.exists()) == (False, True, True)


def test_a_writing_that_was_cut_off_goes_when_it_is_old(store: Path) -> None:
    blobs.keep(b"makes the folder")
    left = store / "incoming" / "abc.0123"
    left.write_bytes(b"hal")

    assert sweeping.sweep_leftovers() == 0
    aged(left, days=0.1)
    assert (sweeping.sweep_leftovers(), left.exists()) == (1, False)


def test_a_file_that_is_missed_is_noted_and_forgiven_when_it_is_back(store: Path) -> None:
    blob = old(b"moved by hand")
    logo(blob)
    aside = (store / blob.path).rename(store / "aside")

    blobs.sweep()
    blob.refresh_from_db()
    assert blob.unreadable_since is not None
    aside.rename(store / blob.path)
    blobs.sweep()
    blob.refresh_from_db()
    assert blob.unreadable_since is None


# --- who keeps the same bytes at the same time


@pytest.fixture
def elsewhere() -> Iterator[Callable[[Callable[[], Any]], threading.Thread]]:
    """Does something in a thread with a connection of its own."""
    threads: list[threading.Thread] = []

    def start(work: Callable[[], Any]) -> threading.Thread:
        def alone() -> None:
            try:
                work()
            finally:
                connection.close()

        threads.append(threading.Thread(target=alone))
        threads[-1].start()
        return threads[-1]

    yield start
    for thread in threads:
        thread.join(30)


def waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_what_is_kept_in_a_transaction_that_goes_on_is_not_swept(store: Path, elsewhere: Any) -> None:
    blob = old(b"an old picture")

    with transaction.atomic():
        kept = blobs.keep(b"an old picture")
        elsewhere(lambda: blobs.sweep(grace=NOW)).join(30)
        raw_mail(kept)

    assert blobs.sweep(grace=NOW) == 0
    assert (kept, there(store, blob)) == (blob, (True, True))


@pytest.mark.django_db(transaction=True)
def test_what_is_kept_without_a_transaction_has_its_grace_anew(store: Path) -> None:
    blob = old(b"an old picture")

    blobs.keep(b"an old picture")

    assert blobs.sweep() == 0
    assert there(store, blob) == (True, True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("together", [True, False], ids=["in a transaction", "alone"])
def test_who_comes_while_the_file_goes_waits_and_writes_it_again(
    store: Path, elsewhere: Any, monkeypatch: pytest.MonkeyPatch, together: bool
) -> None:
    blob = old(b"an old picture")
    gone, may_commit = threading.Event(), threading.Event()

    def at(point: str) -> None:
        if point == "blob.file_gone":
            gone.set()
            assert may_commit.wait(30)

    def again() -> None:
        if not together:
            raw_mail(blobs.keep(b"an old picture"))
            return
        with transaction.atomic():
            raw_mail(blobs.keep(b"an old picture"))

    monkeypatch.setattr(sweeping, "crash_point", at)
    sweeper = elsewhere(blobs.sweep)
    assert gone.wait(30)
    keeper = elsewhere(again)
    until(waits_for_a_lock, "the keeper to wait for the sweep")
    may_commit.set()
    sweeper.join(30)
    keeper.join(30)

    assert not Blob.objects.filter(pk=blob.pk).exists()
    assert blobs.read(RawMail.objects.get().blob) == b"an old picture"


@pytest.mark.django_db(transaction=True)
def test_a_file_that_goes_between_being_looked_at_and_being_named_is_written_again(
    store: Path, elsewhere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    old(b"an old picture")
    really = keeping._row
    swept: list[threading.Thread] = []

    def row(blob: Blob) -> Blob | None:
        if not swept:
            swept.append(elsewhere(blobs.sweep))
            swept[0].join(30)
        return really(blob)

    monkeypatch.setattr(keeping, "_row", row)
    with transaction.atomic():
        raw_mail(blobs.keep(b"an old picture"))

    assert blobs.read(RawMail.objects.get().blob) == b"an old picture"


@pytest.mark.django_db(transaction=True)
def test_a_user_without_keep_is_stopped_by_the_database_before_the_file_goes(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should `unused` ever miss somebody, the foreign key does not."""
    blob = old(b"used")
    logo(blob)
    monkeypatch.setattr(sweeping, "unused", lambda rows: rows)

    assert blobs.sweep() == 0
    assert there(store, blob) == (True, True)


@pytest.mark.django_db(transaction=True)
def test_six_keepers_and_a_sweeper_lose_nothing(store: Path, elsewhere: Any) -> None:
    """They keep the same few contents again and again, use them and drop them; a sweeper without any grace is always at it."""
    contents = [f"screenshot {number}".encode() * 50 for number in range(4)]
    over, broken = threading.Event(), []

    def keeper() -> None:
        for turn in range(12):
            content = contents[turn % len(contents)]
            with transaction.atomic():
                mail = RawMail.objects.create(blob=blobs.keep(content), source=MailSource.PIPE)
            try:
                assert blobs.read(RawMail.objects.select_related("blob").get(pk=mail.pk).blob) == content
            except Exception as error:
                broken.append(repr(error))
            mail.delete()

    def sweeper() -> None:
        while not over.is_set():
            for shard in {blob.sha256[:2] for blob in Blob.objects.all()}:
                sweeping.sweep_shard(shard, grace=NOW, turn=Turn())

    sweeping_thread = elsewhere(sweeper)
    keepers = [elsewhere(keeper) for _number in range(6)]
    for thread in keepers:
        thread.join(60)
    over.set()
    sweeping_thread.join(30)

    assert broken == []
    blobs.sweep(grace=NOW)
    assert Blob.objects.count() == sum(path.is_file() for path in store.rglob("*")) == 0
