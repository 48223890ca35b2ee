"""A channel that no room of the house knows of: desk, start page, notices and surveys work with it all the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django import forms
from django.test import Client
from django.utils.safestring import SafeString

from helpdesk.base import clock
from helpdesk.base.errors import DomainError
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from helpdesk.studio.models import Game
from players.models import Address, Player
from players.selectors import account_holder
from players.services import remember_account
from tests.conftest import Travel
from tests.factories.desk import make_game, make_player, player_writes
from tests.factories.staff import somebody
from tests.tickets.deeds import reply
from tests.tickets.desk.conftest import DAILY
from tickets import channels, drain, timers
from tickets.channels import Channel, Failed, Outcome, Sent, Start, Unreachable
from tickets.links import Links, links_of
from tickets.models import Draft, Lane, LifecycleRule, Message, Ticket
from tickets.services import outbox
from tickets.services.blocks import block_player, bring_in, kept_aside, unblock_player
from tickets.services.drafts import save_draft
from tickets.services.open import Incoming, open_ticket, receive
from tickets.surveys.models import Survey

pytestmark = pytest.mark.django_db


class StartByPigeon(Start):
    def field(self) -> forms.Field:
        return forms.SlugField(label="Number of the player's loft")

    def recipient(self, to: str, *, name: str, language: str, game: Game) -> tuple[Player, Address | None]:
        player = account_holder(game, to)
        if player is None:
            raise DomainError("No pigeon knows this loft.", field="to")
        return player, None

    def to(self, ticket: Ticket) -> str:
        account = ticket.player.accounts.filter(game=ticket.game).first()
        return account.external_id if account else ""


class Pigeons(Channel):
    """What came to a loft, with its links; who has looked into his loft, and which lofts are closed."""

    name = "pigeon"
    label = "Pigeon post"
    way = "by pigeon"
    start = StartByPigeon()
    seen_means = "The pigeon came home without its capsule"

    def __init__(self) -> None:
        self.came: dict[int, Links] = {}
        self.seen: dict[int, datetime] = {}
        self.closed: set[int] = set()
        self.aside: list[Incoming] = []  # of blocked players, who may read and not write
        self.next: Outcome = Sent()

    def writes(self, ticket: Ticket, text: str) -> None:
        """A pigeon comes from the ticket's player."""
        incoming = Incoming(text=text, channel=self.name, at=clock.now())
        if ticket.player.is_blocked:
            self.aside.append(incoming)
        else:
            receive(ticket, incoming)

    def kept_aside(self, player: Player) -> int:
        return len(self.aside)

    def bring_in(self, player: Player) -> int:
        came, self.aside = self.aside, []
        for incoming in came:
            receive(Ticket.objects.get(player=player), incoming)
        return len(came)

    def deliver(self, message: Message, handed: Callable[[], None]) -> Outcome:
        handed()
        if isinstance(self.next, Sent):
            self.came[message.pk] = links_of(message)
        return self.next

    def prepare(self, ticket: Ticket, message: Message) -> None:
        message.to_address = f"loft {self.start.to(ticket)}"

    def unreachable(self, ticket: Ticket) -> Unreachable | None:
        return Unreachable("his loft is closed", "shut by hawk@loft.example") if ticket.player_id in self.closed else None

    def preview(self, message: Message) -> str:
        return f"<html><body>On thin paper: {message.text}</body></html>"

    def signature(self, ticket: Ticket, author: str) -> SafeString:
        return SafeString(f"Sealed by {author}")

    def seen_at(self, message: Message) -> datetime | None:
        return self.seen.get(message.pk)

    def why_failed(self, error: str) -> str:
        return f"The pigeon did not come through ({len(error)})."


@pytest.fixture
def pigeons(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pigeons]:
    monkeypatch.setattr(channels, "_channels", dict(channels._channels))
    channels.register(birds := Pigeons())
    yield birds


