"""Writing: nothing typed is lost, nothing leaves past what its author has not seen, and what left too soon comes back."""

from __future__ import annotations

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from helpdesk.studio.models import Department
from tests.conftest import Travel
from tests.factories.desk import Post, make_ticket, newest_question, player_writes
from tests.factories.staff import somebody
from tests.tickets.desk.conftest import Desk
from tickets.actors import operator
from tickets.models import Attachment, Draft, Message, Status, Ticket
from tickets.services import outbox
from tickets.services.reply import OutgoingMessage, add_note, send_reply

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def on_screen(client: Client, ticket: Ticket) -> dict[str, str]:
    """What the composer's hidden fields say when the page is open."""
    page = client.get(f"/tickets/{ticket.number}/").content.decode()
    return dict(re.findall(r'<input type="hidden" name="(seen|upto|mode)" value="(\w*)"', page))


def reply(client: Client, ticket: Ticket, text: str = "We look into it.", *, htmx: bool = False, **more: str) -> tuple[int, str]:
    answer = client.post(f"/tickets/{ticket.number}/reply/", {"text": text, "mode": "reply"} | more, headers=HTMX if htmx else {})
    return answer.status_code, answer.content.decode()


def test_a_reply_goes_into_its_undo_window_with_the_status_it_brings(clara: User, desk: Desk) -> None:
    ticket, client = make_ticket(), desk(clara)

    status, _page = reply(client, ticket, **on_screen(client, ticket), then="resolved")

    message = Message.objects.get(ticket=ticket, kind="reply")
    assert status == 302
    assert (message.state, message.then_status, message.answers_upto) == ("queued", "resolved", newest_question(ticket))
    assert "Call back" in client.get(f"/tickets/{ticket.number}/").content.decode()


def test_a_reply_stops_when_the_player_wrote_meanwhile(clara: User, desk: Desk) -> None:
    ticket, client = make_ticket(), desk(clara)
    seen = on_screen(client, ticket)
    player_writes(ticket, "Stop, I have found them!")

    status, page = reply(client, ticket, "They are on their way.", htmx=True, **seen)

    assert status == 409
    assert not Message.objects.filter(ticket=ticket, kind="reply").exists()
    assert "Stop, I have found them!" in page
    assert "They are on their way." in page  # the words are still there, on the page and on the server
    assert Draft.objects.get(ticket=ticket, author=clara).text == "They are on their way."


def test_a_reply_stops_for_a_colleagues_note_too(clara: User, erik: User, desk: Desk) -> None:
    ticket, client = make_ticket(), desk(clara)
    seen = on_screen(client, ticket)
    add_note(ticket, "Do not promise anything, he is banned.", by=operator(erik))

    status, page = reply(client, ticket, "I promise!", **seen)

    assert status == 409
    assert "he is banned" in page and "I promise!" in page and "<html" in page


def test_what_was_shown_once_stops_nothing_more(clara: User, desk: Desk) -> None:
    ticket, client = make_ticket(), desk(clara)
    seen = on_screen(client, ticket)
    player_writes(ticket, "One more thing.")
    _status, page = reply(client, ticket, "Done.", htmx=True, **seen)
    seen = dict(re.findall(r'<input type="hidden" name="(seen|upto)" value="(\d+)"', page))

    status, _page = reply(client, ticket, "Both done.", htmx=True, **seen)

    message = Message.objects.get(ticket=ticket, kind="reply")
    assert status == 200
    assert (message.text, message.answers_upto) == ("Both done.", newest_question(ticket))


def test_it_can_be_sent_as_it_is(clara: User, desk: Desk) -> None:
    ticket, client = make_ticket(), desk(clara)
    seen = on_screen(client, ticket)
    player_writes(ticket)

    status, _page = reply(client, ticket, anyway="1", **seen)

    assert status == 302
    assert Message.objects.filter(ticket=ticket, kind="reply", state="queued").exists()


