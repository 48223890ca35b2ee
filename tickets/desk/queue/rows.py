"""The rows of the queue, column by column.

Fifty of them would be two thirds of the page's work in templates, so a cell is a function of one row: what is the same for the whole
page (words, scopes, the way back) is found once, in `Sheet`. Every field that is listed can be a column. Those that say more than their
value have a function in `CELLS`; what it shows of the ticket is one more field of `Row`. All others are fetched as they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from helpdesk.base import clock
from helpdesk.base.fill import fill
from helpdesk.base.templatetags.ui import face, game_mark, icon, moment, waited
from helpdesk.staff.models import User
from tickets.desk.addresses import ticket_address
from tickets.desk.presence import Begun
from tickets.desk.priorities import priority_mark
from tickets.filters import Field
from tickets.filters.columns import HIDDEN, Columns, Order
from tickets.models import Status
from tickets.models.ticket import nearest_day
from tickets.search.highlights import Finds
from tickets.sight import Sight, sight_over


class Row(NamedTuple):
    """What of a ticket the queue shows and is sorted by, each under the name by which the query knows it."""

    pk: int
    number: str
    subject: str
    preview: str
    language: str
    status: str
    priority: int
    pending_on: str
    pending_until: datetime | None
    promised_until: datetime | None
    hold_reason__name: str | None
    waiting_since: datetime | None
    waiting_key: datetime
    created_at: datetime
    changed_at: datetime
    last_event_id: int
    seen_event: int | None  # the last one that the reader had on screen; None: never looked
    game_id: int
    game__name: str
    game__colour_accent: str
    player__name: str
    player__tier: str
    topic_id: int | None
    topic__name: str | None
    topic_by_machine: bool
    team_id: int | None
    assignee__name: str | None
    assignee__is_active: bool | None
    more: Sequence[Any] = ()  # of the fields without a cell of their own

    @classmethod
    def of(cls, fetched: Sequence[Any]) -> Row:
        """What the query gave for `FETCHED`, and more behind it."""
        return cls._make((*fetched[: len(FETCHED)], fetched[len(FETCHED) :]))

    @property
    def due_key(self) -> datetime:
        """The nearest day by which somebody is due, as rows are sorted by it."""
        return nearest_day(self.pending_until, self.promised_until)

    @property
    def unread(self) -> bool:
        """Whether something happened since the reader looked."""
        return self.seen_event is None or self.last_event_id > self.seen_event


FETCHED = Row._fields[:-1]


@dataclass(frozen=True, slots=True)
class RowTexts:
    """What every row may say, in the reader's language: fifty look-ups of the same text would be fifty times the work."""

    status: dict[str, str]
    overdue: str
    guessed: str
    no_subject: str
    unread: str
    nobody: str
    unnamed: str
    player: str
    hidden: str

    @classmethod
    def now(cls) -> RowTexts:
        return cls(
            status={status.value: str(status.label) for status in Status},
            overdue=pgettext("a pending ticket", "Overdue"),
            guessed=_("Guessed by the desk; nobody has confirmed it yet"),
            no_subject=_("Without a subject"),
            unread=_("unread"),
            nobody=_("Nobody"),
            unnamed=_("Unnamed player"),
            player=_("Player"),
            hidden=_("You may not see this here."),
        )


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the rows of one page have in common. `now`: when it is drawn; `behind`: the query string that leads back, with its "?",
    or nothing."""

    now: datetime
    texts: RowTexts
    sight: Callable[[int, int | None, str, int | None], Sight]
    begun: dict[int, list[Begun]]
    behind: str
    can_pick: bool
    by_creation: bool
    more: Columns
    finds: Finds | None

    def sight_on(self, row: Row) -> Sight:
        return self.sight(row.game_id, row.team_id, row.language, row.topic_id)


def _pick(row: Row, sheet: Sheet) -> str:
    if not sheet.can_pick:
        return ""
    return fill('<input type="checkbox" name="pick" value="{number}" aria-labelledby="subject-{pk}">', number=row.number, pk=row.pk)


def _wait(row: Row, sheet: Sheet) -> str:
    if row.waiting_since:
        return waited(row.waiting_since)
    return fill('<span class="quiet-text">{at}</span>', at=moment(row.created_at if sheet.by_creation else row.changed_at))


def _player(row: Row, sheet: Sheet) -> str:
    sight = sheet.sight_on(row)
    return fill(
        '<span class="player">{mark}<span class="name">{name}</span>{tier}</span>',
        mark=game_mark(row.game__colour_accent, row.game__name),
        name=(row.player__name or sheet.texts.unnamed) if sight.name else sheet.texts.player,
        tier=fill(' <span class="chip soon">{tier}</span>', tier=row.player__tier) if row.player__tier and sight.payments else "",
    )


def _subject(row: Row, sheet: Sheet) -> str:
    return fill(
        '<a href="{address}{behind}">{draft}{priority}<span id="subject-{pk}" class="subject">{subject}</span>{unread} '
        '<span class="preview">{preview}</span></a>',
        address=ticket_address(row.number),
        behind=sheet.behind,
        draft=_draft(sheet.begun[row.pk][0]) if row.pk in sheet.begun else "",
        priority=priority_mark(row.priority),
        pk=row.pk,
        subject=(sheet.finds.marked(row.subject) if sheet.finds else row.subject) or sheet.texts.no_subject,
        unread=fill('<span class="unseen"> ({unread})</span>', unread=sheet.texts.unread) if row.unread else "",
        preview=_excerpt(row, sheet),
    )


def _excerpt(row: Row, sheet: Sheet) -> str:
    """Where it was found; else the player's last words."""
    if sheet.finds is None:
        return row.preview
    find = sheet.finds.by_ticket.get(row.pk)
    return find.excerpt if find else sheet.finds.marked(row.preview)


