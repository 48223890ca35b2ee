"""The ticket's page: the conversation, events in words, what happens next, what one may not see."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from helpdesk.studio.models import Tag
from players.services import remember_account
from tests.conftest import Travel
from tests.factories.cards import declared
from tests.factories.desk import Post, make_game, make_player, make_ticket, newest_question, player_writes
from tests.factories.search import index_all
from tests.factories.staff import somebody
from tests.tickets.desk.conftest import Desk
from tickets import timers
from tickets.actors import operator
from tickets.channels import Failed, Uncertain
from tickets.desk.presence import looked
from tickets.gates import Gate, GateHold
from tickets.lifecycle.pending import PendingInfo
from tickets.models import Message, Status, Ticket
from tickets.search.elasticsearch import documents
from tickets.services import delivery_updates, outbox
from tickets.services.assign import assign
from tickets.services.drafts import save_draft
from tickets.services.edit import rename, set_status, set_tags
from tickets.services.merge import merge
from tickets.services.reply import OutgoingMessage, add_note, send_automatic, send_reply

pytestmark = pytest.mark.django_db


def read(client: Client, ticket: Ticket, query: str = "") -> str:
    answer = client.get(f"/tickets/{ticket.number}/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def words_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<svg.*?</svg>|<[^>]+>", " ", page, flags=re.DOTALL))


def replied(ticket: Ticket, travel: Travel, by: User, text: str = "We look into it.", **more: object) -> Message:
    message = send_reply(ticket, OutgoingMessage(text, answers_upto=newest_question(ticket), **more), by=operator(by))
    travel.forward(seconds=20)
    outbox.send(message.pk)
    message.refresh_from_db()
    return message


def test_the_conversation_stands_in_its_order_with_ours_and_notes_told_apart(
    clara: User, desk: Desk, travel: Travel, the_post: Post
) -> None:
    ticket = make_ticket("My crystals are **gone**.")
    replied(ticket, travel, clara, "We look *into* it.")
    travel.forward(minutes=1)
    add_note(ticket, "He paid twice.", by=operator(clara))

    page = read(desk(clara), ticket)

    articles = re.findall(r'<article class="msg (\w+)[^"]*".*?</article>', page, re.DOTALL)
    assert articles == ["player", "ours", "note"]
    assert "My crystals are **gone**." in page  # a player's words are shown as he typed them
    assert "We look <em>into</em> it." in page


def test_a_players_html_is_never_part_of_our_page(clara: User, desk: Desk) -> None:
    ticket = make_ticket("<script>alert(1)</script> & <b>")

    page = read(desk(clara), ticket)

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;" in page


def test_a_link_in_a_players_words_opens_elsewhere(clara: User, desk: Desk) -> None:
    ticket = make_ticket('See https://evil.example/?a=1&b="><script>')

    page = read(desk(clara), ticket)

    link = re.search(r'<a class="link" target="_blank" rel="noopener noreferrer nofollow" href="([^"]*)"', page)
    assert link.group(1).startswith("https://evil.example/?a=1")
    assert "<script>" not in page.split('id="entries"')[1].split("</article>")[0]


def test_events_are_told_in_words_and_runs_are_folded(clara: User, erik: User, desk: Desk) -> None:
    ticket = make_ticket()
    assign(ticket, to=clara, by=operator(clara))
    assign(ticket, to=erik, by=operator(clara))
    rename(ticket, "Another subject", by=operator(erik))
    set_status(ticket, Status.PENDING, by=operator(erik), pending=PendingInfo("Billing"))

    page = read(desk(clara), ticket)

    text = words_of(page)
    assert "Clara Novak took it" in text
    assert "Clara Novak gave it to Erik Holm" in text
    assert "Erik Holm changed the subject" in text
    assert "Erik Holm set Pending on Billing" in text
    assert "4 changes" in text  # folded into one line that says the last


def test_tags_are_named_where_they_change(clara: User, desk: Desk) -> None:
    ticket, by = make_ticket(), operator(clara)
    vip, bug = Tag.objects.create(name="vip"), Tag.objects.create(name="bug")

    for tags in ([vip], [bug], []):
        set_tags(ticket, tags, by=by)

    text = words_of(read(desk(clara), ticket))
    for told in ("tagged it vip", "changed the tags: bug in place of vip", "took the tag off: bug"):
        assert told in text


def test_what_is_new_since_the_last_look_is_marked_once(clara: User, erik: User, desk: Desk, travel: Travel) -> None:
    ticket = make_ticket()
    ticket.refresh_from_db()
    looked(ticket, by=clara, upto=ticket.last_event_id)
    travel.forward(minutes=3)
    player_writes(ticket, "Hello?")
    travel.forward(minutes=3)
    add_note(ticket, "I know him.", by=operator(erik))

    hers, his = read(desk(clara), ticket), read(desk(erik), ticket)

    assert hers.count("new since you looked") == 1
    assert hers.index("new since you looked") < hers.index("Hello?")
    assert "new since you looked" not in his  # he has never looked: everything is new, so nothing is marked


def test_looking_by_poll_moves_the_mark_and_an_old_tab_does_not_move_it_back(clara: User, desk: Desk) -> None:
    ticket = make_ticket()
    player_writes(ticket, "Hello?")
    ticket.refresh_from_db()
    client = desk(clara)

    client.post(f"/tickets/{ticket.number}/updates/", {"after": ticket.last_event_id})
    client.post(f"/tickets/{ticket.number}/updates/", {"after": 1})

    assert "new since you looked" not in read(client, ticket)
    assert 'class="seen"' in client.get("/tickets/").content.decode()


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Failed("550 no such user"), ("knows no such mailbox", "550 no such user", "Send again")),
        (Uncertain("connection lost"), ("Nobody knows whether it arrived", "connection lost", "It was sent")),
    ],
)
def test_a_message_in_trouble_says_so_and_offers_a_way_out(
    desk: Desk, travel: Travel, the_post: Post, outcome: Failed | Uncertain, said: tuple[str, str, str]
) -> None:
    clara = somebody(Right.VIEW, Right.REPLY, Right.RESEND, name="Clara Novak")
    nina = somebody(Right.VIEW, name="Nina Berg")
    ticket = make_ticket()
    the_post.outcomes.append(outcome)
    replied(ticket, travel, clara)

    hers, ninas = read(desk(clara), ticket), read(desk(nina), ticket)

    words, detail, button = said
    assert words in hers and detail in hers and button in hers
    assert words in ninas and detail not in ninas and button not in ninas


def test_an_uncertain_message_can_be_settled_or_sent_again(desk: Desk, travel: Travel, the_post: Post) -> None:
    clara = somebody(Right.VIEW, Right.REPLY, Right.RESEND, name="Clara Novak")
    ticket = make_ticket()
    the_post.outcomes.append(Uncertain("connection lost"))
    message = replied(ticket, travel, clara)

    desk(clara).post(f"/tickets/{ticket.number}/messages/{message.pk}/decide/", {"arrived": "yes"})

    message.refresh_from_db()
    assert message.state == Message.State.SENT
    assert the_post.sent == []


def test_delivered_and_opened_stand_on_the_message(clara: User, desk: Desk, travel: Travel, the_post: Post) -> None:
    ticket = make_ticket()
    message = replied(ticket, travel, clara)
    delivery_updates.delivered(message.pk, travel.moment)
    assert "delivered" in read(desk(clara), ticket)

    delivery_updates.opened(message.pk, travel.moment)

    assert "opened" in read(desk(clara), ticket)


def test_what_happens_next_is_said_from_the_timers(clara: User, desk: Desk, travel: Travel, the_post: Post) -> None:
    ticket = make_ticket()
    client = desk(clara)
    assert "Nothing closes it while the player waits." in read(client, ticket)

    replied(ticket, travel, clara)
    assert "Counts as resolved, unless the player writes," in read(client, ticket)

    travel.forward(hours=73)
    timers.fire_due()
    assert "Closes, unless the player writes," in read(client, ticket)

    travel.forward(hours=97)
    timers.fire_due()
    page = read(client, ticket)
    assert "Closed for good" in page
    assert "This ticket is closed." in page
    assert "Write to the player…" not in page


def test_the_page_costs_the_same_for_few_and_many_messages(clara: User, erik: User, desk: Desk, travel: Travel, the_post: Post) -> None:
    client, ticket = desk(clara), make_ticket()
    replied(ticket, travel, erik)
    assign(ticket, to=erik, by=operator(clara))
    with CaptureQueriesContext(connection) as few:
        read(client, ticket)
    for _ in range(10):
        player_writes(ticket)
        replied(ticket, travel, clara)
        add_note(ticket, "Noted.", by=operator(erik))
    with CaptureQueriesContext(connection) as many:
        read(client, ticket)

    assert len(many) == len(few) <= 12


def test_a_long_conversation_opens_at_its_end(clara: User, desk: Desk) -> None:
    ticket = make_ticket("The very first words.")
    for number in range(85):
        player_writes(ticket, f"Word {number}")

    page = read(desk(clara), ticket)

    assert "The very first words." not in page.split('id="entries"')[1]
    assert "Word 84" in page
    assert "Show earlier messages" in page
    assert "The very first words." in read(desk(clara), ticket, "?whole=1").split('id="entries"')[1]


def test_what_search_leaves_out_of_a_long_ticket_is_told_to_whoever_sees_all_of_it(clara: User, desk: Desk) -> None:
    left_out = "Not all of this ticket is found by a search"
    ticket, olga = make_ticket("The very first words."), somebody(Right.VIEW, Right.SEE_NOTES, name="Olga Ward")
    client = desk(clara)
    index_all()
    with CaptureQueriesContext(connection) as short:
        assert left_out not in read(client, ticket)

    player_writes(ticket, f"zebra {'a' * 50} " * 5_000)
    index_all()

    assert documents.sources([ticket.pk])[ticket.pk]["text"][0].startswith("zebra")
    assert not any("very" in text for text in documents.sources([ticket.pk])[ticket.pk]["text"])
    with CaptureQueriesContext(connection) as long:
        assert left_out in words_of(read(client, ticket))
    assert len(long) == len(short)
    assert left_out in words_of(read(client, ticket, "?whole=1"))
    assert left_out not in words_of(read(desk(olga), ticket))  # it may be files, of which she does not know


def test_a_strangers_ticket_is_a_404(desk: Desk) -> None:
    ticket = make_ticket(game=make_game("tideborn"))
    nina = somebody(Right.VIEW, name="Nina", game=make_game("emberfall"))

    assert desk(nina).get(f"/tickets/{ticket.number}/").status_code == 404
    assert desk(nina).post(f"/tickets/{ticket.number}/updates/").status_code == 404
    assert desk(nina).get(f"/tickets/{ticket.number}/card/").status_code == 404


def test_a_merged_ticket_leads_to_where_it_is_shown(clara: User, desk: Desk) -> None:
    player = make_player()
    one, other = make_ticket(player=player), make_ticket(player=player)
    merge(one, into=other, by=operator(clara))

    answer = desk(clara).get(f"/tickets/{one.number}/")

    assert answer["Location"] == f"/tickets/{other.number}/"


def test_the_card_shows_what_changed_and_hides_what_is_not_ones_own_to_see(desk: Desk, travel: Travel) -> None:
    game, player = make_game(), make_player("Mirabelle", "mira@player.example")
    ticket = make_ticket(game=game, player=player)
    declared(game, level="open", paid_90d="payments")
    remember_account(player, game, "88764", fields={"level": 41, "paid_90d": "49.99 EUR"})
    travel.forward(hours=1)
    remember_account(player, game, "88764", fields={"level": 42, "paid_90d": "49.99 EUR"})
    nina = somebody(Right.VIEW, Right.SEE_PLAYER, name="Nina")
    paula = somebody(Right.VIEW, Right.SEE_PLAYER, Right.SEE_PLAYER_PAYMENTS, Right.SEE_PLAYER_CONTACT, name="Paula")
    quinn = somebody(Right.VIEW, name="Quinn")

    ninas, paulas, quinns = (desk(one).get(f"/tickets/{ticket.number}/card/").content.decode() for one in (nina, paula, quinn))

    assert "41" in ninas and "42" in ninas
    assert "Paid 90d" in ninas and "49.99" not in ninas and "not yours to see" in ninas
    assert "mira@player.example" not in ninas
    assert "49.99 EUR" in paulas and "mira@player.example" in paulas
    assert "not yours to see" in quinns and "42" not in quinns


def test_the_card_lists_only_tickets_that_one_may_see(desk: Desk) -> None:
    player, ember, tide = make_player(), make_game("emberfall"), make_game("tideborn")
    ticket = make_ticket(game=ember, player=player)
    make_ticket(game=ember, player=player, subject="An older matter")
    make_ticket(game=tide, player=player, subject="Of the other game")
    nina = somebody(Right.VIEW, Right.SEE_PLAYER, name="Nina", game=ember)

    card = desk(nina).get(f"/tickets/{ticket.number}/card/").content.decode()

    assert "An older matter" in card
    assert "Of the other game" not in card


def test_a_colleague_at_the_same_ticket_is_told(clara: User, erik: User, desk: Desk, travel: Travel) -> None:
    ticket = make_ticket()
    ticket.refresh_from_db()
    hers, his = desk(clara), desk(erik)
    hers.post(f"/tickets/{ticket.number}/updates/", {"after": ticket.last_event_id, "doing": "writing"})

    seen = his.post(f"/tickets/{ticket.number}/updates/", {"after": ticket.last_event_id, "people": "-"})
    assert "Clara Novak is writing" in seen.content.decode()

    travel.forward(minutes=2)
    gone = his.post(f"/tickets/{ticket.number}/updates/", {"after": ticket.last_event_id, "people": "-"})
    assert "Nobody else" in gone.content.decode()


def test_a_colleagues_draft_is_announced_but_not_read_out(clara: User, erik: User, desk: Desk) -> None:
    ticket = make_ticket()
    save_draft(ticket, author=erik, kind="reply", text="Something half thought")

    page = read(desk(clara), ticket)

    assert "Erik Holm has a reply in the making here." in page
    assert "half thought" not in page


def test_the_poll_is_silent_when_nothing_changed(clara: User, desk: Desk) -> None:
    ticket = make_ticket()
    ticket.refresh_from_db()
    client = desk(clara)

    assert client.post(f"/tickets/{ticket.number}/updates/", {"after": ticket.last_event_id, "people": ""}).status_code == 204

    player_writes(ticket, "Any news?")
    fresh = client.post(f"/tickets/{ticket.number}/updates/", {"after": ticket.last_event_id, "people": ""}).content.decode()
    assert "Any news?" in fresh
    assert 'hx-swap-oob="beforeend:#entries"' in fresh


def test_the_poll_draws_a_known_message_anew_when_it_left(clara: User, desk: Desk, travel: Travel, the_post: Post) -> None:
    ticket = make_ticket()
    message = send_reply(ticket, OutgoingMessage("On it.", answers_upto=newest_question(ticket)), by=operator(clara))
    ticket.refresh_from_db()
    before = ticket.last_event_id
    travel.forward(seconds=20)
    outbox.send(message.pk)

    fresh = desk(clara).post(f"/tickets/{ticket.number}/updates/", {"after": before}).content.decode()

    assert fresh.count(f'id="m-{message.pk}"') == 1
    assert re.search(rf'id="m-{message.pk}"[^>]*hx-swap-oob="true"', fresh)
    assert "sent" in fresh


def test_why_a_survey_is_held_is_said_in_the_readers_language(
    clara: User, desk: Desk, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REPLY_GATES = ["studio.gate"]
    held = GateHold("The last message came from a machine.", "Precedence: list")
    monkeypatch.setattr("tickets.gates.import_string", lambda _path: Gate("studio.gate", lambda _message: held))
    ticket = make_ticket()
    send_automatic(ticket, OutgoingMessage("How was it?"), purpose=Message.Purpose.SURVEY)
    clara.language = "ru"
    clara.save()

    page = read(desk(clara), ticket)

    assert "Последнее сообщение написал автомат. (Precedence: list)" in page
    assert "Автоматическое сообщение задержано и само не уйдёт." in page
    assert "Ответ задержан" not in page
