"""Lists as files: a job in parts, of what its owner may see when each part is made, fetched by him alone, and gone in time."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from openpyxl import load_workbook

from helpdesk.audit.models import AuditEntry
from helpdesk.base import blobs, clock
from helpdesk.base.jobs import running, verbs
from helpdesk.base.jobs.models import Job
from helpdesk.staff.models import Grant, Notice, User
from helpdesk.staff.rights import Right
from helpdesk.studio.models import Tag
from players import erasure
from tests.conftest import Travel
from tests.factories.desk import make_game, make_player, make_ticket
from tests.factories.search import index_all
from tests.factories.staff import somebody
from tests.tickets.desk.conftest import DAILY, Desk
from tests.tickets.desk.test_bulk_all import OneStep
from tests.tickets.desk.test_queue import read
from tickets.actors import operator
from tickets.desk.exports import files, making
from tickets.desk.models import Export, ExportPart
from tickets.desk.rights import EXPORT
from tickets.models import Ticket
from tickets.services.edit import set_tags

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_storage(settings: Any, tmp_path: Any) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "helpdesk.base.storage.WholeFiles", "OPTIONS": {"location": str(tmp_path)}}
    }


@pytest.fixture
def greta(db: None) -> User:
    return somebody(*DAILY, EXPORT, Right.SEE_PLAYER_PAYMENTS, name="Greta Blum")


def start(client: Client, query: str = "?status=all", kind: str = "csv") -> str:
    """The queue after the click."""
    answer = client.post(f"/tickets/export/{query}", {"format": kind}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def link(client: Client) -> str:
    page = client.get(f"/jobs/{Job.objects.latest('pk').pk}/").content.decode()
    found = re.search(r'href="(/jobs/\d+/file/[^"]+)"', page)
    return found.group(1) if found else ""


def fetched(client: Client) -> bytes:
    answer = client.get(link(client))
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def sheets_of(content: bytes) -> list[list[tuple[Any, ...]]]:
    return [list(sheet.iter_rows(values_only=True)) for sheet in load_workbook(io.BytesIO(content)).worksheets]


def test_a_list_becomes_a_file_with_its_filter_and_its_columns(greta: User, desk: Desk, travel: Travel) -> None:
    User.objects.filter(pk=greta.pk).update(timezone="Europe/Berlin")
    first, second = make_ticket(subject="Меч", language="de"), make_ticket(subject="Sword, lost", language="de")
    make_ticket(subject="English")
    set_tags(first, [Tag.objects.create(name=name) for name in ("vip", "angry")], by=operator(greta))
    client = desk(User.objects.get(pk=greta.pk))

    queue = start(client, "?status=all&language=de&columns=number,subject,created,replies,tag,waits,resolved&sort=-created")
    assert f'hx-get="/jobs/{Job.objects.get().pk}/"' in queue
    assert running.run_due() == 1

    at = "2026-10-05T11:00:00+02:00"
    assert rows_of(fetched(client)) == [
        ["Number", "Subject", "Opened", "Answers", "Tag", "Waits for an answer", "Resolved"],
        [first.number, "Меч", at, "0", "angry, vip", "yes", ""],
        [second.number, "Sword, lost", at, "0", "", "yes", ""],
    ]
    page = client.get(f"/jobs/{Job.objects.get().pk}/").content.decode()
    assert "2 of 2" in page and "The file stays until" in page
    notice = Notice.objects.get(user=greta)
    assert (notice.data, notice.link) == ({"rows": 2}, f"/jobs/{Job.objects.get().pk}/")


def test_a_sheet_has_numbers_and_moments_and_no_formula(greta: User, desk: Desk, travel: Travel) -> None:
    for subject in ("=HYPERLINK(1)", "https://studio.example", "+1", "plain"):
        make_ticket(subject=subject)
    client = desk(greta)
    start(client, "?status=all&columns=subject,created,replies", "xlsx")
    running.run_due()

    (sheet,) = sheets_of(fetched(client))

    at = datetime(2026, 10, 5, 9, 0)
    assert [row[:3] for row in sheet] == [
        ("Subject", "Opened", "Answers"), ("'=HYPERLINK(1)", at, 0), ("https://studio.example", at, 0), ("'+1", at, 0), ("plain", at, 0),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@A1", "\t=1", "\r=1", " =1", "\n-1", "＝1"])
def test_no_text_begins_a_formula(text: str) -> None:
    assert files.harmless(text) == f"'{text}"
    assert files.harmless(f"a{text}") == f"a{text}"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_many_parts_and_several_sheets_are_one_list(kind: str, greta: User, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "STEP", 3)
    for module in (making, files):
        monkeypatch.setattr(module, "MOST", 7)
    numbers = [make_ticket().number for _number in range(17)]
    client = desk(greta)
    start(client, "?status=all&columns=number", kind)

    running.run_due()

    assert list(ExportPart.objects.order_by("first").values_list("first", flat=True)) == [0, 3, 6, 7, 10, 13, 14]
    assert not ExportPart.objects.exclude(rows=None).exists()
    content = fetched(client)
    if kind == "csv":
        assert [row[0] for row in rows_of(content)] == ["Number", *numbers]
    else:
        sheets = [[row[0] for row in sheet] for sheet in sheets_of(content)]
        assert sheets == [["Number", *numbers[:7]], ["Number", *numbers[7:14]], ["Number", *numbers[14:]]]


def test_an_empty_list_is_a_heading(greta: User, desk: Desk) -> None:
    client = desk(greta)
    for kind in ("csv", "xlsx"):
        start(client, "?status=all&columns=number", kind)
        running.run_due()
        content = fetched(client)
        assert rows_of(content) == [["Number", "Subject"]] if kind == "csv" else sheets_of(content)[0][0][:2] == ("Number", "Subject")


def test_what_a_worker_had_made_is_not_made_again(greta: User, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "STEP", 2)
    monkeypatch.setattr(running, "SLICE", 0.0)
    numbers = [make_ticket().number for _number in range(6)]
    client = desk(greta)
    start(client, "?status=all&columns=number")
    really, made = making._make_part, []

    def stumbles(job: Job) -> int:
        done = really(job)
        made.append(done)
        if len(made) == 2:
            raise ConnectionError("its worker is gone")
        return done

    monkeypatch.setattr(making, "_make_part", stumbles)
    running.run_due()
    assert (Job.objects.get().done, ExportPart.objects.count()) == (2, 1)  # the step that failed is undone as a whole
    Job.objects.update(due_at=clock.now())
    running.run_due()

    assert [row[0] for row in rows_of(fetched(client))] == ["Number", *numbers]
    assert Job.objects.get().done == 6


def test_each_part_is_of_what_the_owner_may_see_then(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "STEP", 1)
    monkeypatch.setattr(running, "SLICE", 0.0)
    ember, tide = make_game("emberfall"), make_game("tideborn")
    greta = somebody(*DAILY, EXPORT, name="Greta Blum", game=ember)
    somebody(*DAILY, EXPORT, name="Other", game=tide).grants.update(user=greta)
    kept, _lost, also = make_ticket(game=ember), make_ticket(game=tide), make_ticket(game=ember)
    client = desk(User.objects.get(pk=greta.pk))
    start(client, "?status=all&columns=number")
    with monkeypatch.context() as once:
        once.setattr(running, "Turn", OneStep)
        running.run_due(seconds=1)
    Grant.objects.filter(user=greta, game=tide).delete()
    running.run_due()

    job = Job.objects.get()
    assert (job.state, job.done) == ("done", 2)
    assert rows_of(blobs.read(job.result)) == [["Number", "Subject"], [kept.number, "Crystals"], [also.number, "Crystals"]]
    assert link(client) == ""  # what they may not see any more could be in it


def test_a_value_that_is_not_the_owners_is_left_out_of_its_row(desk: Desk) -> None:
    ember, tide = make_game("emberfall"), make_game("tideborn")
    greta = somebody(*DAILY, EXPORT, name="Greta Blum")
    somebody(Right.SEE_PLAYER_PAYMENTS, name="Other", game=ember).grants.update(user=greta)
    for game in (ember, tide):
        player = make_player()
        player.tier = "Whale"
        player.save()
        make_ticket(game=game, player=player)
    client = desk(User.objects.get(pk=greta.pk))
    start(client, "?status=all&columns=game,tier")

    running.run_due()

    assert [row[:2] for row in rows_of(fetched(client))] == [["Game", "Tier"], ["Emberfall", "Whale"], ["Tideborn", ""]]


def test_only_tickets_that_may_be_exported_are(desk: Desk) -> None:
    ember, tide = make_game("emberfall"), make_game("tideborn")
    greta = somebody(*DAILY, name="Greta Blum")
    somebody(EXPORT, name="Other", game=ember).grants.update(user=greta)
    mine = make_ticket(game=ember)
    make_ticket(game=tide)
    client = desk(User.objects.get(pk=greta.pk))
    start(client, "?status=all&columns=number")

    running.run_due()

    assert [row[0] for row in rows_of(fetched(client))] == ["Number", mine.number]


def test_the_link_is_the_persons_for_an_hour(greta: User, erik: User, desk: Desk, travel: Travel) -> None:
    make_ticket()
    client = desk(greta)
    start(client)
    running.run_due()
    address = link(client)
    boss = desk(somebody(*DAILY, EXPORT, Right.MANAGE_DELIVERIES, name="Vera Holm"))

    assert boss.get(address).status_code == 404
    assert boss.get(f"/jobs/{Job.objects.get().pk}/").status_code == 200
    assert desk(erik).get(address).status_code == 404
    assert client.get(f"{address[:-2]}x/").status_code == 302
    assert client.get(address).status_code == 200
    assert AuditEntry.objects.filter(action="jobs.fetched").count() == 1
    travel.forward(minutes=61)
    late = client.get(address, follow=True)
    assert late.redirect_chain[0][0] == f"/jobs/{Job.objects.get().pk}/"
    assert "That link was good for an hour. Here is a new one." in late.content.decode()
    assert client.get(link(client)).status_code == 200

    role = Grant.objects.get(user=greta).role
    role.rights = [right for right in role.rights if right != EXPORT]
    role.save()
    assert client.get(address).status_code == 404


def test_the_audit_tells_of_the_filter_the_columns_and_the_count(greta: User, desk: Desk) -> None:
    make_ticket(subject="Sword")
    index_all()
    client = desk(greta)
    start(client, "?status=all&q=sword+lang:en&channel=post&columns=subject,tier")
    running.run_due()

    begun = AuditEntry.objects.get(action="jobs.started").data
    ended = AuditEntry.objects.get(action="tickets.exported")
    assert begun == {
        "kind": "desk.export", "format": "csv", "columns": ["subject", "tier"],
        "tab": "all", "fields": ["channel", "language"], "words": True,
    }  # fmt: skip
    assert (ended.data, ended.actor_id) == ({"format": "csv", "rows": 1}, greta.pk)


@pytest.mark.parametrize("query", ["?status=all&waits=perhaps", "?status=all&q=staus:new", "?columns=subject,address2"])
def test_a_list_that_is_not_understood_is_no_file(greta: User, desk: Desk, query: str) -> None:
    make_ticket()

    start(desk(greta), query)

    assert not Job.objects.exists()


def test_nobody_exports_without_the_right(clara: User, desk: Desk) -> None:
    make_ticket()
    client = desk(clara)

    assert "/tickets/export/" not in read(client)
    assert client.post("/tickets/export/", {"format": "csv"}).status_code == 403


def test_a_second_press_and_an_unknown_kind_make_nothing_more(greta: User, desk: Desk) -> None:
    make_ticket()
    client = desk(greta)
    key = re.search(r'name="key" value="([^"]+)"', read(client)).group(1)

    for _press in range(2):
        client.post("/tickets/export/", {"format": "csv", "key": key})
    start(client, kind="exe")

    assert Job.objects.count() == 1


def test_after_a_week_the_file_is_gone_and_the_page_says_so(greta: User, desk: Desk, travel: Travel) -> None:
    make_ticket()
    client = desk(greta)
    start(client, "?q=crystals")
    running.run_due()
    assert making.sweep() == 0
    travel.forward(days=7, minutes=1)

    verbs.sweep()
    assert making.sweep() == 1

    page = client.get(f"/jobs/{Job.objects.get().pk}/").content.decode()
    assert "Its file is gone." in page and "/file/" not in page
    assert not Export.objects.exists() and not ExportPart.objects.exists()


def test_what_was_never_finished_is_kept_no_longer(greta: User, desk: Desk, travel: Travel, monkeypatch: pytest.MonkeyPatch) -> None:
    make_ticket()
    start(desk(greta))
    travel.forward(days=8)

    assert making.sweep() == 1
    running.run_due()

    assert Job.objects.get().state != "done"


@pytest.mark.parametrize("ready", [True, False])
def test_a_file_goes_with_the_player_who_stands_in_it(ready: bool, greta: User, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "STEP", 1)
    his, others = make_ticket(subject="Secret matter"), make_ticket(language="de")
    client = desk(greta)
    start(client, "?status=all&language=de")
    running.run_due()
    start(client, "?status=all")
    if ready:
        running.run_due()
    else:
        with monkeypatch.context() as once:
            once.setattr(running, "Turn", OneStep)
            once.setattr(running, "SLICE", 0.0)
            running.run_due(seconds=1)
        assert ExportPart.objects.exclude(rows=None).count() == 1
    theirs, mine = Job.objects.order_by("pk")

    erasure.ask(his.player, by=None, at_once=True)
    erasure.run_due()

    theirs.refresh_from_db()
    mine.refresh_from_db()
    assert theirs.result is not None and mine.result is None
    assert mine.state == ("done" if ready else "cancelled")
    assert Export.objects.get(job=mine).asked == "" and not ExportPart.objects.exclude(rows=None).exists()
    kept = [blobs.read(blob) for blob in blobs.keeping.Blob.objects.all() if blobs.users_of(blob)]
    assert not any(b"Secret" in content for content in kept)
    assert Ticket.objects.get(pk=others.pk).subject and default_storage.exists(theirs.result.path)


def test_the_rows_of_a_file_take_the_same_statements_for_few_or_many(greta: User, desk: Desk, django_assert_max_num_queries: Any) -> None:
    for _number in range(30):
        make_ticket()
    start(desk(greta), "?status=all&columns=number,tag,author,tier,nickname,player_name")

    with django_assert_max_num_queries(40):
        running.run_due()


def test_old_and_odd_values_are_said_all_the_same() -> None:
    rows = [[files.harmless("x" * 40_000), datetime(1583, 1, 1, tzinfo=UTC), 2**53, "\x07", None]]
    for file_format in files.FORMATS.values():
        content = file_format.rows(rows, 0)
        part = files.Part(0, len(content), lambda content=content: files.packed(content))
        with file_format.join(["A"] * 5, [part]) as whole:
            whole.seek(0)
            read_again = rows_of(whole.read())[1] if file_format is files.CSV else sheets_of(whole.read())[0][1]
        assert len(str(read_again[0])) == files.LONGEST and str(read_again[1]).startswith("1583-01-01") and int(read_again[2]) == 2**53


def test_a_day_is_counted_from_its_end(greta: User, desk: Desk, travel: Travel) -> None:
    make_ticket()
    start(desk(greta))
    running.run_due()

    assert Job.objects.get().result_until == travel.moment + timedelta(days=7)


def test_a_file_has_what_the_words_found_as_they_were_loosened(greta: User, desk: Desk) -> None:
    ticket = make_ticket(subject="The crystals are gone")
    make_ticket("Hello", subject="Sword")
    index_all()
    client = desk(greta)
    page = read(client, "?q=cristals&columns=number,subject")
    address = re.search(r'action="/tickets/export/(\?[^"]+)"', page)
    assert address and "loose=near" in address.group(1)

    start(client, address.group(1).replace("&amp;", "&"))
    running.run_due()

    assert rows_of(fetched(client)) == [["Number", "Subject"], [ticket.number, "The crystals are gone"]]