def _draft(first: Begun) -> SafeString:
    """That words are waiting in the ticket's composer, and whose they are."""
    if not first.mine:
        said = _("%(name)s has a draft here") % {"name": first.author}
        drawn = '<span class="begun" title="{said}">{icon}<span class="unseen">{said}</span></span> '
        return fill(drawn, said=said, icon=icon("pencil", 13))
    chip = '<span class="chip {css}" title="{title}">{icon}{said}</span> '
    if first.returned:
        title = _("Your reply came back: the player wrote before it left. The words are in the composer.")
        return fill(chip, css="late", title=title, icon=icon("undo-2", 12), said=_("came back"))
    return fill(chip, css="mine", title=_("You have begun an answer or a note here"), icon=icon("pencil", 12), said=_("draft"))


def _topic(row: Row, sheet: Sheet) -> str:
    if row.topic__name is None:
        return ""
    if row.topic_by_machine:
        return fill('<span class="chip guess" title="{title}">{topic}</span>', title=sheet.texts.guessed, topic=row.topic__name)
    return fill('<span class="chip">{topic}</span>', topic=row.topic__name)


def _status(row: Row, sheet: Sheet) -> str:
    late = row.due_key <= sheet.now
    owes = " · ".join(filter(None, [row.pending_on, row.hold_reason__name]))
    return fill(
        '<span class="st st-{status}{late}"{title}>{words}</span>',
        status=row.status,
        late=" late-text" if late else "",
        title=fill(' title="{owes}"', owes=sheet.sight_on(row).words(owes)) if owes else "",
        words=sheet.texts.overdue if late else sheet.texts.status[row.status],
    )


def _language(row: Row, sheet: Sheet) -> str:
    return row.language


def _who(row: Row, sheet: Sheet) -> str:
    name = row.assignee__name
    if name and not row.assignee__is_active:
        name, drawn = _("Nobody: the account of %(name)s is closed") % {"name": name}, face("")
    else:
        name, drawn = name or sheet.texts.nobody, face(name)
    return fill('<span title="{name}">{face}<span class="unseen">{name}</span></span>', name=name, face=drawn)