def test_ones_own_note_stops_nothing(clara: User, desk: Desk) -> None:
    ticket, client = make_ticket(), desk(clara)
    seen = on_screen(client, ticket)
    add_note(ticket, "For me.", by=operator(clara))

    assert reply(client, ticket, **seen)[0] == 302


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"text": "   "}, "Write something first."),
        ({"then": "pending"}, "Say which department owes an answer."),
        ({"then": "pending", "pending_on": "Billing", "pending_until": "2020-01-01T10:00"}, "That moment has passed."),
    ],
)
def test_what_is_missing_is_said_and_the_words_stay(clara: User, desk: Desk, more: dict[str, str], says: str) -> None:
    ticket, client = make_ticket(), desk(clara)

    status, page = reply(client, ticket, more.pop("text", "A long and careful answer."), htmx=True, **on_screen(client, ticket), **more)

    assert status == 422
    assert says in page
    assert says.startswith("Write") or "A long and careful answer." in page
    assert not Message.objects.filter(ticket=ticket, kind="reply").exists()


def test_a_reply_to_pending_names_who_owes_what_until_when(clara: User, desk: Desk, travel: Travel, the_post: Post) -> None:
    ticket, client, billing = make_ticket(), desk(clara), Department.objects.create(name="Billing")
    more = {"then": "pending", "pending_on": "Billing", "pending_until": "2026-10-07T18:00"}
    assert '<option value="Billing"></option>' in client.get(f"/tickets/{ticket.number}/").content.decode()
    status, page = reply(client, ticket, htmx=True, **on_screen(client, ticket), **(more | {"pending_on": "Biling"}))
    assert status == 422 and "There is no department “Biling”" in page

    reply(client, ticket, **on_screen(client, ticket), **more)
    travel.forward(seconds=20)
    outbox.send_due()

    ticket.refresh_from_db()
    assert (ticket.status, ticket.pending_on, ticket.pending_department) == (Status.PENDING, "Billing", billing)
    assert timezone.localtime(ticket.pending_until).isoformat().startswith("2026-10-07T18:00")


def test_calling_back_returns_the_words_to_the_composer(clara: User, desk: Desk) -> None:
    ticket, client = make_ticket(), desk(clara)
    message = send_reply(ticket, OutgoingMessage("Too early.", answers_upto=newest_question(ticket)), by=operator(clara))

    page = client.post(f"/tickets/{ticket.number}/messages/{message.pk}/undo/", headers=HTMX)

    message.refresh_from_db()
    assert message.state == "withdrawn"
    assert re.search(r"<textarea[^>]*>Too early\.</textarea>", page.content.decode())
    assert json.loads(page["HX-Trigger"])["toast"]["kind"] == "good"


def test_a_call_back_that_comes_too_late_is_said_in_words(clara: User, desk: Desk, travel: Travel, the_post: Post) -> None:
    ticket, client = make_ticket(), desk(clara)
    message = send_reply(ticket, OutgoingMessage("Gone.", answers_upto=newest_question(ticket)), by=operator(clara))
    travel.forward(seconds=20)
    outbox.send_due()

    answer = client.post(f"/tickets/{ticket.number}/messages/{message.pk}/undo/", headers=HTMX)

    assert answer.status_code == 204
    assert json.loads(answer["HX-Trigger"])["toast"] == {"text": "It has already left.", "kind": "late"}


def test_a_draft_is_kept_as_one_types_and_found_again_elsewhere(clara: User, erik: User, desk: Desk, travel: Travel) -> None:
    ticket = make_ticket()

    saved = desk(clara).post(f"/tickets/{ticket.number}/draft/", {"mode": "reply", "text": "Half a thou"})

    assert (saved.json()["time"], saved.json()["sent"]) == ("09:00", False)
    assert "Half a thou" in desk(clara).get(f"/tickets/{ticket.number}/").content.decode()  # another browser
    assert "Half a thou" not in desk(erik).get(f"/tickets/{ticket.number}/").content.decode()


def test_reply_and_note_are_two_drafts(clara: User, desk: Desk) -> None:
    ticket, client = make_ticket(), desk(clara)

    note = client.post(
        f"/tickets/{ticket.number}/draft/?open=note", {"mode": "reply", "text": "To the player"}, headers=HTMX
    ).content.decode()
    back = client.post(f"/tickets/{ticket.number}/draft/?open=reply", {"mode": "note", "text": "To Erik"}, headers=HTMX).content.decode()

    assert "as-note" in note and "To the player" not in note
    assert "To the player" in back
    assert dict(Draft.objects.values_list("kind", "text")) == {"reply": "To the player", "note": "To Erik"}


