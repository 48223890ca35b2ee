"""Giving a player's data out and erasing them: who may, what is asked first, what can be taken back, what a failure leaves."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from helpdesk.audit.models import AuditEntry
from helpdesk.base import personal
from helpdesk.base.errors import Conflict
from helpdesk.base.jobs import running, verbs
from helpdesk.base.jobs.models import Job
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from helpdesk.staff.services.jobs import key_to
from players import erasure, giving_out
from players.giving_out import archive
from players.models import Erasure, Player
from tests.conftest import Travel
from tests.factories.desk import Post, make_game, make_player, make_ticket
from tests.factories.staff import somebody
from tests.tickets.deeds import kinds
from tickets.actors import operator
from tickets.models import Message, Ticket
from tickets.services.attachments import NewFile, keep_files
from tickets.services.reply import add_note

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket(the_post: Post, travel: Travel, settings: Any, tmp_path: Path) -> Ticket:
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path / "media")}}
    }
    return make_ticket("My pearls are gone.", player=make_player("Isaura", "isaura@sea.example"), subject="Pearls")


@pytest.fixture
def eraser(ticket: Ticket) -> Client:
    client = Client()
    client.force_login(somebody(Right.VIEW, Right.SEE_PLAYER, Right.ERASE_PLAYER, name="Ingrid Solberg"))
    return client


def page(ticket: Ticket, name: str = "player_data") -> str:
    return reverse(f"administration:{name}", args=[ticket.player_id])


def test_the_card_leads_to_the_page_that_says_what_there_is(eraser: Client, ticket: Ticket) -> None:
    card = eraser.get(reverse("desk:card", args=[ticket.number])).content.decode()
    assert page(ticket) in card

    shown = eraser.get(page(ticket)).content.decode()

    for label, count in (("Tickets", 1), ("Messages and notes", 1), ("Addresses", 1)):
        assert re.search(rf"<dt>{label}</dt>\s*<dd>{count}</dd>", shown)


@pytest.mark.parametrize("typed", ["", "yes", "0", "١"])
def test_without_the_players_number_nothing_is_planned(eraser: Client, ticket: Ticket, typed: str) -> None:
    assert eraser.post(page(ticket), {"number": typed}).status_code == 422
    assert not Erasure.objects.exists()


def test_for_a_day_it_can_be_taken_back_and_everybody_sees_that_it_is_planned(eraser: Client, ticket: Ticket, travel: Travel) -> None:
    eraser.post(page(ticket), {"number": f" {ticket.player_id} "})
    travel.forward(hours=23)
    assert erasure.run_due() == 0
    reader = Client()
    reader.force_login(somebody(Right.VIEW, Right.SEE_PLAYER))
    card = reader.get(reverse("desk:card", args=[ticket.number])).content.decode()
    assert ("will be erased" in card, page(ticket) in card) == (True, False)

    eraser.post(page(ticket, "spare_player"))
    travel.forward(hours=48)

    assert erasure.run_due() == 0
    assert Player.objects.get(pk=ticket.player_id).name == "Isaura"
    assert list(AuditEntry.objects.filter(action__startswith="players.eras").order_by("pk").values_list("action", flat=True)) == [
        "players.erasure_asked",
        "players.erasure_taken_back",
    ]


def test_after_it_the_ticket_stays_as_a_number(eraser: Client, ticket: Ticket, travel: Travel) -> None:
    eraser.post(page(ticket), {"number": ticket.player_id})
    travel.forward(hours=24)

    assert erasure.run_due() == 1

    ticket.refresh_from_db()
    assert (ticket.subject, ticket.preview, ticket.contact, ticket.status, ticket.waiting_since) == ("", "", None, "closed", None)
    assert kinds(ticket)[-2:] == ["ticket.moved", "ticket.erased"]
    assert "Isaura" not in str(list(AuditEntry.objects.values()))
    told = AuditEntry.objects.get(action="players.erased")
    assert (told.actor_name, told.subject_kind, told.subject_id) == ("Ingrid Solberg", "players.player", ticket.player_id)
    for address in (page(ticket), reverse("desk:ticket", args=[ticket.number]), reverse("desk:card", args=[ticket.number])):
        assert eraser.get(address).status_code == 200
    assert "Erased player" in eraser.get(reverse("desk:card", args=[ticket.number])).content.decode()
    assert "done" in eraser.get(reverse("administration:erasures")).content.decode()


def test_it_is_planned_once_and_done_once(ticket: Ticket, anna: Any) -> None:
    planned = erasure.ask(ticket.player, by=anna, at_once=True)
    with pytest.raises(Conflict):
        erasure.ask(ticket.player, by=anna)
    erasure.run_due()

    with pytest.raises(Conflict):
        erasure.ask(ticket.player, by=anna)
    with pytest.raises(Conflict):
        erasure.take_back(planned, by=anna)


def test_a_room_that_fails_is_tried_again_and_the_others_are_not_held_up(
    ticket: Ticket, travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_ticket(player=make_player("Tomas", "tomas@hill.example"))
    bad, good = erasure.ask(ticket.player, by=None, at_once=True), erasure.ask(other.player, by=None, at_once=True)
    tickets = next(keeper for keeper in personal.keepers() if keeper.room == "tickets")

    def erase(player_id: int) -> Any:
        if player_id == ticket.player_id:
            raise ValueError("Isaura cannot be erased")
        yield from tickets.erase(player_id)

    monkeypatch.setitem(personal._keepers, "tickets", personal.Keeper("tickets", tickets.export, erase))
    assert erasure.run_due() == 1
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, bad.trouble, bad.attempts, good.state) == ("running", "tickets: ValueError", 1, "done")
    assert Player.objects.get(pk=ticket.player_id).name == "Isaura"  # his own room comes last
    monkeypatch.setitem(personal._keepers, "tickets", tickets)
    travel.forward(minutes=6)

    assert erasure.run_due() == 1

    bad.refresh_from_db()
    assert (bad.state, bad.trouble) == ("done", "")


def test_a_worker_that_is_stopped_leaves_it_to_the_next_one(ticket: Ticket, travel: Travel, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    planned = erasure.ask(ticket.player, by=None, at_once=True)
    players = next(keeper for keeper in personal.keepers() if keeper.room == "players")

    def erase(player_id: int) -> Any:
        raise Killed

    monkeypatch.setitem(personal._keepers, "players", personal.Keeper("players", players.export, erase, last=True))
    with pytest.raises(Killed):
        erasure.run_due()
    assert erasure.run_due() == 0  # the dead one's lease runs
    monkeypatch.setitem(personal._keepers, "players", players)
    travel.forward(minutes=11)

    assert erasure.run_due() == 1

    planned.refresh_from_db()
    assert (planned.state, planned.counts["tickets"] > 0) == ("done", True)


def test_what_comes_in_between_goes_too(ticket: Ticket, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message that commits after the tickets' room was done and before the players' is."""
    players = next(keeper for keeper in personal.keepers() if keeper.room == "players")
    late = []

    def erase(player_id: int) -> Any:
        late.append(make_ticket("One thing more.", player=ticket.player))
        yield from players.erase(player_id)

    monkeypatch.setitem(personal._keepers, "players", personal.Keeper("players", players.export, erase, last=True))
    erasure.ask(ticket.player, by=None, at_once=True)
    erasure.run_due()

    assert not Message.objects.filter(ticket=late[0]).exclude(text="").exists()


