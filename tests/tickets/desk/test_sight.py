"""What a reader may not see of a player he sees nowhere: not in errors, titles, reasons, history, notices, searches, mails' pages."""

from __future__ import annotations

from typing import Any

import pytest

from helpdesk.base import blobs, clock
from helpdesk.staff.models import Notice, Team, User
from helpdesk.staff.rights import Right
from players.models import Address, Player
from tests.conftest import Travel
from tests.factories.desk import Post, make_game, make_player, make_ticket, newest_question, player_writes
from tests.factories.search import index_all
from tests.factories.staff import join, somebody
from tests.tickets.desk.conftest import DAILY, Desk
from tickets import drain
from tickets.actors import operator
from tickets.channels import Failed, Uncertain
from tickets.gates import Gate, GateHold
from tickets.lifecycle.pending import PendingInfo
from tickets.mail.models import RawMail
from tickets.models import Delivery, Event, Lane, Message, Status, Ticket
from tickets.services import delivery_updates, outbox
from tickets.services.assign import assign
from tickets.services.edit import set_status
from tickets.services.open import Incoming, receive
from tickets.services.reply import OutgoingMessage, add_note, send_automatic, send_reply
from tickets.surveys.models import Survey

pytestmark = pytest.mark.django_db

ADDRESS = "rosalind.vey@letters.example"
NAME = "Rosalind Vey"
UNSEEN = {Right.SEE_PLAYER, Right.SEE_PLAYER_CONTACT}
BLIND = (*(right for right in DAILY if right not in UNSEEN), Right.RESEND, Right.EDIT_PLAYER, Right.START)
ROOMS = (Right.MANAGE_MAIL, Right.MANAGE_DELIVERIES)


