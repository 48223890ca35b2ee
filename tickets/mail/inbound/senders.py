"""Who wrote a mail, and for which game it is."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from helpdesk.base.text import one_line
from helpdesk.studio.models import Game
from players.models import Address, Player
from players.services import writer_from
from tickets.mail.models import Mailbox, RawMail
from tickets.mail.parse import MailAddress, ParsedMail
from tickets.mail.parse.addresses import bare


@dataclass(frozen=True, slots=True)
class Studio:
    """Our own addresses, read once per mail: all that a mail must know of the studio before it is judged."""

    games: tuple[Game, ...]
    own_addresses: frozenset[str]

    @property
    def languages(self) -> tuple[str, ...]:
        """In which the players write, for mails that do not name their encoding."""
        return tuple(sorted({language for game in self.games for language in game.languages}))


def studio() -> Studio:
    """The games and the addresses we send from. Archived games still own theirs."""
    games = tuple(Game.objects.order_by("pk"))
    sender = settings.DEFAULT_FROM_EMAIL.rpartition("<")[2].rstrip(">")
    return Studio(games, frozenset({*(bare(game.address) for game in games), bare(sender)}))


def game_for(mail: ParsedMail, raw: RawMail, known: Studio) -> Game | None:
    """The game that an administrator has named, else the one whose address the mail came to: by the envelope, the noted and the
    written addresses, then by the mailbox, then by the address of ours that a form sent it from.

    None if it came to no game's address and there are several games: then a person must say which.
    """
    if raw.game_id is not None:
        return next((game for game in known.games if game.pk == raw.game_id), None)
    by_address = {bare(game.address): game for game in known.games}
    named = (raw.recipient, *mail.delivered_to, *(each.address for each in (*mail.to, *mail.cc)), raw.mailbox)
    for address in named:
        if address and (game := by_address.get(bare(address))):
            return game
    if raw.mailbox:
        box = Mailbox.objects.filter(address__iexact=raw.mailbox).select_related("game").first()
        if box is not None and box.game is not None:
            return box.game
    if mail.on_behalf and (game := by_address.get(bare(mail.from_.address))):
        return game
    open_games = [game for game in known.games if game.archived_at is None]
    return open_games[0] if len(open_games) == 1 else None


def writer(mail: ParsedMail) -> MailAddress:
    """Whom to answer: the sender, or the one for whom a form or a group sent it (`parse/writers.py`)."""
    return mail.writer or mail.from_


def player_of(sender: MailAddress, game: Game, language: str) -> tuple[Player, Address | None]:
    """The player behind an address, found or made, with the address to answer to. A mail without any address has a nameless player:
    it can be read, but not be answered by mail; so has one from our own address, which a person had opened: we do not write to ourselves.
    """
    if not sender.address or bare(sender.address) == bare(game.address):
        return Player.objects.create(name=one_line(sender.name, 120), language=language), None
    return writer_from(sender.address, name=sender.name, language=language, game=game)
