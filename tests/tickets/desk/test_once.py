"""The composer's form is done once, whatever becomes of its answer; and what two hands write stays from both."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from helpdesk.staff.models import Team, User
from helpdesk.staff.rights import Right
from tests.conftest import Travel
from tests.factories.desk import make_player, make_ticket, newest_question, player_writes
from tests.factories.staff import somebody
from tests.tickets.deeds import kinds, reply
from tests.tickets.desk.conftest import DAILY, Desk
from tickets.actors import operator
from tickets.models import Attachment, Draft, Message, Ticket
from tickets.services import outbox
from tickets.services.assign import assign
from tickets.services.drafts import save_draft
from tickets.services.edit import rename
from tickets.services.merge import merge

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def fields_of(page: str) -> dict[str, str]:
    """What the composer's hidden fields say."""
    return dict(re.findall(r'<input type="hidden" name="(seen|upto|mode|key|revision)" value="([\w-]*)"', page))


def opened(client: Client, ticket: Ticket) -> dict[str, str]:
    return {"revision": ""} | fields_of(client.get(f"/tickets/{ticket.number}/").content.decode())


def written(page: Any) -> str:
    found = re.search(r"<textarea name=\"text\"[^>]*>(.*?)</textarea>", page.content.decode(), re.DOTALL)
    return found[1] if found else ""


def send(client: Client, ticket: Ticket, text: str, **said: str) -> Any:
    where = "note" if said.get("mode") == "note" else "reply"
    return client.post(f"/tickets/{ticket.number}/{where}/", {"mode": "reply", "text": text, **said}, headers=HTMX)


def save(client: Client, ticket: Ticket, text: str, **said: str) -> dict[str, object]:
    found: dict[str, object] = client.post(f"/tickets/{ticket.number}/draft/", {"mode": "reply", "text": text, **said}).json()
    return found


def toast(answer: Any) -> str:
    return str(json.loads(answer.get("HX-Trigger", "{}")).get("toast", {}).get("text", ""))


@pytest.mark.parametrize("mode", ["reply", "note"])
def test_an_answer_that_got_lost_is_asked_for_again_and_nothing_is_there_twice(mode: str, clara: User, desk: Desk) -> None:
    ticket, client = make_ticket(), desk(clara)
    said = opened(client, ticket) | {"mode": mode}
    send(client, ticket, "Here they are.", **said)

    again = send(client, ticket, "Here they are.", **said)

    assert Message.objects.filter(ticket=ticket).exclude(kind="inbound").count() == 1
    assert again.status_code == 200 and "Here they are." in again.content.decode()
    assert "first try" in toast(again)
    assert fields_of(again.content.decode())["key"] != said["key"]


def test_what_was_changed_after_a_lost_answer_stays_in_the_composer(clara: User, desk: Desk) -> None:
    ticket, client = make_ticket(), desk(clara)
    said = opened(client, ticket)
    send(client, ticket, "Here they are.", **said)

    again = send(client, ticket, "Here they are. And the shield!", **said)

    assert Message.objects.get(kind="reply").text == "Here they are."
    assert written(again) == "Here they are. And the shield!"
    assert "What you changed since" in toast(again)


def test_saving_after_a_lost_answer_tells_that_it_was_sent(clara: User, desk: Desk) -> None:
    ticket, client = make_ticket(), desk(clara)
    said = opened(client, ticket)
    assert save(client, ticket, "Here they are.", **said)["sent"] is False
    send(client, ticket, "Here they are.", **said)

    told = save(client, ticket, "Here they are.", **said)

    assert told["sent"] is True
    assert not Draft.objects.exists()  # what was sent is not begun once more
    save(client, ticket, "Here they a", **said)  # was under way when it was sent
    assert not Draft.objects.exists()


def test_the_same_words_from_another_composer_are_another_reply(clara: User, desk: Desk, travel: Travel) -> None:
    ticket, client = make_ticket(), desk(clara)
    send(client, ticket, "Thank you!", **opened(client, ticket))
    send(client, ticket, "Thank you!", **opened(client, ticket))

    assert Message.objects.filter(kind="reply").count() == 2


