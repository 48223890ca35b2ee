"""Fields by what stands in a ticket: answers, notes, files, and what waits or went wrong there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual, LessThan
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from tickets.filters.fields import Field, Finds, Kind, Listed, Operator, Values, register, yes_no
from tickets.filters.spoken import name_of, people, person
from tickets.models import Attachment, Draft, Message
from tickets.models.message import BY_PEOPLE
from tickets.past import PastTicket

State = Message.State


def register_own() -> None:
    """Called in `ready()`."""
    register(
        Field(
            "replies",
            _("Answers"),
            Kind.NUMBER,
            _so_many,
            lambda past: len(past.answers),
            names=("ответов",),
            listed=Listed(_number_of_answers),
        ),
        Field(
            "author",
            _("Answered by"),
            Kind.ID,
            _written_by,
            _authors,
            word=person,
            empty="nobody",
            called=name_of(User),
            names=("отвечал",),
            suggest=people,
            listed=Listed(_names_of_authors),
        ),
        Field(
            "last_reply",
            _("Last answer"),
            Kind.MOMENT,
            _last_answer,
            _last_answer_of,
            names=("последний_ответ",),
            listed=Listed(lambda: Subquery(_answered().order_by(F("sent_at").desc(nulls_last=True)).values("sent_at")[:1])),
        ),
        _has("has_note", _("With a note"), ("note", "заметка"), State.NOTED),
        _has("has_held", _("With a held reply"), ("held", "удержан"), State.HELD),
        _has("has_trouble", _("With a message that did not arrive"), ("failed", "недошло"), State.FAILED, State.BOUNCED, State.UNCERTAIN),
        Field(
            "has_file",
            _("With a file"),
            Kind.YES_NO,
            _yes_or_no(_files),
            right=Right.SEE_ATTACHMENTS,
            names=(
                "file",
                "attachment",
                "файл",
            ),
            listed=Listed(lambda: Exists(_files())),
        ),
        Field(
            "draft",
            _("Being written to by"),
            Kind.ID,
            _drafted_by,
            word=person,
            empty="nobody",
            called=name_of(User),
            names=("пишет", "черновик"),
            suggest=people,
            listed=Listed(lambda: ArraySubquery(_drafts().values("author__name").distinct().order_by("author__name"))),
        ),
    )


def _here() -> QuerySet[Message]:
    """The messages shown in the ticket that is looked at."""
    return Message.objects.filter(ticket=OuterRef("pk")).order_by()


def _answered() -> QuerySet[Message]:
    return _here().filter(BY_PEOPLE)


def _so_many(operator: Operator, values: Values, _reader: object) -> Q:
    counted = _number_of_answers()
    return Q(GreaterThanOrEqual(counted, values[0]) if operator == Operator.AT_LEAST else LessThan(counted, values[0]))


def _number_of_answers() -> Coalesce:
    return Coalesce(Subquery(_answered().values("ticket").annotate(n=Count("pk")).values("n")), 0)


def _names_of_authors() -> ArraySubquery:
    people = User.objects.filter(pk=OuterRef("author_id")).values("name")
    named = _answered().filter(author_id__isnull=False).annotate(called=Subquery(people))
    return ArraySubquery(named.values("called").distinct().order_by("called"))


def _one_of(rows: QuerySet[Message] | QuerySet[Draft], column: str, values: Values) -> Q:
    """A row of one of these stands there; None: none of anybody."""
    people = [value for value in values if value is not None]
    found = Q(Exists(rows.filter(**{f"{column}__in": people}))) if people else Q(pk__in=[])
    return found if len(people) == len(values) else found | ~Q(Exists(rows))


def _written_by(_operator: Operator, values: Values, _reader: object) -> Q:
    return _one_of(_answered(), "author_id", values)


def _authors(past: PastTicket) -> set[int | None]:
    return {each.author_id for each in past.answers}


def _last_answer(operator: Operator, values: Values, _reader: object) -> Q:
    since = Q(Exists(_answered().filter(sent_at__gte=values[0])))
    return since if operator == Operator.AT_LEAST else Q(Exists(_answered().filter(sent_at__lt=values[0]))) & ~since


def _last_answer_of(past: PastTicket) -> datetime | None:
    return max((each.sent_at for each in past.answers if each.sent_at), default=None)


def _has(name: str, label: str | Promise, names: tuple[str, ...], *states: State) -> Field:
    """Whether a message stands in the ticket that is in one of these states."""

    def there() -> QuerySet[Message]:
        return _here().filter(state__in=states)

    return Field(
        name,
        label,
        Kind.YES_NO,
        _yes_or_no(there),
        lambda past: any(each.state in states for each in past.messages.values()),
        names=names,
        listed=Listed(lambda: Exists(there())),
    )


def _files() -> QuerySet[Attachment]:
    return Attachment.objects.filter(message__ticket=OuterRef("pk")).order_by()


def _yes_or_no(rows: Callable[[], QuerySet[Message] | QuerySet[Attachment]]) -> Finds:
    def found(_operator: Operator, values: Values, _reader: object) -> Q:
        return yes_no(Q(Exists(rows())), values)

    return found


def _drafted_by(_operator: Operator, values: Values, _reader: object) -> Q:
    return _one_of(_drafts(), "author", values)


def _drafts() -> QuerySet[Draft]:
    """Those in which something stands."""
    return Draft.objects.filter(ticket=OuterRef("pk")).exclude(text="").order_by()
