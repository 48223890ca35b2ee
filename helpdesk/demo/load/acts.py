"""Playing one turn of a story through the services, at the moment that the clock shows."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing import get_context
from random import Random
from typing import Any

from django.conf import settings

from helpdesk.base import clock
from helpdesk.demo.load import letters, transport
from helpdesk.demo.load.costs import Costs
from helpdesk.demo.load.pictures import screenshot
from helpdesk.demo.load.studio import TAGS, TEAM_OF_TOPIC, Studio
from helpdesk.demo.stories import Story, Turn
from helpdesk.staff.models import User
from players.models import Address, AddressUse, Player
from players.services import add_address, mark_address, remember_account, writer_from
from tickets.actors import SYSTEM, operator
from tickets.lifecycle.pending import PendingInfo
from tickets.mail.inbound import inbox
from tickets.mail.inbound.inbox import InboundMail
from tickets.mail.models import MailSource
from tickets.models import Draft, Message, Priority, Status, Ticket
from tickets.services import delivery_updates, outbox
from tickets.services.assign import assign, set_team
from tickets.services.attachments import NewFile
from tickets.services.cards import capture_card
from tickets.services.drafts import save_draft
from tickets.services.edit import set_priority, set_status, set_tags, set_topic
from tickets.services.open import Incoming, open_ticket, receive
from tickets.services.reply import OutgoingMessage, add_note, send_reply

BY_DOOR = timedelta(days=2)  # what came in so lately came by the real door, as a raw mail
PICTURES = timedelta(days=21)  # older screenshots are left out
TRACKED = timedelta(days=5)  # so lately the provider told us of deliveries
_DOOR = get_context("fork").Lock()  # who reads a heavy mail reads the light ones that wait too: the other game's, at the wrong time
AWAY = {
    "en": "I am away until Monday.",
    "ru": "Меня нет до понедельника.",
    "de": "Ich bin bis Montag nicht da.",
    "es": "Estoy fuera hasta el lunes.",
}
ONE_MORE_THING = {
    "en": "One more thing: it has just happened again, on my phone too.",
    "ru": "И ещё: только что повторилось, теперь и на телефоне.",
    "de": "Noch etwas: Es ist gerade wieder passiert, jetzt auch auf dem Handy.",
    "es": "Otra cosa: acaba de pasar otra vez, ahora también en el móvil.",
}


@dataclass(slots=True)
class Matter:
    """A story on stage: its ticket and what both sides know of it."""

    story: Story
    turn: int = 0
    ticket_pk: int = 0
    question: int = 0  # the last player message
    answer: Message | None = None
    touched: bool = False
    tickets: set[int] = field(default_factory=set)


class Stage:
    """The studio's rooms, in which a game's stories are played with a clock that travels. `until`: the present."""

    def __init__(self, studio: Studio, *, until: datetime, rng: Random, costs: Costs) -> None:
        self.studio, self.until, self.rng, self.costs = studio, until, rng, costs
        self.players: dict[tuple[str, str], tuple[int, int]] = {}
        self.matters: dict[int, Matter] = {}  # by ticket
        self.done: Counter[str] = Counter()

    def play(self, matter: Matter) -> None:
        """The matter's next turn. The clock stands at its time."""
        turn = matter.story.turns[matter.turn]
        room, act = {
            "message": ("mail in", self._player_writes),
            "reply": ("replies", self._reply),
            "note": ("notes", self._note),
            "status": ("ticket", self._status),
            "assign": ("ticket", self._assign),
        }[turn.kind]
        with self.costs.of(room):
            act(matter, turn)
        self.done[turn.kind] += 1
        matter.turn += 1

    def _user(self, turn: Turn) -> User:
        return self.studio.users[turn.author]

    @staticmethod
    def _ticket(matter: Matter) -> Ticket:
        return Ticket.objects.select_related("game", "player", "contact").get(pk=matter.ticket_pk)

    def _player_writes(self, matter: Matter, turn: Turn) -> None:
        story, lately = matter.story, self.until - turn.at < BY_DOOR
        picture = screenshot(story.game, story.topic, story.number) if turn.picture and self.until - turn.at < PICTURES else None
        message = self._by_mail(matter, turn, picture) if lately else self._directly(matter, turn, picture)
        matter.ticket_pk, matter.question = message.ticket_id, message.pk
        matter.tickets.add(message.ticket_id)
        self.matters[message.ticket_id] = matter
        if matter.turn == 0:
            self._about(matter, message.ticket_id)

    def _by_mail(self, matter: Matter, turn: Turn, picture: NewFile | None) -> Message:
        story, game = matter.story, self.studio.games[matter.story.game]
        if matter.turn == 0:
            raw = letters.first_mail(story, turn.text, to=game.address, at=turn.at, picture=picture)
        else:
            raw = letters.answer_mail(
                story, matter.turn, turn.text, ticket=self._ticket(matter), at=turn.at, last=matter.answer, picture=picture
            )
        with _DOOR:
            row = inbox.store(InboundMail(raw, MailSource.PIPE, hashlib.sha256(raw).hexdigest()))
            inbox.process(row.pk)
        row.refresh_from_db()
        if row.message is None:
            raise RuntimeError(f"The mail of story {story.number} was not taken in: {row.reason}")
        message: Message = row.message
        if matter.turn == 0:
            self._remember(story, message.ticket.player)
            capture_card(message.ticket)
        return message

    def _directly(self, matter: Matter, turn: Turn, picture: NewFile | None) -> Message:
        story, game = matter.story, self.studio.games[matter.story.game]
        incoming = Incoming(
            text=turn.text,
            channel=story.channel,
            at=turn.at,
            subject=story.subject if matter.turn == 0 else f"Re: {story.subject}",
            language=story.language,
            from_address=story.player.email,
            to_address=game.address,
            message_id=letters.message_id(story, matter.turn),
            in_reply_to=matter.answer.message_id if matter.answer else "",
            files=(picture,) if picture else (),
        )
        if matter.turn:
            return receive(self._ticket(matter), incoming)
        player_pk, contact_pk = self._player(story)
        return open_ticket(incoming, game=game, player=Player.objects.get(pk=player_pk), contact=Address.objects.get(pk=contact_pk))

    def _player(self, story: Story) -> tuple[int, int]:
        """Player and address of a story; a second name at one address is a second player there."""
        who, game = story.player, self.studio.games[story.game]
        known = self.players.get((who.email, who.name))
        if known:
            return known
        if any(email == who.email for email, _name in self.players):
            player = Player.objects.create(name=who.name, language=who.language, country=who.country)
            address = add_address(player, who.email, main=True)
        else:
            player, address = writer_from(who.email, name=who.name, language=who.language, game=game)
        self._remember(story, player)
        self.players[who.email, who.name] = (player.pk, address.pk)
        return player.pk, address.pk

    def _remember(self, story: Story, player: Player) -> None:
        """The player's account, with the card that the game would show."""
        who = story.player
        remember_account(player, self.studio.games[story.game], who.account, nickname=who.nick, fields=_card_of(story))
        self.players.setdefault(
            (who.email, who.name), (player.pk, AddressUse.objects.filter(player=player).values_list("address_id", flat=True)[0])
        )

    def _about(self, matter: Matter, ticket_pk: int) -> None:
        """A machine's guess at the topic, for most; money and bans have teams of their own, and some of that does not wait."""
        if matter.story.number % 10 < 7:
            set_topic(Ticket(pk=ticket_pk), self.studio.topics[matter.story.topic], by=SYSTEM, by_machine=True)
        if team := TEAM_OF_TOPIC.get(matter.story.topic):
            set_team(Ticket(pk=ticket_pk), to=self.studio.teams[team], by=SYSTEM)
            if matter.story.number % 4 == 0:
                set_priority(Ticket(pk=ticket_pk), Priority.HIGH, by=SYSTEM)

    def _touch(self, matter: Matter, user: User) -> None:
        """Whoever does the first thing takes the ticket and says what it is about; a few carry a tag or another priority."""
        if matter.touched:
            return
        matter.touched = True
        ticket, number = Ticket(pk=matter.ticket_pk), matter.story.number
        with self.costs.of("ticket"):
            assign(ticket, to=user, by=operator(user))
            set_topic(ticket, self.studio.topics[matter.story.topic], by=operator(user))
            if tag := tag_of(matter.story):
                set_tags(ticket, [self.studio.tags[tag]], by=operator(user))
            if number % 13 == 0:
                set_priority(ticket, Priority.LOW if number // 13 % 3 else Priority.URGENT, by=operator(user))

    def _assign(self, matter: Matter, turn: Turn) -> None:
        self._touch(matter, self._user(turn))

    def _note(self, matter: Matter, turn: Turn) -> None:
        add_note(Ticket(pk=matter.ticket_pk), turn.text, by=operator(self._user(turn)))

    def _status(self, matter: Matter, turn: Turn) -> None:
        self._touch(matter, self._user(turn))
        why = PendingInfo(reason=self.studio.reasons[turn.pending_on].pk)  # of no account where it is no hold
        set_status(Ticket(pk=matter.ticket_pk), Status(turn.then), by=operator(self._user(turn)), pending=why)

    def _reply(self, matter: Matter, turn: Turn) -> None:
        user, story = self._user(turn), matter.story
        mishap = story.mishap if matter.turn == len(story.turns) - 1 else ""
        self._touch(matter, user)
        if mishap == "draft":
            save_draft(Ticket(pk=matter.ticket_pk), author=user, kind=Draft.Kind.REPLY, text=turn.text, then_status=turn.then)
            return
        words = OutgoingMessage(
            turn.text,
            answers_upto=matter.question,
            then_status=turn.then,
            pending_on=turn.pending_on,
            pending_department=self.studio.departments[turn.pending_on].pk if turn.pending_on else None,
            hold_reason=self.studio.reasons[turn.pending_on].pk if turn.pending_on else None,  # it names the day
        )
        message = send_reply(Ticket(pk=matter.ticket_pk), words, by=operator(user))
        if mishap == "stale":
            with clock.travel(turn.at + timedelta(seconds=5)):
                self._meanwhile(matter, ONE_MORE_THING)
        backend = {"failed": transport.REFUSING, "uncertain": transport.FALLING_SILENT}.get(mishap, transport.NOWHERE)
        with clock.travel(turn.at + timedelta(seconds=settings.UNDO_WINDOW + 1)), transport.by(backend), self.costs.of("mail out"):
            outbox.send(message.pk)
        matter.answer = Message.objects.get(pk=message.pk)
        if matter.answer.state == Message.State.SENT and self.until - turn.at < TRACKED:
            self._heard_of(matter, turn, mishap=mishap)

    def _meanwhile(self, matter: Matter, text: dict[str, str], *, automatic: bool = False) -> None:
        """What comes from the player's side without being a turn of the story."""
        story = matter.story
        incoming = Incoming(
            text=text[story.language],
            channel="mail",
            subject=f"Re: {story.subject}",
            automatic=automatic,
            from_address=story.player.email,
        )
        receive(self._ticket(matter), incoming)

    def _heard_of(self, matter: Matter, turn: Turn, *, mishap: str) -> None:
        """What the provider tells within the minutes after."""
        assert matter.answer is not None
        pk, at = matter.answer.pk, turn.at + timedelta(seconds=40)
        with clock.travel(at), self.costs.of("mail out"):
            if mishap == "bounced":
                mark_address(matter.story.player.email, Address.State.BOUNCED, reason="550 5.1.1 No such user here")
                delivery_updates.bounced(pk, at, reason="550 5.1.1 No such user here")
                return
            delivery_updates.delivered(pk, at)
            if mishap == "automatic":
                self._meanwhile(matter, AWAY, automatic=True)
            elif self.rng.random() < 0.6 and at + timedelta(minutes=20) < self.until:
                delivery_updates.opened(pk, at + timedelta(minutes=self.rng.randint(1, 20)))


def tag_of(story: Story) -> str:
    """What whoever takes the ticket tags it with; mostly nothing."""
    return "" if story.number % 17 else TAGS[story.number // 17 % len(TAGS)]


def _card_of(story: Story) -> dict[str, Any]:
    """The player's card as the game would show it."""
    who, rng = story.player, Random(story.player.account)
    return {
        "level": who.level,
        "crystals" if story.game == "emberfall" else "pearls": rng.randint(0, 9000),
        "server": who.server,
        "paid_90d": f"{rng.choice([0, 0, 4, 19, 59, 139])}.99 EUR",
        "device": who.device,
        "city": who.country,
        "season_pass": who.level % 2 == 0,
        "version": "4.7.1" if story.game == "emberfall" else "2.12.0",
    }
