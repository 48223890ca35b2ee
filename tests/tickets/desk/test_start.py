"""We write first: with a draft that survives leaving, files, a preview, and never to ourselves."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from tests.factories.desk import make_game, make_player
from tests.factories.staff import somebody
from tests.tickets.desk.conftest import DAILY, Desk
from tickets.mail.addressing import reply_address
from tickets.models import Attachment, Draft, Message, Ticket
from tickets.services.drafts import drop_starts_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def wanda() -> User:
    return somebody(*DAILY, Right.START, name="Wanda")


def said(client: Client, **more: str) -> dict[str, str]:
    page = client.get("/tickets/new/").content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(key|revision)" value="([\w-]*)"', page))
    words = {"to": "noor@mail.example", "name": "Noor", "subject": "Your refund", "text": "It is **done**.", "language": "en"}
    return words | {"game": str(make_game().pk), "revision": ""} | hidden | more


def test_a_conversation_begins_once_and_who_began_it_has_it(wanda: User, desk: Desk) -> None:
    make_game()
    client = desk(wanda)
    words = said(client)

    first, again = (client.post("/tickets/new/", words) for _time in range(2))

    ticket = Ticket.objects.get()
    assert first["Location"] == again["Location"] == f"/tickets/{ticket.number}/"
    assert (ticket.assignee, Message.objects.count()) == (wanda, 1)
    told = client.post("/tickets/new/draft/", words).json()
    assert (told["sent"], told["at"]) == (True, f"/tickets/{ticket.number}/")
    assert not Draft.objects.exists()
    client.post("/tickets/new/draft/", words | {"text": "It is **done**. Enjoy!"})  # changed after an answer that got lost
    assert Draft.objects.get(ticket=ticket, kind="reply").text == "It is **done**. Enjoy!"


def test_what_was_begun_is_there_when_one_comes_back(wanda: User, desk: Desk) -> None:
    make_game()
    client = desk(wanda)
    assert client.post("/tickets/new/draft/", said(client)).json()["sent"] is False
    client.post("/tickets/new/files/", {"file": SimpleUploadedFile("refund.txt", b"paid back")})

    page = client.get("/tickets/new/").content.decode()

    assert all(words in page for words in ("noor@mail.example", "Your refund", "It is **done**.", "refund.txt"))
    other = client.get("/tickets/new/?game=emberfall&to=zoe@mail.example").content.decode()
    assert "What you began to write to noor@mail.example" in other
    file = Attachment.objects.get()
    assert client.get(f"/files/{file.pk}/refund.txt").status_code == 200
    assert desk(somebody(*DAILY, name="Otto")).get(f"/files/{file.pk}/refund.txt").status_code == 404
    preview = client.get("/tickets/new/preview/")
    assert "<strong>done</strong>" in preview.content.decode() and preview["X-Frame-Options"] == "SAMEORIGIN"
    client.post("/tickets/new/", said(client))
    assert Attachment.objects.get().message == Message.objects.get()
    assert Attachment.objects.get().ticket == Ticket.objects.get()


def test_it_can_be_thrown_away(wanda: User, desk: Desk) -> None:
    make_game()
    client = desk(wanda)
    client.post("/tickets/new/draft/", said(client))
    client.post("/tickets/new/files/", {"file": SimpleUploadedFile("refund.txt", b"paid back")})

    client.post("/tickets/new/drop/?to=zoe@mail.example")

    assert not Draft.objects.exists() and not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("Support@Emberfall.example", "an address of ours"),
        (reply_address("support@emberfall.example", "K7QM-2R4D"), "an address of ours"),
        ("no-reply@shop.example", "it belongs to a machine"),
        ("mailer-daemon@mail.example", "it belongs to a machine"),
    ],
)
def test_nobody_writes_to_ourselves_or_to_a_machine(to: str, why: str, wanda: User, desk: Desk) -> None:
    make_game()
    client = desk(wanda)

    answer = client.post("/tickets/new/", said(client, to=to))

    assert answer.status_code == 422
    assert why in answer.content.decode() and "It is **done**." in answer.content.decode()
    assert not Ticket.objects.exists()


def test_two_tabs_that_begin_one_lose_no_word(wanda: User, desk: Desk) -> None:
    make_game()
    client = desk(wanda)
    one, other = said(client, text="One."), said(client, text="Two.")
    client.post("/tickets/new/draft/", one)

    assert client.post("/tickets/new/draft/", other).json()["text"] == "One.\n\nTwo."
    client.post("/tickets/new/", one)

    assert Message.objects.get().text == "One."
    assert Draft.objects.get().text == "One.\n\nTwo."  # what the other tab has is not thrown away


def test_what_is_begun_to_a_player_goes_when_he_is_erased(wanda: User, desk: Desk) -> None:
    noor, other = make_player("Noor", "noor@mail.example"), make_player("Zoe", "zoe@mail.example")
    make_game()
    client = desk(wanda)
    client.post("/tickets/new/draft/", said(client))
    client.post("/tickets/new/files/", {"file": SimpleUploadedFile("refund.txt", b"paid back")})

    for player, left in ((other, 1), (noor, 0)):
        drop_starts_to(player.pk)
        assert (Draft.objects.count(), Attachment.objects.count()) == (left, left)