@pytest.fixture
def ticket(pigeons: Pigeons, travel: Travel) -> Ticket:
    """Noor's, who has a loft and no address."""
    noor, game = Player.objects.create(name="Noor", language="en"), make_game()
    remember_account(noor, game, "loft-7")
    incoming = Incoming(text="Coo?", subject="Grain", channel="pigeon", language="en", at=clock.now())
    return open_ticket(incoming, game=game, player=noor, contact=None).ticket


@pytest.fixture
def desk(db: None) -> Client:
    client = Client()
    client.force_login(somebody(*DAILY, Right.RESEND, Right.START, name="Clara Novak"))
    return client


def clara() -> User:
    return User.objects.get(name="Clara Novak")


def go_on(travel: Travel, **amount: int) -> None:
    travel.forward(**amount)
    for _turn in range(2):
        outbox.send_due()
        timers.fire_due()
        drain.drain(Lane.NOW)
        drain.drain(Lane.BULK)
    outbox.send_due()


def page(desk: Client, ticket: Ticket, part: str = "") -> str:
    return desk.get(f"/tickets/{ticket.number}/{part}").content.decode()


def test_the_desk_says_by_which_way_and_shows_what_the_player_will_see(ticket: Ticket, desk: Client, pigeons: Pigeons) -> None:
    save_draft(ticket, author=clara(), kind=Draft.Kind.REPLY, text="Grain is on its way.")

    assert "by pigeon" in page(desk, ticket) and "by mail" not in page(desk, ticket)
    assert "his loft is closed" not in page(desk, ticket)
    assert page(desk, ticket, "preview/") == "<html><body>On thin paper: Grain is on its way.</body></html>"
    assert "Sealed by Clara" in desk.get(f"/tickets/{ticket.number}/card/", headers={"HX-Request": "true"}).content.decode()
    pigeons.closed.add(ticket.player_id)
    assert "his loft is closed" in page(desk, ticket) and "shut by hawk@loft.example" in page(desk, ticket)


def test_the_desk_shows_what_the_channel_knows_of_a_message(ticket: Ticket, desk: Client, pigeons: Pigeons, travel: Travel) -> None:
    message = reply(ticket, clara())
    go_on(travel, seconds=20)
    assert message.pk in pigeons.came and pigeons.seen_means not in page(desk, ticket)
    pigeons.seen[message.pk] = clock.now()
    assert pigeons.seen_means in page(desk, ticket)

    pigeons.next = Failed("a hawk")
    reply(ticket, clara(), "Again.")
    go_on(travel, seconds=20)
    assert "The pigeon did not come through (6)." in page(desk, ticket)


def test_we_write_first_by_it(pigeons: Pigeons, ticket: Ticket, desk: Client) -> None:
    link = f"/tickets/new/?channel=pigeon&amp;game=emberfall&amp;to=loft-7&amp;language={ticket.language}"
    assert link in page(desk, ticket)
    by_mail, by_pigeon = (desk.get(f"/tickets/new/?channel={name}").content.decode() for name in ("mail", "pigeon"))
    assert "The player&#x27;s mail address" in by_mail and "loft" not in by_mail
    assert "Number of the player&#x27;s loft" in by_pigeon and "mail address" not in by_pigeon
    assert 'aria-current="page">Pigeon post</a>' in by_pigeon
    words = {"channel": "pigeon", "game": str(make_game().pk), "language": "en", "subject": "Grain", "text": "It is here."}

    gone = desk.post("/tickets/new/", words | {"channel": "owl", "to": "noor@mail.example"})
    refused = desk.post("/tickets/new/", words | {"to": "loft-8"})
    begun = desk.post("/tickets/new/", words | {"to": "loft-7"})

    assert gone.status_code == 422 and "by “owl” any more" in gone.content.decode()
    assert refused.status_code == 422 and "No pigeon knows this loft." in refused.content.decode()
    begun_ticket = Ticket.objects.get(started_by="operator")
    assert begun["Location"] == f"/tickets/{begun_ticket.number}/"
    assert (begun_ticket.player, begun_ticket.channel, begun_ticket.messages.get().to_address) == (ticket.player, "pigeon", "loft loft-7")


