"""The fields of the tickets themselves."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.db.models.lookups import In
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from helpdesk.base.languages import language_name
from helpdesk.staff.models import Team, User
from helpdesk.studio.models import Game, Tag, Topic
from tickets.actors import ActorKind
from tickets.channels import channel
from tickets.events.of_tickets import TicketMoved
from tickets.filters.fields import PEOPLE, TIMES, Field, Kind, Listed, Operator, Values, among, column, register, so, yes_no
from tickets.filters.spoken import GAMES, TAGS, TEAMS, TOPICS, NameOf, languages, people, person, ways
from tickets.models import FAR, PLACE_OF_STATUS, URGENCY, Event, Priority, Status, Ticket, with_nobody

PRIORITIES = {priority.word: priority for priority in Priority}
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
            listed=Listed("game__name"),
        ),
        Field(
            "language",
            _("Language"),
            Kind.CHOICE,
            column("language"),
            lambda past: past.language,
            names=("lang", "язык"),
            suggest=languages,
            called=language_name,
            frequent=True,
            listed=Listed("language"),
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
            listed=Listed("assignee__name"),
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
            listed=Listed("team__name"),
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
            listed=Listed("topic__name"),
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
            listed=Listed("status", sort=lambda _reader: PLACE_OF_STATUS),
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
            listed=Listed(_word_of_priority, sort=lambda _reader: URGENCY),
        ),
        Field(
            "waits",
            _("Waits for an answer"),
            Kind.YES_NO,
            _waits,
            lambda past: past.waiting_since is not None,
            names=("ждёт_ответа",),
            group=TIMES,
            listed=Listed(lambda _reader: so(Q(waiting_key__lt=FAR))),
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
            listed=Listed(_tags),
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
            listed=Listed("channel"),
        ),
        Field(
            "created",
            _("Opened"),
            Kind.MOMENT,
            column("created_at"),
            lambda past: past.created_at,
            names=("opened", "создан", "открыт"),
            group=TIMES,
            listed=Listed("created_at", sort="created_at", falls=True),
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
            listed=Listed("waiting_since", sort="waiting_key"),
        ),
        Field(
            "resolved",
            _("Resolved"),
            Kind.MOMENT,
            column("resolved_at"),
            lambda past: past.resolved_at,
            names=("решён",),
            group=TIMES,
            listed=Listed("resolved_at"),
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
            listed=Listed(lambda _reader: NullIf(_status_before(), Value(""))),
        ),
        Field(
            "reopened",
            _("Came back"),
            Kind.YES_NO,
            _reopened,
            lambda past: past.reopened,
            names=("вернулось",),
            listed=Listed(lambda _reader: Exists(_came_back())),
        ),
        Field(
            "follow_up",
            _("Follows another one"),
            Kind.YES_NO,
            _follows,
            lambda past: past.follows_id is not None,
            names=("продолжение",),
            listed=Listed(lambda _reader: so(Q(follows__isnull=False))),
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
            listed=Listed("started_by"),
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
            listed=Listed(_who_set_the_topic),
        ),
        Field("number", _("Number"), Kind.CHOICE, _numbered, names=("номер",), listed=Listed("number")),
        Field(
            "changed",
            _("Changed"),
            Kind.MOMENT,
            column("changed_at"),
            names=("изменён",),
            group=TIMES,
            listed=Listed("changed_at", sort="changed_at", falls=True),
        ),
        Field(
            "first_reply",
            _("First answer"),
            Kind.MOMENT,
            column("first_reply_at"),
            lambda past: past.first_reply_at,
            names=("первый_ответ",),
            group=TIMES,
            listed=Listed("first_reply_at"),
        ),
        Field(
            "last_player_message",
            _("Player's last message"),
            Kind.MOMENT,
            column("last_player_message_at"),
            names=("последнее_письмо",),
            group=TIMES,
            listed=Listed("last_player_message_at"),
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
    return Q(In(Coalesce(_status_before(), Value("")), ["" if value is None else value for value in values]))


def _status_before() -> Subquery:
    moves = Event.objects.filter(ticket=OuterRef("pk"), kind=TicketMoved.kind).exclude(status_before=F("status"))
    return Subquery(moves.order_by("-pk").values("status_before")[:1])


def _reopened(_operator: Operator, values: Values, _reader: User) -> Q:
    return yes_no(Q(Exists(_came_back())), values)


def _came_back() -> QuerySet[Event]:
    return Event.objects.filter(ticket=OuterRef("pk"), kind=TicketMoved.kind, status_before=Status.RESOLVED, actor_kind=ActorKind.PLAYER)


def _follows(_operator: Operator, values: Values, _reader: User) -> Q:
    return yes_no(Q(follows__isnull=False), values)


def _topic_by(_operator: Operator, values: Values, _reader: User) -> Q:
    some = Q(topic__isnull=False)
    said = {None: ~some, "person": some & Q(topic_by_machine=False), "machine": some & Q(topic_by_machine=True)}
    return reduce(or_, (said[value] for value in values))


def _waits(_operator: Operator, values: Values, _reader: User) -> Q:
    return yes_no(Q(waiting_key__lt=FAR), values)


def _word_of_priority(_reader: User) -> Case:
    return Case(*(When(priority=priority.value, then=Value(word)) for word, priority in PRIORITIES.items()), default=None)


def _tags(_reader: User) -> ArraySubquery:
    return ArraySubquery(Ticket.tags.through.objects.filter(ticket=OuterRef("pk")).order_by("tag__name").values("tag__name"))


def _who_set_the_topic(_reader: User) -> Case:
    return Case(When(topic=None, then=None), When(topic_by_machine=True, then=Value("machine")), default=Value("person"))


def _tagged(_operator: Operator, values: Values, _reader: User) -> Q:
    tags = [value for value in values if value is not None]
    tagged = Ticket.tags.through.objects
    found = Q(pk__in=tagged.filter(tag__in=tags).values("ticket"))
    return found if len(tags) == len(values) else found | ~Q(Exists(tagged.filter(ticket=OuterRef("pk"))))
