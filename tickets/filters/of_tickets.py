"""The fields of the tickets themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db.models import Exists, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from helpdesk.staff.models import User
from helpdesk.studio.models import Department, Tag
from tickets.channels import channel
from tickets.filters.fields import Field, Kind, Operator, Values, among, column, register
from tickets.filters.spoken import DEPARTMENTS, GAMES, TAGS, TEAMS, TOPICS, languages, people, person, ways
from tickets.models import FAR, Status, Ticket, with_nobody


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
        ),
        Field(
            "language",
            _("Language"),
            Kind.CHOICE,
            column("language"),
            lambda past: past.language,
            names=("lang", "язык"),
            suggest=languages,
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
        Field("waits", _("Waits for an answer"), Kind.YES_NO, _waits, lambda past: past.waiting_since is not None, names=("ждёт_ответа",)),
        Field(
            "tag",
            _("Tag"),
            Kind.ID,
            _tagged,
            lambda past: past.tags,
            word=TAGS.word,
            empty="none",
            called=_name_of(Tag),
            names=("метка", "тег"),
            suggest=TAGS.suggest,
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
        ),
        Field(
            "created", _("Opened"), Kind.MOMENT, column("created_at"), lambda past: past.created_at, names=("opened", "создан", "открыт")
        ),
        Field(
            "waiting_since",
            _("Waits since"),
            Kind.MOMENT,
            column("waiting_since"),
            lambda past: past.waiting_since,
            names=("waiting", "ждёт"),
        ),
        Field("resolved", _("Resolved"), Kind.MOMENT, column("resolved_at"), lambda past: past.resolved_at, names=("решён",)),
        Field(
            "pending_department",
            _("Department that owes an answer"),
            Kind.ID,
            column("pending_department"),
            lambda past: past.pending_department_id,
            word=DEPARTMENTS.word,
            empty="none",
            called=_name_of(Department),
            names=("department", "отдел"),
            suggest=DEPARTMENTS.suggest,
        ),
    )


def _name_of(model: type[Department] | type[Tag]) -> Callable[[int], str]:
    def name(pk: int) -> str:
        return model.objects.filter(pk=pk).values_list("name", flat=True).first() or str(pk)

    return name


def _status(value: str) -> str | Promise:
    return Status(value).label


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


def _waits(_operator: Operator, values: Values, _reader: User) -> Q:
    return Q(waiting_key__lt=FAR) if all(values) else Q(waiting_key=FAR) if not any(values) else Q()


def _tagged(_operator: Operator, values: Values, _reader: User) -> Q:
    tags = [value for value in values if value is not None]
    tagged = Ticket.tags.through.objects
    found = Q(pk__in=tagged.filter(tag__in=tags).values("ticket"))
    return found if len(tags) == len(values) else found | ~Q(Exists(tagged.filter(ticket=OuterRef("pk"))))