def test_a_colleagues_undo_window_stops_the_second_although_he_has_seen_it(clara: User, erik: User, desk: Desk, travel: Travel) -> None:
    ticket = make_ticket()
    reply(ticket, erik, "We look into it.")
    client = desk(clara)
    said = opened(client, ticket)  # it stands on her screen

    stopped = send(client, ticket, "Here they are.", **said)

    assert stopped.status_code == 409
    assert "We look into it." in stopped.content.decode() and written(stopped) == "Here they are."
    travel.forward(seconds=20)
    outbox.send_due()
    assert send(client, ticket, "Here they are.", **said).status_code == 200


def test_two_tabs_of_one_person_lose_no_word(clara: User, desk: Desk) -> None:
    ticket, client = make_ticket(), desk(clara)
    one, other = opened(client, ticket), opened(client, ticket)
    first = save(client, ticket, "About the sword.", **one)
    assert "text" not in first

    told = save(client, ticket, "About the shield.", **other)

    both = "About the sword.\n\nAbout the shield."
    assert told["text"] == both == Draft.objects.get().text
    assert "text" not in save(client, ticket, f"{both} Both.", **other | {"revision": str(told["revision"])})
    assert save(client, ticket, "About the sword. It is back.", **one | {"revision": str(first["revision"])})["text"] == (
        f"{both} Both.\n\nAbout the sword. It is back."
    )


def test_one_tab_sends_what_it_knows_and_the_other_tabs_words_stay(clara: User, desk: Desk) -> None:
    ticket, client = make_ticket(), desk(clara)
    one = opened(client, ticket)
    save(client, ticket, "A second thought.", **opened(client, ticket))

    sent = send(client, ticket, "The answer.", **one)

    assert Message.objects.get(kind="reply").text == "The answer."
    assert written(sent) == "A second thought."


def test_a_reply_that_comes_back_appears_in_the_open_composer(clara: User, desk: Desk, travel: Travel) -> None:
    ticket, client = make_ticket(), desk(clara)
    sent = send(client, ticket, "On Sunday.", **opened(client, ticket)).content.decode()
    page = {"revision": ""} | fields_of(sent)
    upto = re.search(r'data-upto="(\d+)"', sent)
    assert upto
    player_writes(ticket, "And which time zone?")
    travel.forward(seconds=20)
    outbox.send_due()

    news = client.post(f"/tickets/{ticket.number}/updates/", {"after": upto[1], **page}, headers=HTMX)

    revision = Draft.objects.get().revision
    drawn = " ".join(news.content.decode().split())
    assert f'id="own-draft" data-mode="reply" data-base="" data-revision="{revision}"' in drawn
    assert ">On Sunday.</pre>" in drawn
    assert "draft-changed" in news["HX-Trigger-After-Swap"]
    told = save(client, ticket, "Typed before it was told", **page)
    assert told["text"] == "On Sunday.\n\nTyped before it was told"
    quiet = client.post(f"/tickets/{ticket.number}/updates/", {"after": upto[1], **page, "revision": str(told["revision"])}, headers=HTMX)
    assert "own-draft" not in quiet.content.decode()


def test_a_file_that_comes_twice_is_there_once(clara: User, desk: Desk) -> None:
    ticket, client, key = make_ticket(), desk(clara), uuid4()

    for _time in range(2):
        file = SimpleUploadedFile("guide.txt", b"press the red button")
        answer = client.post(f"/tickets/{ticket.number}/files/", {"mode": "reply", "key": key, "file": file})
        assert "guide.txt" in answer.content.decode()

    assert Attachment.objects.count() == 1


def test_who_answers_what_nobody_has_has_it(clara: User, erik: User, desk: Desk) -> None:
    free, his = make_ticket(), make_ticket()
    assign(his, to=erik, by=operator(erik))
    client = desk(clara)
    for ticket in (free, his):
        send(client, ticket, "Here they are.", **opened(client, ticket))

    free.refresh_from_db()
    his.refresh_from_db()
    assert (free.assignee, his.assignee) == (clara, erik)
    assert "has it now, by answering" in client.get(f"/tickets/{free.number}/").content.decode()


