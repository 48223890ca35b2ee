"""Mails that break their reader: they open a ticket with what can be read cheaply, say so, and hold nobody else up."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.test import Client

from helpdesk.base.sandbox import Broken, Limits, Spent, Workshop
from helpdesk.staff.rights import Right
from helpdesk.studio.models import Game
from tests.conftest import Travel
from tests.factories import hostile
from tests.factories.staff import somebody
from tests.tickets.mail.inbound.desk import receive_mail
from tests.tickets.mail.parse.letters import letter, multipart_letter, packed, part
from tickets.mail.inbound import inbox, reading
from tickets.mail.models import RawMail
from tickets.mail.parse import ParsedMail
from tickets.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is read within its time."""
    _answers(monkeypatch, Spent("it takes more than 3.0 s"))


def _answers(monkeypatch: pytest.MonkeyPatch, reason: Exception) -> None:
    def ask(*arguments: Any, **limits: Any) -> None:
        raise reason

    monkeypatch.setattr(reading._reading_room, "ask", ask)


def test_a_mail_that_takes_too_long_opens_a_ticket_with_its_beginning(ember: Game, impatient: None) -> None:
    raw = receive_mail(letter("Where is my sword? " * 10_000, message_id="<long@players.example>"))

    message = Message.objects.get()
    assert message.text.startswith("Where is my sword?")
    assert (message.from_address, message.subject, message.shortened) == ("anna@players.example", "My sword is gone", True)
    assert (raw.outcome, raw.attempts, raw.mail_id) == ("open", 1, "<long@players.example>")


def test_its_answer_joins_its_ticket_all_the_same(ember: Game, monkeypatch: pytest.MonkeyPatch) -> None:
    first = receive_mail(letter("Hello", message_id="<first@players.example>"))
    _answers(monkeypatch, Spent("it needs more than 300 MB"))

    second = receive_mail(letter("More " * 20_000, message_id="<second@players.example>", in_reply_to="<first@players.example>"))

    assert (second.outcome, second.ticket) == ("reply", first.ticket)


def test_an_ordinary_mail_says_nothing_of_the_kind(ember: Game) -> None:
    receive_mail(letter("Hello"))

    assert Message.objects.get().shortened is False


@pytest.mark.parametrize("kind", ["thousands_of_parts", "text_of_megabytes", "html_divs", "parts_in_parts"])
def test_what_reached_a_limit_says_so(kind: str, ember: Game) -> None:
    receive_mail(hostile.KINDS[kind](0.2).replace(b"Subject:", b"To: help@ember.example\nSubject:", 1))

    assert Message.objects.latest("pk").shortened


def test_a_reader_that_was_killed_from_outside_is_asked_once_more(ember: Game, travel: Travel, monkeypatch: pytest.MonkeyPatch) -> None:
    _answers(monkeypatch, Broken("the reading process was ended (-9)"))

    raw = receive_mail(letter("Where is my sword?"))
    assert (raw.processed_at, raw.attempts) == (None, 1)
    assert "was ended" in raw.reason
    travel.forward(minutes=1)
    inbox.process_due()

    raw.refresh_from_db()
    assert (raw.outcome, raw.attempts, Message.objects.get().shortened) == ("open", 2, True)


def test_one_that_breaks_its_reader_keeps_no_other_of_its_batch_back(ember: Game, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        reading, "_reading_room", Workshop("tickets.mail.parse.child", Limits(seconds=0.3, memory=300_000_000, answer=150_000_000))
    )
    hard = hostile.KINDS["text_parts"](1.0)
    rows = [receive_mail(raw, process=False) for raw in (hard, letter("one"), hard + b"\n", letter("two"))]

    inbox.process_due()

    texts = set(Message.objects.values_list("text", flat=True))
    assert {"one", "two"} < texts
    assert Message.objects.filter(shortened=True).count() == 2
    assert not RawMail.objects.filter(pk__in=[row.pk for row in rows], processed_at=None).exists()


def screenshot() -> bytes:
    return multipart_letter(part("see"), packed(hostile.png(40, 30), "image/png"))


def test_light_ones_go_first_and_heavy_ones_do_not_wait_for_all_of_them(ember: Game, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[int] = []
    take = inbox.intake.take

    def noted(raw: RawMail, mail: ParsedMail, known: Any) -> None:
        order.append(raw.pk)
        take(raw, mail, known)

    monkeypatch.setattr(inbox.intake, "take", noted)
    monkeypatch.setattr(inbox, "BATCH", 2)
    heavy = [receive_mail(letter("x" * inbox.LIGHT_BYTES + str(number)), process=False).pk for number in range(2)]
    light = [receive_mail(letter(f"mail {number}"), process=False).pk for number in range(5)]

    inbox.process_due()

    assert order == [*light[:2], heavy[0], *light[2:4], heavy[1], light[4]]


def test_the_nudge_of_a_heavy_one_takes_the_light_ones_first(ember: Game) -> None:
    heavy, light = receive_mail(screenshot(), process=False), receive_mail(letter("light"), process=False)

    inbox.process(heavy.pk)

    assert heavy.heavy
    assert list(Message.objects.order_by("pk").values_list("text", flat=True)) == ["light", "see"]
    light.refresh_from_db()
    assert not light.waiting


def test_a_picture_that_came_as_a_light_mail_waits_among_the_heavy_ones(ember: Game) -> None:
    told = "".join(f"={byte:02X}" for byte in hostile.png(40, 30))
    raw = receive_mail(multipart_letter(part("see"), part(told, "application/x", content_transfer_encoding="quoted-printable")))

    assert (raw.heavy, raw.attempts, raw.waiting) == (True, 0, True)
    inbox.process_due()
    assert Message.objects.get().attachments.get().preview is not None


@pytest.mark.parametrize("may_see", [True, False])
def test_the_operator_is_told_and_who_may_gets_the_whole(may_see: bool, ember: Game, impatient: None, client: Client) -> None:
    raw = receive_mail(letter("x" * 70_000))
    client.force_login(somebody(Right.VIEW, *([Right.SEE_RAW_MAIL] if may_see else [])))

    page = client.get(f"/tickets/{raw.ticket.number}/").content.decode()

    assert "holds more than the desk shows" in page
    assert (page.count("Download the raw mail") > 0) is may_see


def test_the_next_mail_is_read_while_one_is_written(ember: Game, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a mail whose reading fails keeps none of the others back."""
    begun, written = threading.Event(), []
    read, take = inbox.intake.read, inbox.intake.take
    rows = [receive_mail(letter(text), process=False) for text in ("first", "second", "third")]

    def reading(raw: RawMail, content: bytes, known: Any) -> ParsedMail:
        if raw.pk == rows[1].pk:
            begun.set()
            raise ValueError("this one cannot be read")
        return read(raw, content, known)

    def writing(raw: RawMail, mail: ParsedMail, known: Any) -> None:
        if raw.pk == rows[0].pk:
            written.append(begun.wait(10))
        take(raw, mail, known)

    monkeypatch.setattr(inbox.intake, "read", reading)
    monkeypatch.setattr(inbox.intake, "take", writing)
    inbox.process_due()

    assert written == [True]
    assert list(Message.objects.order_by("pk").values_list("text", flat=True)) == ["first", "third"]
    assert "this one cannot be read" in RawMail.objects.get(pk=rows[1].pk).reason