def test_what_was_begun_by_one_way_asks_anew_for_whom_by_another(pigeons: Pigeons, ticket: Ticket, desk: Client) -> None:
    words = {"channel": "pigeon", "game": str(make_game().pk), "language": "en", "subject": "Grain", "text": "It is here.", "to": "loft-7"}
    desk.post("/tickets/new/draft/", words)

    again, by_mail = (desk.get(f"/tickets/new/{asked}").content.decode() for asked in ("", "?channel=mail"))

    assert 'value="loft-7"' in again and "Number of the player&#x27;s loft" in again
    assert "loft-7" not in by_mail and "It is here." in by_mail
    assert "On thin paper: It is here." in desk.get("/tickets/new/preview/").content.decode()


@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed"])
def test_notices_go_by_it_unless_it_says_that_nobody_is_there(
    closed: bool, ticket: Ticket, anna: User, travel: Travel, pigeons: Pigeons
) -> None:
    LifecycleRule.objects.filter(from_status="answered", trigger="silence").update(notice_key="notice.resolved")
    reply(ticket, anna)
    go_on(travel, seconds=20)
    pigeons.closed |= {ticket.player_id} if closed else set()

    go_on(travel, hours=72)

    notices = Message.objects.filter(ticket=ticket, purpose=Message.Purpose.NOTICE)
    assert [notice.pk in pigeons.came for notice in notices] == ([] if closed else [True])


@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed"])
def test_surveys_go_by_it_with_links_that_can_be_followed(
    closed: bool, ticket: Ticket, anna: User, travel: Travel, pigeons: Pigeons
) -> None:
    reply(ticket, anna, then_status="resolved")
    go_on(travel, seconds=20)
    pigeons.closed |= {ticket.player_id} if closed else set()

    go_on(travel, hours=25)
    go_on(travel, seconds=1)

    if closed:
        assert not Survey.objects.exists()
        return
    links = pigeons.came[Survey.objects.get().invitation_id]
    (_mark, address), stop = links.choices[4], links.stop
    client = Client()
    rated = client.post(urlsplit(address).path, {"score": "5"})
    assert rated.status_code == 303
    assert Survey.objects.get().score == 5
    assert client.get(urlsplit(stop).path).status_code == 200


def test_a_blocked_player_may_read_and_not_write(ticket: Ticket, anna: User, travel: Travel, pigeons: Pigeons) -> None:
    block_player(ticket.player, on=ticket, until=clock.now() + timedelta(days=1), why="Coos at night", by=anna)
    ticket.player.refresh_from_db()

    pigeons.writes(ticket, "Coo!")
    pigeons.writes(ticket, "COO!")
    message = reply(ticket, anna)
    go_on(travel, seconds=20)

    assert message.pk in pigeons.came, "what we write reaches him"
    assert (Message.objects.filter(kind="inbound").count(), kept_aside(ticket.player)) == (1, 2)
    unblock_player(ticket.player, by=anna)
    assert bring_in(ticket.player, by=anna) == 2
    assert [one.text for one in Message.objects.filter(kind="inbound").order_by("pk")] == ["Coo?", "Coo!", "COO!"]


def test_a_player_of_both_answers_where_he_was_asked(ticket: Ticket, anna: User, travel: Travel, pigeons: Pigeons) -> None:
    make_player("Noor", "noor@mail.example")
    player_writes(ticket, "Still nothing.")
    message = reply(ticket, anna)
    go_on(travel, seconds=20)

    message.refresh_from_db()
    assert (message.channel, message.state, message.to_address) == ("pigeon", Message.State.SENT, "loft loft-7")
