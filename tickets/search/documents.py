"""What of a ticket is searched. Read for many tickets at once, the same for every engine.

Not searched: what the desk says by itself (acknowledgements, notices, survey mails: the same words in every ticket), quotes (they stand in
the message that is quoted), and replies that their author took back. Whose name, account or address it is stands in the players' tables
and is looked up there, so that a new nickname is found at once (`players.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum

import structlog

from helpdesk.base.blobs import read
from helpdesk.base.models import Blob
from helpdesk.staff.rights import Right
from tickets.models import Attachment, Message, Ticket
from tickets.search.analysis import Token, fold, tokens

log = structlog.get_logger(__name__)

MOST_TEXT = 200_000  # characters of a ticket's texts, the newest messages first
FILE_TEXT, FILES_READ = 32_768, 5  # bytes of a small text file, and how many of a ticket are read
UNSAID = (Message.State.WITHDRAWN, Message.State.RETURNED, Message.State.REVISED, Message.State.STALE)
SEARCHED = frozenset({Message.Purpose.ANSWER, Message.Purpose.AUTOMATIC})


class Zone(StrEnum):
    """A part of the ticket: who may not see it does not search it. The value stands before each of its keys, and no key has the bar."""

    TEXT = ""  # subject, what player and operators wrote, tags
    NUMBER = "k|"
    NOTES = "n|"
    FILES = "f|"
    SENDERS = "c|"  # the addresses from which messages came

    @property
    def right(self) -> Right:
        """Who may search it."""
        return _RIGHTS[self]


_RIGHTS = {
    Zone.TEXT: Right.VIEW,
    Zone.NUMBER: Right.VIEW,
    Zone.NOTES: Right.SEE_NOTES,
    Zone.FILES: Right.SEE_ATTACHMENTS,
    Zone.SENDERS: Right.SEE_PLAYER_CONTACT,
}


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a ticket. `weight`: how much a word in it says, A to D; of the texts A is the subject alone."""

    zone: Zone
    weight: str
    tokens: tuple[Token, ...]


@dataclass(slots=True)
class Document:
    """All texts of one ticket. `cut`: not all of them were read."""

    ticket_id: int
    game_id: int
    player_id: int
    texts: list[Text] = field(default_factory=list)
    cut: bool = False
    room: int = MOST_TEXT

    def add(self, zone: Zone, weight: str, text: str, language: str = "") -> None:
        """One more text, as far as there is room."""
        if len(text) > self.room:
            text, self.cut = text[: self.room], True
        self.room -= len(text)
        if found := tuple(tokens(text, language)):
            self.texts.append(Text(zone, weight, found))

    def add_key(self, zone: Zone, said: str) -> None:
        """What is one word, however it looks."""
        if said:
            self.texts.append(Text(zone, "A", (Token(fold(said)[:60], 0, 0, len(said)),)))


def documents(ids: Collection[int]) -> list[Document]:
    """Those of the tickets that are there, by five queries however many there are."""
    made = {}
    for ticket in Ticket.objects.filter(pk__in=ids).only("number", "subject", "language", "game_id", "player_id"):
        made[ticket.pk] = document = Document(ticket.pk, ticket.game_id, ticket.player_id)
        document.add_key(Zone.NUMBER, ticket.number)
        document.add(Zone.TEXT, "A", ticket.subject, ticket.language)
    for pk, tag in Ticket.tags.through.objects.filter(ticket__in=made).values_list("ticket_id", "tag__name"):
        made[pk].add(Zone.TEXT, "B", tag)
    _add_messages(made)
    _add_files(made)
    return list(made.values())


def _add_messages(made: dict[int, Document]) -> None:
    rows = Message.objects.filter(ticket__in=made).exclude(state__in=UNSAID)
    senders: dict[int, set[str]] = defaultdict(set)
    for row in rows.order_by("-pk").only("ticket_id", "kind", "purpose", "subject", "text", "language", "from_address").iterator():
        document = made[row.ticket_id]
        if row.kind == Message.Kind.NOTE:
            document.add(Zone.NOTES, "D", row.text, row.language)
        elif row.kind == Message.Kind.INBOUND:
            document.add(Zone.TEXT, "B", row.text, row.language)
            senders[row.ticket_id].add(fold(row.from_address))
        elif row.purpose in SEARCHED:
            document.add(Zone.TEXT, "C", row.text, row.language)
    for pk, addresses in senders.items():
        for address in sorted(addresses):
            made[pk].add_key(Zone.SENDERS, address)


def _add_files(made: dict[int, Document]) -> None:
    read_of: dict[int, int] = defaultdict(int)
    files = Attachment.objects.filter(message__ticket__in=made).exclude(message__state__in=UNSAID).select_related("blob", "message")
    for file in files.order_by("-pk"):
        document = made[file.message.ticket_id]  # type: ignore[union-attr]  # it has one: it was found by it
        document.add(Zone.FILES, "C", file.name)
        small = file.blob and file.media_type.startswith("text/") and file.size <= FILE_TEXT
        if small and read_of[document.ticket_id] < FILES_READ:
            read_of[document.ticket_id] += 1
            document.add(Zone.FILES, "D", _words_of(file.blob))


def _words_of(blob: Blob | None) -> str:
    """A file that cannot be read keeps its ticket from nobody: it is found by its name."""
    try:
        return read(blob).decode(errors="replace") if blob else ""
    except OSError as error:
        log.warning("file_not_searched", blob=blob and blob.pk, error=str(error))
        return ""
