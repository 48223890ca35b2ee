"""Values that people say by a name: a game, a topic, a colleague. How such a word is read, and what is offered while one types it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import islice
from typing import Any, Self

from django.db.models import CharField, F, Model, Q, QuerySet, Value
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from helpdesk.base.bounds import whole_number
from helpdesk.base.errors import DomainError
from helpdesk.base.folding import finds, folded
from helpdesk.base.languages import language_name
from helpdesk.staff.models import Team, User
from helpdesk.staff.rights import Right, scope_for
from helpdesk.studio.models import Department, Game, Reason, Tag, Topic
from tickets.channels import channels
from tickets.filters.filter import Condition

MOST_OFFERED = 10
ALIKE = 20  # rows that are called by one word, and are looked at
MINE = frozenset({"me", "меня", "мне", "я"})

Offers = list[tuple[str, str]]
Rows = list[tuple[int, str, str]]  # id, slug, name


class NamedId(int):
    """The id of a row that was said, with what the row is called: who read it knows that already."""

    name: str

    def __new__(cls, pk: int, name: str) -> Self:
        made = super().__new__(cls, pk)
        made.name = name
        return made


@dataclass(frozen=True, slots=True, eq=False)
class Spoken:
    """Rows of a table that are said by their slug, if they have one, by their name, or by their number.

    `rows(reader)`: which of them this person may know. `offered`: which of those are still chosen.
    """

    rows: Callable[[User], QuerySet[Any]]
    by_slug: bool = False
    offered: Q = Q()

    def word(self, said: str, reader: User) -> int | None:
        """The id; None where nothing is called so. DomainError where several are."""
        if not (number := whole_number(said)):
            return self._called(said, reader)
        return next((NamedId(pk, name) for pk, _slug, name in self._found(number) or ()), number)

    def slug(self, said: str, reader: User) -> int:
        """The id and no join, so that the planner sees which part of an index is meant. 0 where there is no such row (any more)."""
        return self._called(said, reader) or 0

    def suggest(self, prefix: str, reader: User) -> Offers:
        """(slug, or name, or number; name) of those whose name has the prefix in it."""
        rows = self.rows(reader).filter(self.offered).order_by("name", "pk")
        rows = rows.filter(finds("name", prefix)) if prefix else rows
        found = list(rows.values_list(*(("slug", "name") if self.by_slug else ("pk", "name")))[:MOST_OFFERED])
        names = [folded(name) for _word, name in found]
        return [
            (word if self.by_slug else str(word) if names.count(folded(name)) > 1 or name.isdecimal() else name, name)
            for word, name in found
        ]

    def asked(self, said: str | int, reader: User) -> QuerySet[Any]:
        """The query of the rows that are called so, or have this id; its `word` is their slug."""
        called = Q(pk=said) if isinstance(said, int) else Q(name__iexact=said)
        called |= Q(slug=said) if self.by_slug and isinstance(said, str) else Q()
        word = F("slug") if self.by_slug else Value("", CharField())
        rows: QuerySet[Any] = self.rows(reader).filter(called).order_by().annotate(word=word)
        return rows[:ALIKE]

    def _called(self, said: str, reader: User) -> NamedId | None:
        """A query, unless the answer is known already. A slug comes before names."""
        rows = self._found(said)
        if rows is None:
            rows = list(self.asked(said, reader).values_list("pk", "word", "name"))
        found = sorted(rows, key=lambda row: row[1] != said)
        if len(found) > 1 and found[0][1] != said:
            raise DomainError(_("Several are called “%(name)s”; say which by its number.") % {"name": said[:40]})
        return NamedId(found[0][0], found[0][2]) if found else None

    def _found(self, said: str | int) -> Rows | None:
        """What is known of it already; None: it was not asked."""
        if (asked := _asked.get()) is not None:
            asked.setdefault((self, said), [])
            return [ANY]
        return (_known.get() or {}).get((self, said))


Known = dict[tuple[Spoken, str | int], Rows]
ANY = (1, "", "")  # stands for a row while it is gathered which ones are named
_asked: ContextVar[Known | None] = ContextVar("asked", default=None)
_known: ContextVar[Known | None] = ContextVar("known", default=None)


@contextmanager
def known_together(read: Callable[[], object], reader: User) -> Iterator[None]:
    """Within, it is known which rows are called by all the words that `read` reads: one query for all of them, none where there are none.

    `read` is called once to learn the words, and must do nothing else.
    """
    rows: Known = {}
    gathering = _asked.set(rows)
    try:
        read()
    finally:
        _asked.reset(gathering)
    queries = [
        spoken.asked(said, reader).annotate(nth=Value(nth)).values_list("nth", "pk", "word", "name")
        for nth, (spoken, said) in enumerate(rows)
    ]
    found = list(rows.values())
    for nth, *row in queries[0].union(*queries[1:], all=True) if queries else ():
        found[nth].append(tuple(row))
    knowing = _known.set(rows)
    try:
        yield
    finally:
        _known.reset(knowing)


def _games(reader: User) -> QuerySet[Game]:
    """Those that the reader's rights reach."""
    scope = scope_for(reader, Right.VIEW)
    if scope.everything or any(part.game_id is None for part in scope.parts):
        return Game.objects.all()
    return Game.objects.filter(pk__in=[part.game_id for part in scope.parts])


