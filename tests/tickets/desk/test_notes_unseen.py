"""Who may not see notes meets none: not in the thread, its news, drafts, files, filters, notices, and not as what stops a reply."""

from __future__ import annotations

import pytest

from helpdesk.staff.models import Notice, User
from helpdesk.staff.rights import Right
from tests.factories.desk import make_ticket
from tests.factories.staff import somebody
from tests.tickets.desk.conftest import DAILY, Desk
from tickets import drain
from tickets.actors import operator
from tickets.models import Attachment, Draft, Lane, Message, Ticket
from tickets.services.attachments import NewFile
from tickets.services.drafts import add_file, save_draft
from tickets.services.reply import add_note

pytestmark = pytest.mark.django_db

SAID = "The vault was emptied by a bot."
BLIND = tuple(right for right in DAILY if right != Right.SEE_NOTES)


@pytest.fixture
def blind() -> User:
    """An operator who answers and may write notes, and sees none."""
    return somebody(*BLIND, name="Bruno Blind")


@pytest.fixture
def noted(clara: User) -> Ticket:
    """A ticket whose note has a file, and in which another note is being written."""
    ticket = make_ticket()
    add_file(ticket, NewFile("vault.txt", b"vault"), author=clara, kind=Draft.Kind.NOTE)
    add_note(ticket, SAID, by=operator(clara))
    save_draft(ticket, author=clara, kind=Draft.Kind.NOTE, text="And another bot.")
    return Ticket.objects.get(pk=ticket.pk)


def test_the_page_its_whole_and_its_news_hold_no_note(desk: Desk, noted: Ticket, blind: User, clara: User) -> None:
    page = f"/tickets/{noted.number}/"
    news = {"after": "1", "people": "-"}

    for client, seen in ((desk(clara), True), (desk(blind), False)):
        for answer in (client.get(page), client.get(f"{page}?whole"), client.post(f"{page}updates/", news)):
            assert (SAID in answer.content.decode()) is seen
            assert ("vault.txt" in answer.content.decode()) is seen


def test_a_note_in_the_making_is_told_of_only_to_who_sees_notes(desk: Desk, noted: Ticket, blind: User, erik: User) -> None:
    for reader, seen in ((erik, True), (blind, False)):
        page = desk(reader).get(f"/tickets/{noted.number}/").content.decode()
        news = desk(reader).post(f"/tickets/{noted.number}/updates/", {"after": "1", "people": "-"}).content.decode()
        queue = desk(reader).get("/tickets/").content.decode()

        assert ("Clara Novak has a note in the making here" in page) is seen
        assert ("Clara Novak" in news) is seen
        assert ("Clara Novak has a draft here" in queue) is seen


def test_no_filter_finds_by_notes_what_one_does_not_see(desk: Desk, noted: Ticket, blind: User, erik: User, clara: User) -> None:
    for asked in ("has_note=yes", "has_file=yes", f"draft={clara.pk}", "q=has_note:yes", "q=has_file:yes"):
        assert noted.number in desk(erik).get(f"/tickets/?{asked}").content.decode()
    for asked in ("has_file=yes", f"draft={clara.pk}", "q=has_file:yes"):
        assert noted.number not in desk(blind).get(f"/tickets/?{asked}").content.decode()

    refused = desk(blind).get("/tickets/?has_note=yes").context["filter"]
    assert not refused.said and refused.refused
    assert noted.number in desk(blind).get("/tickets/?draft=nobody").content.decode()


def test_files_of_notes_are_opened_only_by_who_sees_notes(desk: Desk, noted: Ticket, blind: User, erik: User, clara: User) -> None:
    file = Attachment.objects.get(ticket=noted)

    assert desk(erik).get(f"/files/{file.pk}/vault.txt").status_code == 200
    assert desk(blind).get(f"/files/{file.pk}/vault.txt").status_code == 404

    add_file(noted, NewFile("own.txt", b"own"), author=clara, kind=Draft.Kind.NOTE)
    half = Attachment.objects.get(name="own.txt")
    assert desk(clara).get(f"/files/{half.pk}/own.txt").status_code == 200
    assert desk(blind).get(f"/files/{half.pk}/own.txt").status_code == 404


def test_a_note_one_may_not_see_stops_no_reply(desk: Desk, noted: Ticket, blind: User, erik: User, clara: User) -> None:
    question = Message.objects.get(ticket=noted, kind=Message.Kind.INBOUND)
    told = {"mode": "reply", "text": "We look into it.", "seen": "0", "upto": str(question.pk)}
    seen_before_the_note = noted.messages.get(kind=Message.Kind.NOTE)
    upto = noted.events.filter(message_id=seen_before_the_note.pk).order_by("pk").first()
    assert upto is not None
    told["seen"] = str(upto.pk - 1)

    stopped = desk(erik).post(f"/tickets/{noted.number}/reply/", told)
    sent = desk(blind).post(f"/tickets/{noted.number}/reply/", told)

    assert stopped.status_code == 409
    assert sent.status_code == 302
    assert Message.objects.get(ticket=noted, kind=Message.Kind.REPLY).author_id == blind.pk


def test_who_sees_no_notes_writes_none_and_is_not_called_in_one(desk: Desk, noted: Ticket, blind: User, erik: User, clara: User) -> None:
    page = f"/tickets/{noted.number}/"

    assert desk(blind).post(f"{page}note/", {"mode": "note", "text": "Mine."}).status_code == 404
    assert desk(blind).post(f"{page}draft/", {"mode": "note", "text": "Mine."}).status_code == 404
    assert 'data-tab="note"' not in desk(blind).get(page).content.decode()

    add_note(noted, "@Bruno and @Erik, look.", by=operator(clara))
    drain.drain(Lane.NOW)
    assert set(Notice.objects.values_list("user__name", flat=True)) == {erik.name}
