"""Where in a ticket something was found: marked in its subject and in the message in which most of it stands, on the original text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from helpdesk.staff.models import User
from helpdesk.staff.rights import scope_for
from tickets.access import through_ticket
from tickets.models import Message
from tickets.search.analysis import Pattern, Token, finds, heads, tokens
from tickets.search.documents import SEARCHED, UNSAID, Zone
from tickets.search.looking import Look

BEFORE, SHOWN = 40, 160  # characters of an excerpt: before the first find, and in all
MOST_TOLD, MOST_MARKED = 5, 200  # words that were taken for others, and different ones that a ticket's page marks
READ, MESSAGES = 20_000, 400  # characters of a message, and messages of a page, that are looked through

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Find:
    """A ticket's excerpt with its finds marked, and the message it is from; empty where something else was found than words."""

    excerpt: SafeString = SafeString()
    message: int | None = None


@dataclass(slots=True)
class Finds:
    """What is marked on one page. `near`: the words that were taken for mistyped ones, and stand there."""

    patterns: Sequence[Pattern]
    by_ticket: dict[int, Find] = field(default_factory=dict)
    near: set[str] = field(default_factory=set)

    @property
    def near_words(self) -> str:
        """A few of them, as one reads them."""
        return ", ".join(sorted(self.near)[:MOST_TOLD])

    def marked(self, text: str) -> SafeString:
        """A text with its finds marked."""
        return marked(text, spans(text, "", self.patterns))


def finds_on(ids: Collection[int], look: Look, reader: User) -> Finds:
    """Of these tickets, in what the reader may read. One query."""
    found = Finds(look.patterns)
    best: dict[int, tuple[int, Find]] = {}
    nearly, begin = {word for words in look.near.values() for word in words}, heads(found.patterns)
    for row in _messages(ids, reader):
        text = row.text[:READ]
        read = list(tokens(text, row.language, begin))
        hits = [sorted(finds(read, pattern)) for pattern in found.patterns]
        if nearly:
            found.near |= nearly & _words_in(read, hits)
        many = sum(map(bool, hits))
        if many > best.get(row.ticket_id, (0, None))[0]:
            best[row.ticket_id] = many, Find(_excerpt(text, sorted(span for several in hits for span in several)), row.pk)
    found.by_ticket = {pk: find for pk, (_many, find) in best.items()}
    return found


def _messages(ids: Collection[int], reader: User) -> Iterable[Message]:
    """What was said in these tickets, the newest first; notes only where the reader has the right."""
    notes = through_ticket(scope_for(reader, Zone.NOTES.right))
    said = Message.objects.filter(ticket__in=ids).exclude(state__in=UNSAID)
    open_to_all = said.exclude(kind=Message.Kind.NOTE).filter(purpose__in=SEARCHED)
    rows = open_to_all | said.filter(notes, kind=Message.Kind.NOTE)
    return rows.order_by("-pk").only("ticket_id", "text", "language")[:MESSAGES]


def _words_in(read: Sequence[Token], hits: Iterable[Sequence[Span]]) -> set[str]:
    there = {span for several in hits for span in several}
    return {token.word for token in read if (token.start, token.end) in there}


def spans(text: str, language: str, patterns: Iterable[Pattern]) -> list[Span]:
    """Where any of these stands in the text."""
    patterns = list(patterns)
    read = list(tokens(text, language, heads(patterns)))
    return sorted(span for pattern in patterns for span in finds(read, pattern))


def marked(text: str, found: Iterable[Span]) -> SafeString:
    """HTML of the text; what overlaps is marked once."""
    pieces, at = list[str](), 0
    for first, end in found:
        if end <= at:
            continue
        start = max(first, at)
        pieces += [escape(text[at:start]), "<mark>", escape(text[start:end]), "</mark>"]
        at = end
    pieces.append(escape(text[at:]))
    return mark_safe("".join(pieces))  # noqa: S308 - every piece of the text is escaped


def _excerpt(text: str, found: Sequence[Span]) -> SafeString:
    """What stands around the first find, on one line."""
    first = found[0][0] if found else 0
    start = max(0, first - BEFORE)
    if start:
        start = text.find(" ", start, first) + 1 or start
    end = min(len(text), start + SHOWN)
    shown = "".join(" " if sign.isspace() else sign for sign in text[start:end])
    inside = [(a - start, min(b, end) - start) for a, b in found if a >= start and a < end]
    return mark_safe(("… " if start else "") + marked(shown, inside) + (" …" if end < len(text) else ""))  # noqa: S308 - escaped by `marked`


def words_found(texts: Iterable[tuple[str, str]], look: Look) -> list[str]:
    """What in these texts (each with its language) was found, as it stands there and the longest first: what a page marks in itself."""
    found = {text[start:end] for text, language in texts for start, end in spans(text[:READ], language, look.patterns)}
    return sorted(found, key=lambda words: (-len(words), words))[:MOST_MARKED]