def test_a_team_may_want_it_otherwise(clara: User, desk: Desk) -> None:
    ticket, client = make_ticket(), desk(clara)
    Ticket.objects.filter(pk=ticket.pk).update(team=Team.objects.create(name="Refunds", slug="refunds", answering_takes=False))

    send(client, ticket, "Here they are.", **opened(client, ticket))

    ticket.refresh_from_db()
    assert ticket.assignee is None


def test_who_comes_second_is_asked_and_the_first_sees_it_at_once(clara: User, erik: User, desk: Desk) -> None:
    ticket = make_ticket()
    hers, his = desk(clara), desk(erik)
    his.post(f"/tickets/{ticket.number}/take/", {"holder": ""}, headers=HTMX)
    seen = Ticket.objects.get(pk=ticket.pk).last_event_id

    asked = hers.post(f"/tickets/{ticket.number}/take/", {"holder": ""}, headers=HTMX)

    assert (asked.status_code, asked["HX-Retarget"]) == (409, "#dialog")
    assert "Erik Holm has" in asked.content.decode()
    holder = re.search(r'name="holder" value="(\d+)"', asked.content.decode())
    assert holder and int(holder[1]) == erik.pk
    hers.post(f"/tickets/{ticket.number}/take/", {"holder": holder[1]}, headers=HTMX)
    ticket.refresh_from_db()
    assert ticket.assignee == clara
    news = his.post(f"/tickets/{ticket.number}/updates/", {"after": seen}, headers=HTMX)
    assert "Clara Novak took it" in toast(news) and "Clara Novak" in news.content.decode()


def test_the_dialog_tells_who_took_it_meanwhile_and_then_lets_it_be_given(clara: User, erik: User, desk: Desk) -> None:
    ticket = make_ticket()
    assign(ticket, to=erik, by=operator(erik))

    asked = desk(clara).post(f"/tickets/{ticket.number}/assign/", {"assignee": clara.pk, "holder": ""}, headers=HTMX)

    assert asked.status_code == 422 and "Erik Holm was faster" in asked.content.decode()
    assert f'name="holder" value="{erik.pk}"' in asked.content.decode()
    desk(clara).post(f"/tickets/{ticket.number}/assign/", {"assignee": clara.pk, "holder": erik.pk}, headers=HTMX)
    ticket.refresh_from_db()
    assert ticket.assignee == clara


def test_a_dialog_sets_only_what_was_changed_in_it(clara: User, erik: User, desk: Desk) -> None:
    ticket, client = make_ticket(subject="Crystals"), desk(clara)
    page = client.get(f"/tickets/{ticket.number}/facts/", headers=HTMX).content.decode()
    stood = dict(re.findall(r'name="(initial-\w+)"(?: value="(\w*)")?', page))
    rename(ticket, "Crystals and gold", by=operator(erik))

    client.post(f"/tickets/{ticket.number}/facts/", {"subject": "Crystals", "language": "de", "topic": ""} | stood, headers=HTMX)

    ticket.refresh_from_db()
    assert (ticket.subject, ticket.language) == ("Crystals and gold", "de")


def test_a_status_that_was_refused_for_news_shows_them_and_is_taken_then(clara: User, desk: Desk) -> None:
    ticket, client = make_ticket(), desk(clara)
    dialog = client.get(f"/tickets/{ticket.number}/status/", headers=HTMX).content.decode()
    assert not re.search(r'name="needs_no_reply"[^>]*checked', dialog)
    said = {"status": "resolved", "needs_no_reply": "on", "seen": str(ticket.last_event_id)}
    player_writes(ticket, "Thanks, it works again!")

    refused = client.post(f"/tickets/{ticket.number}/status/", said, headers=HTMX)

    shown = refused.content.decode()
    assert refused.status_code == 422 and "Thanks, it works again!" in shown
    seen = re.search(r'name="seen" value="(\d+)"', shown)
    assert seen
    client.post(f"/tickets/{ticket.number}/status/", said | {"seen": seen[1]}, headers=HTMX)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.waiting_since) == ("resolved", None)