def file_of(job: Job, client: Client) -> str:
    """The link to its file as it is drawn for who is signed in there."""
    return reverse("staff:job_file", args=[job.pk, key_to(job, User.objects.get(pk=client.session["_auth_user_id"]))])


def test_the_archive_holds_his_words_and_files_and_no_notes(eraser: Client, ticket: Ticket, anna: Any) -> None:
    question = Message.objects.get(ticket=ticket)
    keep_files(ticket, [NewFile("../../pearl.txt", b"a pearl"), NewFile("pearl.txt", b"another")], message=question)
    add_note(ticket, "She is rude.", by=operator(anna))

    eraser.post(page(ticket, "export_player"))
    running.run_due()
    response = eraser.get(file_of(Job.objects.get(), eraser))
    package = ZipFile(io.BytesIO(b"".join(response.streaming_content)))

    assert package.testzip() is None
    told = json.loads(package.read("data.json"))
    assert {"players", "tickets"} <= {row["kept_by"] for row in told}
    assert "My pearls are gone." in {row.get("text") for row in told}
    assert "rude" not in str(told)
    files = [name for name in package.namelist() if name != "data.json"]
    assert sorted(package.read(name) for name in files) == [b"a pearl", b"another"]
    assert all(".." not in name and name.startswith("files/") for name in files)
    assert AuditEntry.objects.filter(action="players.exported", subject_id=ticket.player_id).count() == 1
    assert AuditEntry.objects.filter(action="jobs.fetched").count() == 1


def test_the_archive_is_made_aside_kept_for_three_days_and_gone_with_him(eraser: Client, ticket: Ticket, travel: Travel) -> None:
    for _press in range(2):
        eraser.post(page(ticket, "export_player"))
    assert "waiting its turn" in eraser.get(page(ticket)).content.decode()
    running.run_due()
    job = Job.objects.get()
    shown = eraser.get(page(ticket)).content.decode()
    assert f"player-{ticket.player_id}.zip" in shown
    assert "hx-trigger" not in shown[shown.index(f'id="job-{job.pk}"') :].partition("</section>")[0]  # it is over: nobody asks any more
    stranger = Client()
    stranger.force_login(somebody(Right.VIEW, Right.ERASE_PLAYER))
    assert stranger.get(file_of(job, stranger)).status_code == 404
    assert stranger.get(reverse("staff:job", args=[job.pk])).status_code == 404

    erasure.ask(ticket.player, by=None, at_once=True)
    erasure.run_due()

    job.refresh_from_db()
    assert (job.result, job.state) == (None, "done")
    assert eraser.get(file_of(job, eraser)).status_code == 404
    assert "Its file is gone" in eraser.get(reverse("staff:job", args=[job.pk])).content.decode()