@dataclass(frozen=True, slots=True)
class Cell:
    """How a field is drawn that says more than its value: the class of its column, and the heading where that is not the field's label."""

    css: str
    draw: Callable[[Row, Sheet], str]
    heading: str | Promise = ""


SUBJECT = "subject"  # the way to the ticket: it is in every list
CELLS = {
    "waiting_since": Cell("c-wait", _wait, pgettext_lazy("how long", "Waiting")),
    "player_name": Cell("c-player", _player, gettext_lazy("Player")),
    SUBJECT: Cell("c-subject", _subject, gettext_lazy("Message")),
    "topic": Cell("c-topic", _topic),
    "status": Cell("c-status", _status),
    "language": Cell("c-lang", _language, gettext_lazy("Lang")),
    "assignee": Cell("c-who", _who),
}


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above a column: its field's name, its class, its words, the field's own where those are an abbreviation, and how one
    sorts by it.

    `sort`: what a click asks for, empty where one cannot sort by it; `sorted`: how the page is, as `aria-sort` says it, or empty.
    """

    name: str
    css: str
    words: str | Promise
    label: str | Promise
    sort: str
    sorted: str


def split(fields: Sequence[Field], reader: User) -> Columns:
    """Those of the columns that have no cell of their own, which the query has to fetch."""
    return Columns([one for one in fields if one.name not in CELLS], reader)


def headings(fields: Sequence[Field], order: Order | None) -> list[Heading]:
    """Those of the columns; the one that the page is sorted by turns the order round."""
    return [_heading(one, order) for one in fields]


def _heading(one: Field, order: Order | None) -> Heading:
    cell = CELLS.get(one.name)
    by_it = order if order is not None and order.field is one else None
    first = Order(one, one.listed.falls) if one.listed and one.listed.sort else None
    return Heading(
        one.name,
        cell.css if cell else "c-more",
        cell.heading or one.label if cell else one.label,
        one.label,
        by_it.turned.said if by_it else first.said if first else "",
        ("descending" if by_it.descending else "ascending") if by_it else "",
    )


def drawn(
    rows: Sequence[Row],
    fields: Sequence[Field],
    more: Columns,
    *,
    begun: dict[int, list[Begun]],
    behind: str,
    can_pick: bool,
    by_creation: bool,
    finds: Finds | None = None,
) -> list[SafeString]:
    """The rows as HTML, in their order. `more`: what `split` made of the fields. `by_creation`: where nobody waits, the day it came is
    shown, else that of the last change. `finds`: what is marked in them."""
    way, sight = f"?{behind}" if behind else "", sight_over(more.reader)
    sheet = Sheet(clock.now(), RowTexts.now(), sight, begun, way, can_pick, by_creation, more, finds)
    cells = [CELLS[one.name] if one.name in CELLS else _plain(one, more) for one in fields]
    return [_row(row, [Cell("c-pick", _pick), *cells], sheet) for row in rows]


def _row(row: Row, cells: Sequence[Cell], sheet: Sheet) -> SafeString:
    if row.more:
        row = row._replace(more=sheet.more.seen(row.more, (row.game_id, row.team_id, row.language, row.topic_id)))
    done = SafeString("".join(fill('<td class="{css}">{cell}</td>', css=one.css, cell=one.draw(row, sheet)) for one in cells))
    return fill('<tr data-row="{pk}"{seen}>{cells}</tr>', pk=row.pk, seen=SafeString("" if row.unread else ' class="seen"'), cells=done)


def _plain(one: Field, more: Columns) -> Cell:
    """A cell that says the field's value in words, and on a phone, where no heading stands above it, what that is."""
    place = more.fields.index(one)
    said = fill('<span class="what">{label}: </span>', label=one.label)

    def draw(row: Row, sheet: Sheet) -> str:
        value = row.more[place]
        if value is HIDDEN:
            return fill('{said}<span title="{why}">–</span>', said=said, why=sheet.texts.hidden)
        words = one.words(value)
        return fill('{said}<span title="{words}">{words}</span>', said=said, words=words)

    return Cell("c-more", draw)