def test_closing_for_good_is_asked_once_more(clara: User, desk: Desk) -> None:
    ticket, client = make_ticket(), desk(clara)
    Ticket.objects.filter(pk=ticket.pk).update(status="resolved")

    asked = client.post(f"/tickets/{ticket.number}/status/", {"status": "closed"}, headers=HTMX)

    ticket.refresh_from_db()
    assert ticket.status == "resolved"
    assert "Closed is for good" in asked.content.decode() and "The player waits" in asked.content.decode()
    client.post(f"/tickets/{ticket.number}/status/", {"status": "closed", "sure": "1"}, headers=HTMX)
    ticket.refresh_from_db()
    assert ticket.status == "closed"


def test_a_note_to_a_ticket_that_was_merged_meanwhile_leads_its_author_there(desk: Desk) -> None:
    dora, mira = somebody(*DAILY, Right.MERGE, name="Dora"), make_player()
    first, second = make_ticket("One", player=mira), make_ticket("Two", player=mira)
    client = desk(dora)
    note, words = opened(client, second) | {"mode": "note"}, opened(client, second)
    merge(second, into=first, by=operator(dora))

    noted = send(client, second, "She paid twice.", **note)

    assert noted["HX-Redirect"] == f"/tickets/{first.number}/"
    page = client.get(f"/tickets/{first.number}/").content.decode()
    assert "She paid twice." in page and f"{second.number} was merged into this one meanwhile" in page
    stopped = send(client, second, "Here they are.", **words)
    assert stopped["HX-Redirect"] == f"/tickets/{first.number}/"
    assert not Message.objects.filter(kind="reply").exists()
    assert Draft.objects.get(ticket=first).text == "Here they are."


def test_another_ticket_of_the_player_is_chosen_from_a_list(desk: Desk) -> None:
    dora, mira = somebody(*DAILY, Right.MERGE, name="Dora"), make_player()
    first, second = make_ticket("One", player=mira), make_ticket("Two", player=mira, subject="Sword")
    make_ticket("Somebody else's", subject="Shield")
    client = desk(dora)

    dialog = client.get(f"/tickets/{first.number}/merge/", headers=HTMX).content.decode()
    client.post(f"/tickets/{first.number}/merge/", {"other": second.pk}, headers=HTMX)

    second.refresh_from_db()
    assert f"{second.number} · Sword" in dialog and "Shield" not in dialog
    assert second.merged_into == first


def test_a_call_back_leaves_one_entry(clara: User, desk: Desk) -> None:
    ticket, client = make_ticket(), desk(clara)
    message = reply(ticket, clara, "Too early.")

    page = client.post(f"/tickets/{ticket.number}/messages/{message.pk}/undo/", headers=HTMX).content.decode()

    assert page.count("called back") == 1 and "called a reply back" not in page
    assert kinds(ticket).count("message.withdrawn") == 1


def test_a_text_that_is_too_long_is_refused_in_words_and_not_cut(clara: User, desk: Desk) -> None:
    ticket, client = make_ticket(), desk(clara)
    save_draft(ticket, author=clara, kind=Draft.Kind.REPLY, text="Short")

    answer = client.post(f"/tickets/{ticket.number}/draft/", {"mode": "reply", "text": "x" * 100_001} | opened(client, ticket))

    assert (answer.status_code, Draft.objects.get().text) == (422, "Short")
    assert "longer than 100000 characters" in answer.json()["error"]


def test_what_was_written_on_a_page_without_a_key_is_sent_as_before(clara: User, desk: Desk) -> None:
    ticket, client = make_ticket(), desk(clara)

    client.post(f"/tickets/{ticket.number}/reply/", {"mode": "reply", "text": "Hello", "seen": str(ticket.last_event_id)})

    assert Message.objects.get(kind="reply").answers_upto is None or newest_question(ticket)


def test_a_reply_can_be_called_back_from_a_page_whose_ticket_was_merged_meanwhile(desk: Desk) -> None:
    dora, mira = somebody(*DAILY, Right.MERGE, name="Dora"), make_player()
    first, second = make_ticket("One", player=mira), make_ticket("Two", player=mira)
    message = reply(second, dora, "Too early.")
    merge(second, into=first, by=operator(dora))

    answer = desk(dora).post(f"/tickets/{second.number}/messages/{message.pk}/undo/", headers=HTMX)

    message.refresh_from_db()
    assert (message.state, answer["HX-Redirect"]) == ("withdrawn", f"/tickets/{first.number}/")
    assert Draft.objects.get(ticket=first).text == "Too early."