@pytest.fixture
def troubled(the_post: Post, travel: Travel, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Ticket:
    """A ticket in which everything that can name an address does."""
    writer = somebody(*DAILY, name="Greta Lind")
    ticket = make_ticket("My pearls are gone.", player=make_player(NAME, ADDRESS), subject="Pearls")
    Message.objects.filter(ticket=ticket).update(quoted=f"On Monday {ADDRESS} wrote:\n> pearls")
    for outcome in (Failed(f"550 5.1.1 <{ADDRESS}>: Recipient address rejected"), Uncertain(f"lost while talking to rfc822;{ADDRESS}")):
        message = send_reply(ticket, OutgoingMessage("We look.", answers_upto=newest_question(ticket)), by=operator(writer))
        the_post.outcomes.append(outcome)
        travel.forward(seconds=20)
        outbox.send(message.pk)
    bounced = send_reply(ticket, OutgoingMessage("We still look.", answers_upto=newest_question(ticket)), by=operator(writer))
    travel.forward(seconds=20)
    outbox.send(bounced.pk)
    delivery_updates.bounced(bounced.pk, clock.now(), reason=f"smtp; 550 mailbox {ADDRESS} unavailable")
    settings.REPLY_GATES = ["studio.gate"]
    held = GateHold("The last message came from a machine.", f"From: {ADDRESS}")
    monkeypatch.setattr("tickets.gates.import_string", lambda _path: Gate("studio.gate", lambda _message: held))
    send_automatic(ticket, OutgoingMessage("How was it?"), purpose=Message.Purpose.SURVEY)
    set_status(ticket, Status.PENDING, by=operator(writer), pending=PendingInfo(f"Billing asks {ADDRESS}", None, ""))
    Address.objects.filter(address=ADDRESS).update(state="bounced", state_reason=f"550 {ADDRESS} is full")
    receive(ticket, Incoming(text="Please write there.", channel="post", at=clock.now(), from_address=f"other.{ADDRESS}"))
    Delivery.objects.filter(ticket_id=ticket.pk).delete()
    first = Event.objects.filter(ticket=ticket).earliest("pk")
    why = f"no index for {ADDRESS}"
    Delivery.objects.create(event=first, subscriber="search", lane=Lane.NOW, ticket_id=ticket.pk, parked_at=clock.now(), error=why)
    return Ticket.objects.get(pk=ticket.pk)


@pytest.fixture
def raw(db: None, settings: Any, tmp_path: Any) -> RawMail:
    settings.MEDIA_ROOT = tmp_path
    letter = f"From: {NAME} <{ADDRESS}>\nTo: support@nowhere.example\nCc: {ADDRESS}\nSubject: Pearls\nMessage-ID: <1@x.example>\n\nGone.\n"
    blob = blobs.keep(letter.encode())
    return RawMail.objects.create(
        blob=blob, source="pipe", parked_at=clock.now(), reason=f"Nobody reads {ADDRESS}", from_address=ADDRESS, subject="Pearls"
    )


def pages(ticket: Ticket, raw: RawMail) -> list[str]:
    own = f"/tickets/{ticket.number}"
    message = Message.objects.filter(ticket=ticket, kind="inbound").latest("pk")
    return [
        "/tickets/",
        "/tickets/?status=all",
        f"{own}/",
        f"{own}/?whole=1",
        f"{own}/?mode=note",
        f"{own}/card/",
        f"{own}/status/",
        f"{own}/assign/",
        f"{own}/facts/",
        f"{own}/messages/{message.pk}/sender/",
        f"{own}/preview/",
        "/notices/",
        "/tickets/new/",
        "/settings/mails/",
        "/settings/mails/?which=all",
        f"/settings/mails/{raw.pk}/",
        "/settings/deliveries/",
        f"/settings/deliveries/{Delivery.objects.get(parked_at__isnull=False).pk}/drop/",
    ]


def test_no_page_tells_an_address_or_a_name_to_who_may_not_see_it(desk: Desk, troubled: Ticket, raw: RawMail) -> None:
    nina = somebody(*BLIND, *ROOMS, name="Nina Berg")
    client = desk(nina)

    for page in pages(troubled, raw):
        answer = client.get(page)
        assert answer.status_code == 200, page
        shown = answer.content.decode()
        assert ADDRESS not in shown, page
        assert "Rosalind" not in shown, page
    fresh = client.post(f"/tickets/{troubled.number}/updates/", {"after": "1"}, HTTP_HX_REQUEST="true")
    for said in (fresh.content.decode(), str(fresh.headers)):
        assert ADDRESS not in said
        assert "Rosalind" not in said


def test_who_may_see_them_does(desk: Desk, troubled: Ticket, raw: RawMail) -> None:
    clara = somebody(*DAILY, *ROOMS, Right.RESEND, Right.EDIT_PLAYER, Right.START, name="Clara Novak")
    client = desk(clara)

    shown = client.get(f"/tickets/{troubled.number}/").content.decode()
    assert shown.count(ADDRESS) >= 6
    assert NAME in shown
    assert ADDRESS in client.get("/settings/mails/").content.decode()
    assert NAME in client.get(f"/settings/mails/{raw.pk}/").content.decode()
    assert ADDRESS in client.get("/settings/deliveries/").content.decode()


def test_what_is_not_seen_is_not_searched(desk: Desk) -> None:
    tide = make_game("tideborn")
    make_ticket("One", subject="Pearls", player=make_player(NAME))
    make_ticket("Two", subject="Shells", game=tide, player=make_player(NAME))
    index_all()
    blind = somebody(Right.VIEW, name="Nina Berg")
    half = somebody(Right.VIEW, name="Hugo Prats")
    half.grants.create(role=somebody(Right.SEE_PLAYER).grants.get().role, game=tide)

    assert "Pearls" not in desk(blind).get("/tickets/?status=all&q=rosalind").content.decode()
    seen = desk(half).get("/tickets/?status=all&q=rosalind").content.decode()
    assert "Shells" in seen
    assert "Pearls" not in seen
    assert "Shells" in desk(blind).get("/tickets/?status=all&q=shells").content.decode()


def test_the_name_is_shown_row_by_row(desk: Desk) -> None:
    tide = make_game("tideborn")
    make_ticket("One", player=make_player("Anouk Vale"))
    make_ticket("Two", game=tide, player=make_player(NAME))
    Player.objects.update(tier="Whale")
    half = somebody(Right.VIEW, name="Hugo Prats")
    half.grants.create(role=somebody(Right.SEE_PLAYER, Right.SEE_PLAYER_PAYMENTS).grants.get().role, game=tide)

    shown = desk(half).get("/tickets/?status=all").content.decode()

    assert NAME in shown
    assert "Anouk" not in shown
    assert shown.count("Whale") == 1


def test_a_notice_goes_to_nobody_who_may_not_see_the_ticket(anna: User) -> None:
    ticket = make_ticket(subject="A secret matter")
    elsewhere = somebody(Right.VIEW, name="Erik Holm", game=make_game("tideborn"))

    assign(ticket, to=elsewhere, by=operator(anna))
    player_writes(ticket, "Hello?")
    add_note(ticket, "@Erik look", by=operator(anna))
    drain.drain(Lane.NOW)

    assert not Notice.objects.filter(user=elsewhere).exists()


def test_answers_on_a_closed_account_are_told_to_its_team(anna: User) -> None:
    gone = somebody(*DAILY, name="Viktor Sol")
    mate, stranger = somebody(*DAILY, name="Ida Bloom"), somebody(*DAILY, name="Noor Haddad")
    blind = somebody(Right.NOTE, name="Blind Borg")
    team = join(Team.objects.create(name="Tide", slug="tide"), gone, mate, blind)
    ticket = make_ticket()
    Ticket.objects.filter(pk=ticket.pk).update(assignee=gone, team=team)
    User.objects.filter(pk=gone.pk).update(is_active=False)

    player_writes(Ticket.objects.get(pk=ticket.pk), "Anybody?")
    drain.drain(Lane.NOW)

    assert list(Notice.objects.values_list("user__name", flat=True)) == ["Ida Bloom"]
    assert stranger.notices.count() == 0


def rated(ticket: Ticket, score: int) -> None:
    """A rating with a comment on this ticket."""
    invitation = send_automatic(ticket, OutgoingMessage("How was it?"), purpose=Message.Purpose.SURVEY)
    Survey.objects.create(
        ticket=ticket,
        resolution_event_id=ticket.last_event_id + ticket.pk,
        resolved_at=clock.now(),
        language="en",
        invitation=invitation,
        expires_at=clock.now(),
        score=score,
        answered_at=clock.now(),
    )


def test_ratings_are_shown_only_where_one_may_see_them(desk: Desk) -> None:
    tide, mira = make_game("tideborn"), make_player("Mirabelle")
    here, there = make_ticket(player=mira), make_ticket(player=mira, game=tide, subject="Elsewhere")
    rated(here, 5)
    rated(there, 2)
    hugo = somebody(Right.VIEW, Right.SEE_PLAYER, name="Hugo Prats")
    role = somebody(Right.SEE_RATING).grants.get().role
    grant = hugo.grants.create(role=role, game=here.game)

    assert "★5" in desk(hugo).get(f"/tickets/{here.number}/ratings/").content.decode()
    card = desk(hugo).get(f"/tickets/{here.number}/card/").content.decode()
    assert "Elsewhere" in card
    assert "★2" not in card

    grant.delete()
    hugo.grants.create(role=role, game=tide)
    panel = desk(hugo).get(f"/tickets/{here.number}/ratings/").content.decode()
    assert "★5" not in panel
    assert "not yours to see" in panel
    assert "★2" in desk(hugo).get(f"/tickets/{here.number}/card/").content.decode()


def test_whose_ticket_it_is_says_only_who_sees_players(desk: Desk, troubled: Ticket) -> None:
    page = f"/tickets/{troubled.number}/player/"

    assert desk(somebody(Right.VIEW, Right.EDIT_PLAYER)).get(page).status_code == 404
    assert NAME in desk(somebody(Right.VIEW, Right.EDIT_PLAYER, Right.SEE_PLAYER)).get(page).content.decode()
