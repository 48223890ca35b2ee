"""A small studio for tests: games, players and tickets, made through the services."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from helpdesk.base import clock
from helpdesk.studio.models import Game
from players.models import Player
from players.selectors import main_address
from players.services import writer_from
from tickets import channels
from tickets.channels import Outcome, Sent
from tickets.mail.channel import MailChannel
from tickets.models import Message, Ticket
from tickets.services.open import Incoming, open_ticket, receive

_numbers = count(1)


@dataclass
class Post(MailChannel):
    """Mail that lands in memory. `outcomes` are given out first, then everything is sent."""

    name = "post"
    label = "Post"
    way = ""
    start = None
    sent: list[int] = field(default_factory=list)
    outcomes: list[Outcome | Exception] = field(default_factory=list)

    def deliver(self, message: Message, handed: Callable[[], None]) -> Outcome:
        handed()
        outcome = self.outcomes.pop(0) if self.outcomes else Sent()
        if isinstance(outcome, Exception):
            raise outcome
        if isinstance(outcome, Sent):
            self.sent.append(message.pk)
        return outcome

    def kept_aside(self, player: Player) -> int:
        return 0

    def bring_in(self, player: Player) -> int:
        return 0

    def prepare(self, ticket: Ticket, message: Message) -> None:
        message.to_address = "post@player.example"


post = Post()
channels.register(post)


def make_game(slug: str = "emberfall", **more: Any) -> Game:
    """A game; the same slug gives the same game."""
    facts = {
        "name": slug.title(),
        "team_name": f"{slug.title()} Support",
        "sender_name": f"{slug.title()} Support",
        "address": f"support@{slug}.example",
        "languages": ["en", "ru", "de", "es"],
        "default_language": "en",
    }
    return Game.objects.get_or_create(slug=slug, defaults=facts | more)[0]


def make_player(name: str = "Mirabelle", address: str = "") -> Player:
    """A player with an address of his own."""
    return writer_from(address or f"player{next(_numbers)}@mail.example", name=name)[0]


def make_ticket(
    text: str = "My crystals are gone.",
    *,
    game: Game | None = None,
    player: Player | None = None,
    subject: str = "Crystals",
    channel: str = "post",
    language: str = "en",
    at: datetime | None = None,
) -> Ticket:
    """A ticket that a player opened."""
    game, player = game or make_game(), player or make_player()
    incoming = Incoming(text=text, subject=subject, channel=channel, language=language, at=at or clock.now())
    return open_ticket(incoming, game=game, player=player, contact=main_address(player)).ticket


def player_writes(ticket: Ticket, text: str = "Any news?", *, at: datetime | None = None) -> Message:
    """A further message of the ticket's player."""
    return receive(ticket, Incoming(text=text, channel=ticket.channel, at=at or clock.now()))


def newest_question(ticket: Ticket) -> int | None:
    """What an operator who looks at the ticket now has seen."""
    last = Message.objects.filter(ticket=ticket, kind="inbound").order_by("-pk").first()
    return last.pk if last else None