def test_after_three_days_the_archive_is_gone(eraser: Client, ticket: Ticket, travel: Travel) -> None:
    eraser.post(page(ticket, "export_player"))
    running.run_due()
    travel.forward(days=2, hours=23)
    verbs.sweep()
    assert Job.objects.get().result is not None

    travel.forward(hours=1)
    verbs.sweep()

    assert Job.objects.get().result is None


def test_an_archive_that_is_being_made_when_he_is_erased_comes_to_nothing(eraser: Client, ticket: Ticket) -> None:
    eraser.post(page(ticket, "export_player"))
    erasure.ask(ticket.player, by=None, at_once=True)
    erasure.run_due()

    assert running.run_due() == 0
    assert Job.objects.get(kind=giving_out.KIND).state == "cancelled"


def test_what_the_former_release_has_planned_is_done(ticket: Ticket, travel: Travel) -> None:
    """Its processes know of no jobs: they make the row alone."""
    planned = Erasure.objects.create(player=ticket.player, due_at=travel.forward(hours=1))

    assert erasure.adopt() == 1
    assert erasure.adopt() == 0
    assert running.run_due() == 1

    planned.refresh_from_db()
    assert planned.state == "done"


def test_what_a_worker_of_the_former_release_is_doing_is_left_to_it(ticket: Ticket, travel: Travel) -> None:
    planned = erasure.ask(ticket.player, by=None, at_once=True)
    Erasure.objects.filter(pk=planned.pk).update(state="running", claimed_until=travel.moment + timedelta(minutes=10))
    assert erasure.run_due() == 0
    assert Player.objects.get(pk=ticket.player_id).name == "Isaura"

    travel.forward(minutes=11)

    assert erasure.run_due() == 1


def test_whom_the_former_release_has_spared_is_spared(ticket: Ticket, travel: Travel) -> None:
    planned = erasure.ask(ticket.player, by=None)
    Erasure.objects.filter(pk=planned.pk).update(state="taken_back", ended_at=travel.moment)
    travel.forward(hours=25)

    erasure.run_due()

    assert Player.objects.get(pk=ticket.player_id).name == "Isaura"
    assert not AuditEntry.objects.filter(action="players.erased").exists()


def test_it_is_done_even_if_who_asked_for_it_has_left(ticket: Ticket, anna: Any, travel: Travel) -> None:
    planned = erasure.ask(ticket.player, by=anna)
    type(anna).objects.filter(pk=anna.pk).update(is_active=False)
    travel.forward(hours=24)

    assert erasure.run_due() == 1
    planned.refresh_from_db()
    assert planned.state == "done"


def test_a_large_file_passes_in_pieces(ticket: Ticket) -> None:
    content = bytes(range(256)) * 20_000
    keep_files(ticket, [NewFile("large.bin", content)], message=Message.objects.get(ticket=ticket))

    pieces = list(archive(ticket.player_id))

    assert max(len(piece) for piece in pieces) < 300_000
    package = ZipFile(io.BytesIO(b"".join(pieces)))
    assert package.read(next(name for name in package.namelist() if name.endswith("large.bin"))) == content


def test_a_file_that_the_storage_has_lost_is_named(ticket: Ticket, tmp_path: Path) -> None:
    (file,) = keep_files(ticket, [NewFile("map.txt", b"a map")], message=Message.objects.get(ticket=ticket))
    assert file.blob
    (tmp_path / "media" / file.blob.path).unlink()

    package = ZipFile(io.BytesIO(b"".join(archive(ticket.player_id))))

    assert package.read("lost.txt") == b"map.txt"


def test_from_the_command_line(ticket: Ticket, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    number = str(ticket.player_id)
    call_command("export_player", number, str(tmp_path / "isaura.zip"))
    assert ZipFile(tmp_path / "isaura.zip").testzip() is None
    with pytest.raises(CommandError):
        call_command("export_player", number, str(tmp_path / "isaura.zip"))

    call_command("erase_player", number)
    call_command("erase_player", number, "--take-back")
    with pytest.raises(CommandError):
        call_command("erase_player", number, "--take-back")
    assert Player.objects.get(pk=number).name == "Isaura"
    call_command("erase_player", number)
    call_command("erase_player", number, "--now")

    assert Player.objects.get(pk=number).name == ""
    assert "is erased" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("erase_player", number, "--now")


def test_the_right_must_be_held_for_everything(ticket: Ticket) -> None:
    client = Client()
    client.force_login(somebody(Right.VIEW, Right.SEE_PLAYER, Right.ERASE_PLAYER, game=make_game()))

    assert client.get(page(ticket)).status_code == 403
    assert page(ticket) not in client.get(reverse("desk:card", args=[ticket.number])).content.decode()
