"""A ticket as a person reads it, and what such a person says of it.

Taken from the plain rows alone: nothing here knows how the search parts, folds or stems words, and no claim asks it. Two words are the same
when they are spelled the same but for small and capital letters; all other forms of a word are listed by hand beside the query.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from unicodedata import normalize

from players.models import AddressUse, GameAccount
from tickets.models import Attachment, Message, Ticket

TAKEN_BACK = ("withdrawn", "returned", "revised", "stale")  # replies that no thread shows


@dataclass(slots=True)
class Page:
    """What an operator who sees all has before him when he opens a ticket. Names and texts in small letters."""

    number: str
    subject: str
    language: str
    game: str
    status: str
    topic: str
    created: datetime
    waiting: datetime | None
    texts: list[str]  # subject, the player's messages and people's answers, notes, names of tags
    notes: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)  # of the player: his own and in the game
    accounts: list[str] = field(default_factory=list)
    addresses: set[str] = field(default_factory=set)


def pages() -> dict[str, Page]:
    """All tickets that are not merged, by number."""
    tickets = Ticket.objects.filter(merged_into=None).select_related("game", "topic", "player").prefetch_related("tags")
    read = {row.pk: _opened(row) for row in tickets}
    for message in Message.objects.filter(ticket__in=read).exclude(state__in=TAKEN_BACK):
        page = read[message.ticket_id]
        if message.kind == "note":
            page.notes.append(plain(message.text))
        elif message.kind == "inbound" or message.purpose == "answer":
            page.texts.append(plain(message.text))
            if message.kind == "inbound":
                page.addresses.add(plain(message.from_address))
    for pk, name in Attachment.objects.filter(message__ticket__in=read).values_list("message__ticket", "name"):
        read[pk].files.append(plain(name))
    _add_people({row.pk: row.player_id for row in tickets}, read)
    return {page.number: page for page in read.values()}


def _opened(ticket: Ticket) -> Page:
    tags = [plain(tag.name) for tag in ticket.tags.all()]
    topic = ticket.topic.slug if ticket.topic else ""
    subject = plain(ticket.subject)
    return Page(
        *(ticket.number, subject, ticket.language, ticket.game.slug, ticket.status, topic, ticket.created_at, ticket.waiting_since),
        texts=[subject, *tags],
        tags=tags,
        names=[plain(ticket.player.name)],
    )


def _add_people(players: dict[int, int], read: dict[int, Page]) -> None:
    accounts, addresses = defaultdict(list), defaultdict(list)
    for account in GameAccount.objects.all():
        accounts[account.player_id].append(account)
    for player, address in AddressUse.objects.values_list("player", "address__address"):
        addresses[player].append(plain(address))
    for pk, page in read.items():
        for account in accounts[players[pk]]:
            page.names.append(plain(account.nickname))
            page.accounts.append(account.external_id)
        page.addresses.update(addresses[players[pk]])


def plain(text: str) -> str:
    """On one line, in small letters."""
    return normalize("NFC", " ".join(text.split())).casefold()


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that is so of a ticket, or is not. They are joined by `&`, `|` and `~`."""

    holds: Callable[[Page], bool]

    def __and__(self, other: Claim) -> Claim:
        return Claim(lambda page: self.holds(page) and other.holds(page))

    def __or__(self, other: Claim) -> Claim:
        return Claim(lambda page: self.holds(page) or other.holds(page))

    def __invert__(self) -> Claim:
        return Claim(lambda page: not self.holds(page))


NOTHING = Claim(lambda _page: False)


def says(*forms: str) -> Claim:
    """One of these stands in it as a whole word, or as whole words side by side: in subject, messages, notes, tags."""
    standing = _standing(forms)
    return Claim(lambda page: any(standing.search(text) for text in (*page.texts, *page.notes)))


@lru_cache
def _standing(forms: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(plain(form)) for form in forms)})(?!\w)")


def begun(*beginnings: str) -> Claim:
    """A word that begins so stands in it."""
    standing = re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(plain(each)) for each in beginnings)})")
    return Claim(lambda page: any(standing.search(text) for text in (*page.texts, *page.notes)))


def reads(*sentences: str) -> Claim:
    """One of these stands in it, letter by letter."""
    wanted = [plain(sentence) for sentence in sentences]
    return Claim(lambda page: any(one in text for one in wanted for text in (*page.texts, *page.notes)))


def subject(words: str) -> Claim:
    """Its subject is this."""
    return Claim(lambda page: page.subject == plain(words))


def called(name: str) -> Claim:
    """Its player is called so, in life or in the game: the whole name."""
    return Claim(lambda page: plain(name) in page.names)


def called_like(part: str) -> Claim:
    """Its player's name, in life or in the game, has this in it."""
    return Claim(lambda page: any(plain(part) in name for name in page.names))


def account(number: str) -> Claim:
    """Its player's account in the game begins with this."""
    return Claim(lambda page: any(one.startswith(number) for one in page.accounts))


def writes_from(beginning: str) -> Claim:
    """Its player writes from an address that begins so."""
    return Claim(lambda page: any(address.startswith(plain(beginning)) for address in page.addresses))


def with_file(beginning: str = "") -> Claim:
    """A file hangs at it whose name begins so."""
    return Claim(lambda page: any(name.startswith(plain(beginning)) for name in page.files))


def tagged(name: str) -> Claim:
    """It carries this tag."""
    return Claim(lambda page: plain(name) in page.tags)


def noted() -> Claim:
    """Somebody left a note."""
    return Claim(lambda page: bool(page.notes))


def spoken(language: str) -> Claim:
    """Its language."""
    return Claim(lambda page: page.language == language)


def played(game: str) -> Claim:
    """Its game."""
    return Claim(lambda page: page.game == game)


def stands(*statuses: str) -> Claim:
    """Its status is one of these."""
    return Claim(lambda page: page.status in statuses)


def about(topic: str) -> Claim:
    """Its topic, by its short name."""
    return Claim(lambda page: page.topic == topic)


def opened(first: datetime, end: datetime) -> Claim:
    """It was opened within this time."""
    return Claim(lambda page: first <= page.created < end)


def waits_since(moment: datetime) -> Claim:
    """Its player has waited since this moment or longer."""
    return Claim(lambda page: page.waiting is not None and page.waiting <= moment)
