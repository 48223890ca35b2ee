"""One click, one service, one right: status, assignee, facts, several at once, and a conversation that we begin."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from helpdesk.audit.models import AuditEntry
from helpdesk.staff.models import Team, User
from helpdesk.staff.rights import Right
from helpdesk.studio.models import Department, Topic
from players.models import Player
from players.selectors import main_address, writes_from
from players.services import add_address, remember_account
from tests.factories.desk import make_game, make_player, make_ticket, player_writes
from tests.factories.staff import MOVES, somebody
from tests.tickets.desk.conftest import DAILY, Desk
from tickets.actors import operator
from tickets.events.of_tickets import TicketMoved
from tickets.lifecycle.pending import PendingInfo
from tickets.models import FAR, Draft, Event, Message, Status, Ticket
from tickets.services.drafts import save_draft
from tickets.services.edit import set_status
from tickets.services.open import Incoming, receive
from tickets.services.reply import OutgoingMessage, send_reply

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def test_the_status_dialog_offers_only_legal_moves(clara: User, desk: Desk) -> None:
    ticket = make_ticket()

    dialog = desk(clara).get(f"/tickets/{ticket.number}/status/", headers=HTMX).content.decode()

    assert 'value="resolved"' in dialog
    assert 'value="closed"' not in dialog  # from New nothing closes at once
    assert "<html" not in dialog


def test_pending_by_hand_asks_who_owes_an_answer(clara: User, desk: Desk) -> None:
    ticket, client = make_ticket(), desk(clara)

    refused = client.post(f"/tickets/{ticket.number}/status/", {"status": "pending", "pending_told": "Soon."}, headers=HTMX)
    assert refused.status_code == 422
    assert "Say which department owes an answer." in refused.content.decode()
    assert "Soon." in refused.content.decode()

    billing, _other = Department.objects.create(name="Billing"), Department.objects.create(name="Guild", game=make_game("ashvale"))
    dialog = client.get(f"/tickets/{ticket.number}/status/", headers=HTMX).content.decode()
    assert '<option value="Billing"></option>' in dialog and "Guild" not in dialog
    client.post(f"/tickets/{ticket.number}/status/", {"status": "pending", "pending_on": "billing", "pending_told": "Soon."})
    ticket.refresh_from_db()
    assert (ticket.status, ticket.pending_on, ticket.pending_told) == (Status.PENDING, "Billing", "Soon.")
    assert ticket.pending_department == billing
    assert TicketMoved.of(Event.objects.get(ticket=ticket, kind="ticket.moved")).department == billing.pk


def test_a_department_that_nobody_knows_is_made_by_whoever_may(clara: User, desk: Desk) -> None:
    ticket = make_ticket()
    facts = {"status": "pending", "pending_on": "Legal"}

    refused = desk(clara).post(f"/tickets/{ticket.number}/status/", facts, headers=HTMX)
    assert refused.status_code == 422
    assert "There is no department “Legal”" in refused.content.decode()
    assert not Department.objects.exists()

    head = somebody(Right.VIEW, *MOVES, Right.MANAGE_STAFF)
    assert desk(head).post(f"/tickets/{ticket.number}/status/", facts).status_code == 302
    assert Ticket.objects.get(pk=ticket.pk).pending_department == Department.objects.get(name="Legal")


def test_words_from_before_the_list_stay_while_another_day_is_named(clara: User, desk: Desk) -> None:
    ticket = make_ticket()
    set_status(ticket, Status.PENDING, by=operator(clara), pending=PendingInfo("A bank"))

    facts = {"status": "pending", "pending_on": "A bank", "pending_told": "Until Friday."}
    assert desk(clara).post(f"/tickets/{ticket.number}/status/", facts).status_code == 302

    ticket.refresh_from_db()
    assert (ticket.pending_on, ticket.pending_department, ticket.pending_told) == ("A bank", None, "Until Friday.")


def test_the_dialog_answers_with_the_whole_ticket(clara: User, desk: Desk) -> None:
    ticket = make_ticket()

    answer = desk(clara).post(f"/tickets/{ticket.number}/status/", {"status": "in_progress"}, headers=HTMX | {"HX-Target": "dialog"})

    assert answer["HX-Retarget"] == "#ticket"
    assert "Being checked: nothing closes it meanwhile." in answer.content.decode()


def test_who_resolves_a_ticket_says_whether_the_player_needs_a_reply(clara: User, desk: Desk) -> None:
    kept, excused, client = make_ticket(), make_ticket(), desk(clara)
    dialog = client.get(f"/tickets/{excused.number}/status/", headers=HTMX).content.decode()
    assert "The player needs no reply" in dialog

    client.post(f"/tickets/{kept.number}/status/", {"status": "resolved", "seen": kept.last_event_id})
    client.post(f"/tickets/{excused.number}/status/", {"status": "resolved", "needs_no_reply": "on", "seen": excused.last_event_id})

    for ticket in (kept, excused):
        ticket.refresh_from_db()
    assert (kept.status, kept.waiting_since is None) == (Status.RESOLVED, False)
    assert (excused.status, excused.waiting_since) == (Status.RESOLVED, None)
    assert "needs no reply" not in client.get(f"/tickets/{excused.number}/status/", headers=HTMX).content.decode()


def test_resolving_is_stopped_when_the_player_has_written_meanwhile(desk: Desk) -> None:
    ticket, client = make_ticket(), desk(somebody(*DAILY, Right.BULK))
    player_writes(ticket, "It is broken again!")

    said = {"status": "resolved", "needs_no_reply": "on", "seen": ticket.last_event_id}
    answer = client.post(f"/tickets/{ticket.number}/status/", said, headers=HTMX)

    assert (answer.status_code, "The player has written meanwhile" in answer.content.decode()) == (422, True)
    bulk = client.post(
        "/tickets/picked/", {"do": "status:resolved", "pick": [ticket.number], "seen": ticket.last_event_id, "sure": "1"}, follow=True
    )
    assert "The player has written meanwhile" in bulk.content.decode()
    ticket.refresh_from_db()
    assert ticket.status == Status.NEW


def test_a_ticket_goes_to_a_person_and_a_team(clara: User, erik: User, desk: Desk) -> None:
    ticket, team = make_ticket(), Team.objects.create(name="Billing", slug="billing")

    desk(clara).post(f"/tickets/{ticket.number}/assign/", {"assignee": erik.pk, "team": team.pk})

    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.team) == (erik, team)


def test_who_may_only_take_takes_what_is_free(clara: User, desk: Desk) -> None:
    nina = somebody(Right.VIEW, Right.TAKE, name="Nina")
    free, hers = make_ticket(), make_ticket()
    desk(clara).post(f"/tickets/{hers.number}/take/")
    client = desk(nina)

    client.post(f"/tickets/{free.number}/take/")

    free.refresh_from_db()
    assert free.assignee == nina
    assert "Clara Novak was faster" in client.post(f"/tickets/{hers.number}/take/", {"holder": clara.pk}, follow=True).content.decode()
    hers.refresh_from_db()
    assert hers.assignee == clara
    assert client.post(f"/tickets/{free.number}/assign/", {"assignee": clara.pk}).status_code == 404


def test_a_ticket_given_out_of_sight_leads_back_to_the_queue(desk: Desk) -> None:
    ours, theirs = Team.objects.create(name="Ours", slug="ours"), Team.objects.create(name="Theirs", slug="theirs")
    nina = somebody(Right.VIEW, Right.ASSIGN, name="Nina", team=ours)
    ticket = make_ticket()
    Ticket.objects.filter(pk=ticket.pk).update(team=ours)

    answer = desk(nina).post(f"/tickets/{ticket.number}/assign/", {"team": theirs.pk}, follow=True)

    assert answer.redirect_chain == [("/tickets/", 302)]
    assert "It is not yours to see any more." in answer.content.decode()


def test_subject_topic_and_language_are_set_together(clara: User, desk: Desk) -> None:
    ticket, topic = make_ticket(), Topic.objects.create(slug="bug", name="Bug")

    desk(clara).post(f"/tickets/{ticket.number}/facts/", {"subject": "A better one", "topic": topic.pk, "language": "de"})

    ticket.refresh_from_db()
    assert (ticket.subject, ticket.topic, ticket.language, ticket.topic_by_machine) == ("A better one", topic, "de", False)


def start(client: Client, **more: str) -> tuple[int, str]:
    game = make_game("emberfall")
    form = {
        "game": game.pk,
        "to": "tamsin@mail.example",
        "name": "Tamsin",
        "language": "en",
        "subject": "Your gift",
        "text": "It has arrived.",
    }
    answer = client.post("/tickets/new/", form | more)
    return answer.status_code, answer.get("Location", "") or answer.content.decode()


def test_we_write_first(desk: Desk) -> None:
    greta = somebody(*DAILY, Right.START, name="Greta Blum")

    status, where = start(desk(greta))

    message = Message.objects.get()
    assert (status, where) == (302, f"/tickets/{message.ticket.number}/")
    assert (message.ticket.started_by, message.ticket.subject, message.state) == ("operator", "Your gift", "queued")
    assert Player.objects.get().name == "Tamsin"


def test_a_language_that_the_game_lacks_is_refused_and_nothing_typed_is_lost(desk: Desk) -> None:
    greta = somebody(*DAILY, Right.START, name="Greta Blum")
    make_game("tideborn", languages=["fr"], default_language="fr")

    status, page = start(desk(greta), language="fr")

    assert status == 422
    assert "Emberfall is supported in English, Русский, Deutsch, Español." in page
    assert "It has arrived." in page and "tamsin@mail.example" in page
    assert not Player.objects.exists()


def test_looking_at_a_players_card_is_written_down(clara: User, desk: Desk) -> None:
    ticket = make_ticket()

    desk(clara).get(f"/tickets/{ticket.number}/card/")

    entry = AuditEntry.objects.get(action="players.looked_at")
    assert (entry.actor_id, entry.subject_id) == (clara.pk, ticket.player_id)


def test_a_family_at_one_address_and_whose_ticket_it_is(desk: Desk) -> None:
    clara, game = somebody(*DAILY, Right.EDIT_PLAYER), make_game()
    mother, son = make_player("Mother", "family@mail.example"), Player.objects.create(name="Son")
    add_address(son, "family@mail.example")
    remember_account(son, game, "4711")
    ticket = make_ticket(player=mother, game=game)
    client, address = desk(clara), f"/tickets/{ticket.number}/player/"

    card = client.get(f"/tickets/{ticket.number}/card/").content.decode()
    assert "Others write from this address too:" in card and "Son" in card and address in card
    dialog = client.get(address, headers=HTMX).content.decode()
    assert "Mother · no account in this game" in dialog and "Son · id 4711" in dialog

    answer = client.post(address, {"player": son.pk}, headers=HTMX)

    ticket.refresh_from_db()
    assert (ticket.player, "card-changed" in answer["HX-Trigger"]) == (son, True)


def test_whose_ticket_it_is_by_the_id_of_an_account(desk: Desk) -> None:
    game, friend = make_game(), make_player("Friend", "friend@mail.example")
    remember_account(friend, game, "0815")
    stranger = make_player("Stranger", "stranger@mail.example")
    ticket, client = make_ticket(player=make_player("Nobody", "phone@mail.example"), game=game), desk(somebody(*DAILY, Right.EDIT_PLAYER))
    address = f"/tickets/{ticket.number}/player/"

    for wrong in ({"account": "9999"}, {"account": "9" * 81}, {}, {"player": stranger.pk}, {"player": "x"}):
        assert client.post(address, wrong, headers=HTMX).status_code == 422
    ticket.refresh_from_db()
    assert ticket.player.name == "Nobody"

    client.post(address, {"account": " 0815 "}, headers=HTMX)

    ticket.refresh_from_db()
    assert (ticket.player, ticket.contact.address) == (friend, "phone@mail.example")
    assert writes_from(friend.pk, "phone@mail.example")
    assert main_address(friend).address == "friend@mail.example"


def strange_mail(ticket: Ticket, address: str = "new.mira@mail.example") -> Message:
    return receive(ticket, Incoming(text="I lost my old address.", channel="mail", from_address=address, from_stranger=True))


def test_a_strange_address_is_taken_for_the_players(desk: Desk) -> None:
    mira = make_player("Mirabelle", "old.mira@mail.example")
    ticket = make_ticket(player=mira)
    message, client = strange_mail(ticket), desk(somebody(*DAILY, Right.EDIT_PLAYER))
    address = f"/tickets/{ticket.number}/messages/{message.pk}/sender/"
    page = client.get(f"/tickets/{ticket.number}/").content.decode()
    assert "not known as the player" in page and "new.mira@mail.example" in page and address in page
    assert client.get(address, headers=HTMX).status_code == 200

    shown = client.post(address, {"answer_there": ""}, headers=HTMX).content.decode()

    ticket.refresh_from_db()
    assert writes_from(mira.pk, "new.mira@mail.example")
    assert ticket.contact.address == "old.mira@mail.example"
    assert "not known as the player" not in shown and "took the new address for the player" in shown
    assert client.post(address, {}, headers=HTMX).status_code == 422  # once is enough


def test_our_answers_follow_to_the_new_address(desk: Desk, anna: User) -> None:
    ticket = make_ticket(player=make_player("Mirabelle", "old.mira@mail.example"), channel="mail")
    message = strange_mail(ticket)

    desk(somebody(*DAILY, Right.EDIT_PLAYER)).post(f"/tickets/{ticket.number}/messages/{message.pk}/sender/", {"answer_there": "on"})

    reply = send_reply(ticket, OutgoingMessage("We help."), by=operator(anna))
    assert reply.to_address == "new.mira@mail.example"


def test_who_may_not_edit_players_takes_no_address_for_theirs(clara: User, desk: Desk) -> None:
    ticket = make_ticket()
    message = strange_mail(ticket)
    address = f"/tickets/{ticket.number}/messages/{message.pk}/sender/"

    assert address not in desk(clara).get(f"/tickets/{ticket.number}/").content.decode()
    assert desk(clara).post(address, {}).status_code == 403


def test_a_player_who_wrote_twice_gets_one_ticket_and_it_can_be_parted_again(desk: Desk) -> None:
    dora, mira = somebody(*DAILY, Right.MERGE), make_player("Mirabelle")
    first, second = make_ticket("One", player=mira), make_ticket("Two", player=mira)
    client, card = desk(dora), f"/tickets/{first.number}/card/"
    save_draft(second, author=dora, kind=Draft.Kind.REPLY, text="I look into it.")
    merging, parting = f"/tickets/{first.number}/merge/{second.number}/", f"/tickets/{first.number}/unmerge/{second.number}/"
    assert merging in client.get(card).content.decode()

    answer = client.post(merging, headers=HTMX)

    shown = answer.content.decode()
    assert all(
        words in shown for words in ("One", "Two", "I look into it.", f'merged <a class="link nowrap" href="/tickets/{second.number}/">')
    )
    assert "card-changed" in answer["HX-Trigger"]
    assert client.get(f"/tickets/{second.number}/").headers["Location"] == f"/tickets/{first.number}/"
    assert client.post(f"/tickets/{second.number}/updates/", {"after": 0}, headers=HTMX)["HX-Redirect"] == f"/tickets/{first.number}/"
    assert "merged here" in client.get(card).content.decode() and parting in client.get(card).content.decode()

    parted = client.post(parting, headers=HTMX).content.decode()

    assert f">{second.number}</a> out again" in parted and merging in client.get(card).content.decode()
    assert (
        f'took it out of <a class="link nowrap" href="/tickets/{first.number}/">'
        in client.get(f"/tickets/{second.number}/").content.decode()
    )


def test_what_is_not_one_matter_is_offered_no_merge_and_refused(desk: Desk) -> None:
    mira, client = make_player("Mirabelle"), desk(somebody(*DAILY, Right.MERGE))
    ticket, elsewhere, of_another = make_ticket(player=mira), make_ticket(player=mira, game=make_game("Other")), make_ticket()

    assert "/merge/" not in client.get(f"/tickets/{ticket.number}/card/").content.decode()
    for other in (elsewhere, of_another, ticket):
        answer = client.post(f"/tickets/{ticket.number}/merge/{other.number}/", headers=HTMX)
        assert (answer.status_code, "toast" in answer["HX-Trigger"]) == (204, True)
    assert client.post(f"/tickets/{ticket.number}/unmerge/{elsewhere.number}/", headers=HTMX).status_code == 204
    assert client.post(f"/tickets/{ticket.number}/merge/0000-0000/", headers=HTMX).status_code == 404


def test_without_the_right_nothing_is_merged(clara: User, desk: Desk) -> None:
    mira = make_player("Mirabelle")
    ticket, other = make_ticket(player=mira), make_ticket(player=mira)

    assert desk(clara).post(f"/tickets/{ticket.number}/merge/{other.number}/").status_code == 403
    assert "/merge/" not in desk(clara).get(f"/tickets/{ticket.number}/card/").content.decode()


def test_without_the_right_nobody_says_whose_ticket_it_is(clara: User, desk: Desk) -> None:
    ticket = make_ticket()

    assert desk(clara).post(f"/tickets/{ticket.number}/player/", {"account": "1"}).status_code == 403
    assert "Whose ticket is it?" not in desk(clara).get(f"/tickets/{ticket.number}/card/").content.decode()


def test_an_answer_taken_for_a_machines_counts_by_a_click_and_only_once(client: Client) -> None:
    operator_ = somebody(Right.VIEW, *MOVES)
    ticket = make_ticket()
    away = receive(ticket, Incoming(text="I am away. My crystals are still gone!", channel="mail", automatic=True))
    Message.objects.filter(ticket=ticket, automatic=False).update(no_reply_needed_at=away.at)
    Ticket.objects.filter(pk=ticket.pk).update(status=Status.ANSWERED, waiting_since=None, waiting_key=FAR)
    client.force_login(operator_)
    url = reverse("desk:counted", args=[ticket.number, away.pk])
    page = client.get(reverse("desk:ticket", args=[ticket.number])).content.decode()
    assert url in page and "A program seems to have written this by itself" in page

    client.post(url)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.waiting_since) == (Status.WAITING, away.at)
    assert "said that a person wrote the message" in client.get(reverse("desk:ticket", args=[ticket.number])).content.decode()
    client.post(url)
    assert Event.objects.filter(kind="message.counted").count() == 1


def test_on_a_closed_ticket_the_mail_opens_a_follow_up_instead(client: Client) -> None:
    ticket = make_ticket()
    away = receive(ticket, Incoming(text="I am away.", channel="mail", automatic=True))
    Ticket.objects.filter(pk=ticket.pk).update(status=Status.CLOSED)
    client.force_login(somebody(Right.VIEW, *MOVES))

    client.post(reverse("desk:counted", args=[ticket.number, away.pk]))

    away.refresh_from_db()
    assert away.automatic


def test_the_priority_is_set_by_whoever_may_and_seen_by_all(clara: User, desk: Desk) -> None:
    ticket, nina = make_ticket(), somebody(Right.VIEW, Right.SET_STATUS)
    address = f"/tickets/{ticket.number}/priority/"

    assert desk(nina).get(address).status_code == 403
    dialog = desk(clara).get(address, headers=HTMX).content.decode()
    assert re.findall(r'value="(\d)"', dialog) == ["4", "3", "2", "1"]
    assert desk(clara).post(address, {"priority": "9"}, headers=HTMX).status_code == 422
    assert desk(clara).post(address, {"priority": "4"}).status_code == 302

    pages = [desk(who).get(f"/tickets/{ticket.number}/").content.decode() for who in (clara, nina)]
    assert all('class="priority urgent"' in page for page in pages)
    assert [f'href="{address}' in page for page in pages] == [True, False]
    assert "set the priority <b>Urgent</b>" in pages[0]