def test_a_note_is_written_where_no_player_sees_it(clara: User, desk: Desk) -> None:
    ticket, client = make_ticket(), desk(clara)

    client.post(f"/tickets/{ticket.number}/note/", {"mode": "note", "text": "He paid twice."})

    assert Message.objects.get(ticket=ticket, kind="note").state == "noted"


def test_who_may_not_answer_is_drawn_no_composer(desk: Desk) -> None:
    ticket, nina = make_ticket(), somebody(Right.VIEW, name="Nina")
    client = desk(nina)

    page = client.get(f"/tickets/{ticket.number}/").content.decode()

    assert "You may read this ticket, not answer it." in page
    assert "<textarea" not in page
    assert reply(client, ticket)[0] == 403
    assert client.post(f"/tickets/{ticket.number}/draft/", {"mode": "reply", "text": "x"}).status_code == 403


def test_a_file_joins_the_draft_and_leaves_with_the_reply(clara: User, desk: Desk) -> None:
    ticket, client = make_ticket(), desk(clara)

    chip = client.post(
        f"/tickets/{ticket.number}/files/", {"mode": "reply", "file": SimpleUploadedFile("guide.txt", b"press the red button")}
    )
    reply(client, ticket, **on_screen(client, ticket))

    assert "guide.txt" in chip.content.decode()
    assert Attachment.objects.get(name="guide.txt").message == Message.objects.get(ticket=ticket, kind="reply")


def test_a_file_that_is_too_large_is_refused_in_words(clara: User, desk: Desk, settings: object) -> None:
    settings.MAX_ATTACHMENT_BYTES = 10
    ticket = make_ticket()

    answer = desk(clara).post(
        f"/tickets/{ticket.number}/files/", {"mode": "reply", "file": SimpleUploadedFile("big.txt", b"more than ten bytes")}
    )

    assert answer.status_code == 422
    assert "big.txt" in answer.content.decode()


def test_a_file_can_be_taken_out_again_by_its_author_alone(clara: User, erik: User, desk: Desk) -> None:
    ticket = make_ticket()
    desk(clara).post(f"/tickets/{ticket.number}/files/", {"mode": "reply", "file": SimpleUploadedFile("guide.txt", b"press")})
    file = Attachment.objects.get(name="guide.txt")

    assert desk(erik).post(f"/files/{file.pk}/drop/").status_code == 404
    desk(clara).post(f"/files/{file.pk}/drop/")
    assert not Attachment.objects.filter(pk=file.pk).exists()


def test_the_preview_is_the_players_mail_in_a_frame_without_scripts(clara: User, desk: Desk) -> None:
    ticket, client = make_ticket(), desk(clara)
    client.post(f"/tickets/{ticket.number}/draft/", {"mode": "reply", "text": "All is **well**."})

    answer = client.get(f"/tickets/{ticket.number}/preview/")

    assert "<strong>well</strong>" in answer.content.decode()
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src" not in policy and "sandbox allow-same-origin" in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


def test_changing_to_a_note_and_back_is_not_reading(clara: User, desk: Desk) -> None:
    ticket, client = make_ticket(), desk(clara)
    seen = on_screen(client, ticket)
    player_writes(ticket, "Stop, I have found them!")

    client.post(f"/tickets/{ticket.number}/draft/?open=note", seen | {"mode": "reply", "text": "They are on their way."}, headers=HTMX)
    page = client.post(f"/tickets/{ticket.number}/draft/?open=reply", seen | {"mode": "note"}, headers=HTMX).content.decode()
    seen = dict(re.findall(r'<input type="hidden" name="(seen|upto)" value="(\d+)"', page))

    assert reply(client, ticket, "They are on their way.", **seen)[0] == 409


def test_the_status_chosen_outlives_a_stop(clara: User, desk: Desk) -> None:
    ticket, client = make_ticket(), desk(clara)
    seen = on_screen(client, ticket)
    player_writes(ticket, "One more thing.")

    _status, page = reply(client, ticket, "Done.", htmx=True, **seen, then="resolved")

    assert '<input type="hidden" name="then" value="resolved">' in page
    assert Draft.objects.get(ticket=ticket, author=clara).then_status == "resolved"
