"""Fields by what stands in a ticket: answers, notes, files, and what waits or went wrong there."""

from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual, LessThan
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from tickets.access import known_drafts, scope_q
from tickets.filters.fields import MESSAGES, PEOPLE, Field, Kind, Listed, Operator, Values, register, so, yes_no
from tickets.filters.spoken import NameOf, people, person
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
            group=MESSAGES,
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
            called=NameOf(User),
            names=("отвечал",),
            suggest=people,
            group=PEOPLE,
            listed=Listed(_names_of_authors),
        ),
        Field(
            "last_reply",
            _("Last answer"),
            Kind.MOMENT,
            _last_answer,
            _last_answer_of,
            names=("последний_ответ",),
            group=MESSAGES,
            listed=Listed(_sent_last),
        ),
        _has("has_note", _("With a note"), ("note", "заметка"), State.NOTED, right=Right.SEE_NOTES),
        _has("has_held", _("With a held reply"), ("held", "удержан"), State.HELD),
        _has("has_trouble", _("With a message that did not arrive"), ("failed", "недошло"), State.FAILED, State.BOUNCED, State.UNCERTAIN),
        Field(
            "has_file",
            _("With a file"),
            Kind.YES_NO,
            _with_file,
            right=Right.SEE_ATTACHMENTS,
            names=(
                "file",
                "attachment",
                "файл",
            ),
            group=MESSAGES,
            listed=Listed(lambda reader: so(_with_file(Operator.IS, (True,), reader))),
        ),
        Field(
            "draft",
            _("Being written to by"),
            Kind.ID,
            _drafted_by,
            word=person,
            empty="nobody",
            called=NameOf(User),
            names=("пишет", "черновик"),
            suggest=people,
            group=PEOPLE,
            listed=Listed(lambda reader: ArraySubquery(_drafts(reader).values("author__name").distinct().order_by("author__name"))),
        ),
    )


def _here() -> QuerySet[Message]:
    """The messages shown in the ticket that is looked at."""
    return Message.objects.filter(ticket=OuterRef("pk")).order_by()


def _answered() -> QuerySet[Message]:
    return _here().filter(BY_PEOPLE)


def _so_many(operator: Operator, values: Values, _reader: object) -> Q:
    counted = _number_of_answers(_reader)
    return Q(GreaterThanOrEqual(counted, values[0]) if operator == Operator.AT_LEAST else LessThan(counted, values[0]))


def _number_of_answers(_reader: object) -> Coalesce:
    return Coalesce(Subquery(_answered().values("ticket").annotate(n=Count("pk")).values("n")), 0)


def _names_of_authors(_reader: object) -> ArraySubquery:
    people = User.objects.filter(pk=OuterRef("author_id")).values("name")
    named = _answered().filter(author_id__isnull=False).annotate(called=Subquery(people))
    return ArraySubquery(named.values("called").distinct().order_by("called"))


def _sent_last(_reader: object) -> Subquery:
    return Subquery(_answered().order_by(F("sent_at").desc(nulls_last=True)).values("sent_at")[:1])


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


def _has(name: str, label: str | Promise, names: tuple[str, ...], *states: State, right: Right = Right.VIEW) -> Field:
    """Whether a message stands in the ticket that is in one of these states."""

    def there() -> Exists:
        return Exists(_here().filter(state__in=states))

    def found(_operator: Operator, values: Values, _reader: object) -> Q:
        return yes_no(Q(there()), values)

    def at(past: PastTicket) -> bool:
        return any(each.state in states for each in past.messages.values())

    listed = Listed(lambda _reader: there())
    return Field(name, label, Kind.YES_NO, found, at, right=right, names=names, group=MESSAGES, listed=listed)


def _with_file(_operator: Operator, values: Values, reader: User) -> Q:
    """The files of notes count only where the reader sees notes."""
    files = Attachment.objects.filter(message__ticket=OuterRef("pk")).order_by()
    noted = Q(Exists(files.filter(message__kind=Message.Kind.NOTE))) & scope_q(reader, Right.SEE_NOTES)
    return yes_no(Q(Exists(files.exclude(message__kind=Message.Kind.NOTE))) | noted, values)


def _drafted_by(_operator: Operator, values: Values, reader: User) -> Q:
    return _one_of(_drafts(reader), "author", values)


def _drafts(reader: User) -> QuerySet[Draft]:
    """Those in which something stands and of which the reader may know."""
    return Draft.objects.filter(known_drafts(reader), ticket=OuterRef("pk")).exclude(text="").order_by()