GAMES = Spoken(_games, by_slug=True, offered=Q(archived_at=None))
TOPICS = Spoken(lambda _reader: Topic.objects.all(), by_slug=True, offered=Q(archived_at=None))
TAGS = Spoken(lambda _reader: Tag.objects.all())
TEAMS = Spoken(lambda _reader: Team.objects.all(), by_slug=True)
DEPARTMENTS = Spoken(lambda _reader: Department.objects.all(), offered=Q(archived_at=None))
REASONS = Spoken(lambda _reader: Reason.objects.all(), offered=Q(archived_at=None))
PEOPLE = Spoken(lambda _reader: User.objects.all(), offered=Q(is_active=True))


@dataclass(frozen=True, slots=True)
class NameOf:
    """What rows of a table are called, by their ids."""

    model: type[Model]

    def __call__(self, pk: int) -> str:
        return self.model._default_manager.filter(pk=pk).values_list("name", flat=True).first() or str(pk)


def names_of(conditions: Iterable[Condition]) -> dict[tuple[str, Any], str]:
    """What people call the values, by (field, value). One query for the rows of all tables together, none where all names are known."""
    asked = [(condition.field, condition.values) for condition in conditions]
    found = {(field.name, value): value.name for field, values in asked for value in values if isinstance(value, NamedId)}
    rows = [
        field.called.model._default_manager.filter(pk__in=unknown)
        .order_by()
        .annotate(of=Value(field.name, CharField()))
        .values_list("of", "pk", "name")
        for field, values in asked
        if isinstance(field.called, NameOf)
        for unknown in [[value for value in values if value is not None and (field.name, value) not in found]]
        if unknown
    ]
    found |= {(of, pk): str(name) for of, pk, name in (rows[0].union(*rows[1:], all=True) if rows else ())}
    for field, values in asked:
        for value in values:
            if (field.name, value) not in found:
                found[field.name, value] = str(value) if isinstance(field.called, NameOf) and value is not None else field.words(value)
    return found


def person(said: str, reader: User) -> int | None:
    """The id of the reader for “me”, else of who is called so."""
    return NamedId(reader.pk, reader.name) if said.casefold() in MINE else PEOPLE.word(said, reader)


def people(prefix: str, reader: User) -> Offers:
    """The reader first, as “me”."""
    me = pgettext("typed into a search", "me")
    mine = [(me, reader.name)] if me.startswith(folded(prefix)) or folded(prefix) in folded(reader.name) else []
    return [*mine, *(offer for offer in PEOPLE.suggest(prefix, reader) if offer[0] != reader.name)][:MOST_OFFERED]


def languages(prefix: str, reader: User) -> Offers:
    """Those in which the reader's games are supported."""
    spoken = {code for codes in _games(reader).filter(archived_at=None).values_list("languages", flat=True) for code in codes}
    return _beginning(prefix, ((code, language_name(code)) for code in sorted(spoken)))


def ways(prefix: str, _reader: User) -> Offers:
    """The channels of this desk."""
    return _beginning(prefix, ((channel.name, str(channel.label)) for channel in channels()))


def _beginning(prefix: str, offers: Iterable[tuple[str, str]]) -> Offers:
    start = folded(prefix)
    return list(islice((offer for offer in offers if any(folded(word).startswith(start) for word in offer)), MOST_OFFERED))
