"""The fields of the tickets themselves."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import In
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock
from helpdesk.staff.models import Team, User
from helpdesk.studio.models import Department, Game, Reason, Tag, Topic
from tickets.actors import ActorKind
from tickets.channels import channel
from tickets.events.of_tickets import TicketMoved
from tickets.filters.fields import HELD, PEOPLE, PLAYER, TIMES, Field, Kind, Operator, Values, among, column, register, yes_no
from tickets.filters.spoken import (
    DEPARTMENTS,
    GAMES,
    REASONS,
    TAGS,
    TEAMS,
    TOPICS,
    NameOf,
    language_called,
    languages,
    people,
    person,
    ways,
)
from tickets.models import FAR, Event, Pledge, Priority, Status, Ticket, with_nobody

PRIORITIES = {priority.word: priority for priority in Priority}
PROMISES = {"open": _("open"), "broken": _("broken, and still owed")}
STARTERS = {"player": _("player"), "operator": _("operator")}
TOPIC_BY = {"person": _("a person"), "machine": _("the machine")}


def register_own() -> None:
    """Called in `ready()`."""
    register(
        Field(
            "game",
            _("Game"),
            Kind.ID,
            column("game"),
            lambda past: past.game_id,
            word=GAMES.slug,
            names=("игра",),
            suggest=GAMES.suggest,
            called=NameOf(Game),
            frequent=True,
        ),
        Field(
            "language",
            _("Language"),
            Kind.CHOICE,
            column("language"),
            lambda past: past.language,
            names=("lang", "язык"),
            suggest=languages,
            called=language_called,
            frequent=True,
        ),
        Field(
            "assignee",
            _("With"),
            Kind.ID,
            _with,
            lambda past: past.assignee_id,
            word=person,
            empty="nobody",
            alike=_closed_accounts,
            names=("with", "исполнитель", "у"),
            suggest=people,
            called=NameOf(User),
            group=PEOPLE,
            frequent=True,
        ),
        Field(
            "team",
            _("Team"),
            Kind.ID,
            column("team"),
            lambda past: past.team_id,
            word=TEAMS.word,
            empty="none",
            names=("команда",),
            suggest=TEAMS.suggest,
            called=NameOf(Team),
            group=PEOPLE,
            frequent=True,
        ),
        Field(
            "topic",
            _("Topic"),
            Kind.ID,
            column("topic"),
            lambda past: past.topic_id,
            word=TOPICS.slug,
            empty="none",
            names=("тема",),
            suggest=TOPICS.suggest,
            called=NameOf(Topic),
            frequent=True,
        ),
        Field(
            "status",
            _("Status"),
            Kind.CHOICE,
            column("status"),
            lambda past: past.status,
            choices=lambda: Status.values,
            called=_status,
            names=("статус",),
        ),
        Field(
            "priority",
            _("Priority"),
            Kind.CHOICE,
            _of_priority,
            lambda past: Priority(past.priority).word,
            choices=lambda: PRIORITIES,
            called=lambda value: PRIORITIES[value].label,
            names=("приоритет",),
        ),
        Field(
            "waits",
            _("Waits for an answer"),
            Kind.YES_NO,
            _waits,
            lambda past: past.waiting_since is not None,
            names=("ждёт_ответа",),
            group=TIMES,
        ),
        Field(
            "tag",
            _("Tag"),
            Kind.ID,
            _tagged,
            lambda past: past.tags,
            word=TAGS.word,
            empty="none",
            called=NameOf(Tag),
            names=("метка", "тег"),
            suggest=TAGS.suggest,
            frequent=True,
        ),
        Field(
            "channel",
            _("Channel"),
            Kind.CHOICE,
            column("channel"),
            lambda past: past.channel,
            called=_channel,
            names=("канал",),
            suggest=ways,
            frequent=True,
        ),
        Field(
            "created",
            _("Opened"),
            Kind.MOMENT,
            column("created_at"),
            lambda past: past.created_at,
            names=("opened", "создан", "открыт"),
            group=TIMES,
        ),
        Field(
            "waiting_since",
            _("Waits since"),
            Kind.MOMENT,
            column("waiting_since"),
            lambda past: past.waiting_since,
            names=("waiting", "ждёт"),
            group=TIMES,
            frequent=True,
        ),
        Field("resolved", _("Resolved"), Kind.MOMENT, column("resolved_at"), lambda past: past.resolved_at, names=("решён",), group=TIMES),
        Field(
            "pending_department",
            _("Department that owes an answer"),
            Kind.ID,
            column("pending_department"),
            lambda past: past.pending_department_id,
            word=DEPARTMENTS.word,
            empty="none",
            called=NameOf(Department),
            names=("department", "отдел"),
            suggest=DEPARTMENTS.suggest,
            group=HELD,
        ),
        Field(
            "pending_until",
            _("Day of the hold"),
            Kind.MOMENT,
            column("pending_until"),
            lambda past: past.pending_until,
            names=("срок",),
            group=HELD,
        ),
        Field(
            "status_before",
            _("Status before"),
            Kind.CHOICE,
            _before,
            lambda past: past.status_before or None,
            choices=lambda: Status.values,
            empty="none",
            called=_status,
            names=("был", "прежний_статус"),
        ),
        Field("reopened", _("Came back"), Kind.YES_NO, _reopened, lambda past: past.reopened, names=("вернулось",)),
        Field(
            "follow_up",
            _("Follows another one"),
            Kind.YES_NO,
            _follows,
            lambda past: past.follows_id is not None,
            names=("продолжение",),
        ),
        Field(
            "started_by",
            _("Started by"),
            Kind.CHOICE,
            column("started_by"),
            lambda past: past.started_by,
            choices=lambda: STARTERS,
            called=STARTERS.__getitem__,
            names=("начал",),
        ),
        Field(
            "topic_by",
            _("Topic set by"),
            Kind.CHOICE,
            _topic_by,
            lambda past: None if past.topic_id is None else "machine" if past.topic_by_machine else "person",
            choices=lambda: TOPIC_BY,
            empty="nobody",
            called=TOPIC_BY.__getitem__,
            names=("тему_определил",),
        ),
        Field("player", _("Player"), Kind.ID, column("player"), lambda past: past.player_id, group=PLAYER),
        Field("number", _("Number"), Kind.CHOICE, _numbered, names=("номер",)),
        Field("changed", _("Changed"), Kind.MOMENT, column("changed_at"), names=("изменён",), group=TIMES),
        Field(
            "first_reply",
            _("First answer"),
            Kind.MOMENT,
            column("first_reply_at"),
            lambda past: past.first_reply_at,
            names=("первый_ответ",),
            group=TIMES,
        ),
        Field(
            "last_player_message",
            _("Player's last message"),
            Kind.MOMENT,
            column("last_player_message_at"),
            names=("последнее_письмо",),
            group=TIMES,
        ),
        Field(
            "hold_reason",
            _("Reason of the hold"),
            Kind.ID,
            column("hold_reason"),
            lambda past: past.hold_reason_id,
            empty="none",
            called=NameOf(Reason),
            names=("reason", "причина"),
            word=REASONS.word,
            suggest=REASONS.suggest,
            group=HELD,
        ),
        Field("overdue", _("Overdue"), Kind.YES_NO, _overdue, lambda past: past.overdue, names=("просрочено",), group=HELD),
        Field(
            "promise",
            _("Promise to the player"),
            Kind.CHOICE,
            _promised,
            lambda past: past.promise,
            choices=lambda: PROMISES,
            empty="none",
            called=PROMISES.__getitem__,
            names=("обещание",),
            group=HELD,
        ),
        Field(
            "promised_until",
            _("Answer promised by"),
            Kind.MOMENT,
            column("promised_until"),
            lambda past: past.promised_until,
            names=("promised", "обещано"),
            group=HELD,
        ),
    )


def _status(value: str) -> str | Promise:
    return Status(value).label


def _of_priority(_operator: Operator, values: Values, _reader: User) -> Q:
    return among("priority", tuple(PRIORITIES[value].value for value in values))


def _channel(value: str) -> str | Promise:
    return channel(value).label


def _with(_operator: Operator, values: Values, _reader: User) -> Q:
    if None not in values:
        return among("assignee", values)
    people = tuple(value for value in values if value is not None)
    return with_nobody() | among("assignee", people) if people else with_nobody()


def _closed_accounts(values: Values) -> Iterable[int]:
    """Whose ticket is with nobody."""
    return User.objects.filter(is_active=False).values_list("pk", flat=True) if None in values else ()


def _numbered(_operator: Operator, values: Values, _reader: User) -> Q:
    """However it is typed."""
    return Q(number__in=[str(value).strip().upper() for value in values])


def _before(_operator: Operator, values: Values, _reader: User) -> Q:
    moves = Event.objects.filter(ticket=OuterRef("pk"), kind=TicketMoved.kind).exclude(status_before=F("status"))
    before = Coalesce(Subquery(moves.order_by("-pk").values("status_before")[:1]), Value(""))
    return Q(In(before, ["" if value is None else value for value in values]))


def _reopened(_operator: Operator, values: Values, _reader: User) -> Q:
    back = Event.objects.filter(ticket=OuterRef("pk"), kind=TicketMoved.kind, status_before=Status.RESOLVED, actor_kind=ActorKind.PLAYER)
    return yes_no(Q(Exists(back)), values)


def _follows(_operator: Operator, values: Values, _reader: User) -> Q:
    return yes_no(Q(follows__isnull=False), values)


def _topic_by(_operator: Operator, values: Values, _reader: User) -> Q:
    some = Q(topic__isnull=False)
    said = {None: ~some, "person": some & Q(topic_by_machine=False), "machine": some & Q(topic_by_machine=True)}
    return reduce(or_, (said[value] for value in values))


def _waits(_operator: Operator, values: Values, _reader: User) -> Q:
    return yes_no(Q(waiting_key__lt=FAR), values)


def _overdue(_operator: Operator, values: Values, _reader: User) -> Q:
    now = clock.now()
    return yes_no(Q(pending_until__lte=now) | Q(promised_until__lte=now), values)


def _promised(_operator: Operator, values: Values, _reader: User) -> Q:
    """By the ledger: whose day has passed says the timer, as the log does."""
    promises = Pledge.objects.filter(until__isnull=False, ended_at=None)
    found = Q(promised_until=None) if None in values else Q(pk__in=[])
    for value in values:
        if value is not None:
            found |= Q(pk__in=promises.filter(broken_at__isnull=value == "open").values("ticket"))
    return found


def _tagged(_operator: Operator, values: Values, _reader: User) -> Q:
    tags = [value for value in values if value is not None]
    tagged = Ticket.tags.through.objects
    found = Q(pk__in=tagged.filter(tag__in=tags).values("ticket"))
    return found if len(tags) == len(values) else found | ~Q(Exists(tagged.filter(ticket=OuterRef("pk"))))
