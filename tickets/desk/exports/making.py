"""A list as a file, as a job: a part with each step, all of them joined with the last one.

Which tickets there are, and what of them is seen, is asked anew by each step, of the rights that the owner holds then. Rows come in the
order of their ids, so that a list which changes meanwhile has each ticket once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.audit.services import note_audit
from helpdesk.base import blobs, clock
from helpdesk.base.bounds import shown
from helpdesk.base.errors import DomainError
from helpdesk.base.jobs import kinds, verbs
from helpdesk.base.jobs.kinds import Kind, Step
from helpdesk.base.jobs.models import Job
from helpdesk.staff.models import User
from helpdesk.staff.notices import notify
from helpdesk.staff.rights import Right, scope_for
from tickets.access import visible_tickets
from tickets.desk.exports.files import FORMATS, MOST, Cell, Part, harmless, packed
from tickets.desk.models import Export, ExportPart
from tickets.desk.queue.filters import Wanted
from tickets.desk.queue.look import Look
from tickets.desk.rights import EXPORT
from tickets.filters import Field, field
from tickets.filters.columns import HIDDEN, Columns
from tickets.models import Ticket
from tickets.search.language.tree import Asked, leaves

KIND, READY = "desk.export", "desk.exported"
KEPT = timedelta(days=7)  # so long the file can be fetched
STEP = 2_000  # rows of a part


def register() -> None:
    """Called in `ready()`."""
    label = gettext_lazy("A list as a file")
    kinds.register(Kind(KIND, label, _work, _says, right=EXPORT, finish=_finish, may_fetch=may_fetch))


@transaction.atomic
def start(asked: QueryDict, file_format: str, *, by: User, request: HttpRequest | None = None) -> Job:
    """Have the list of a query string made into a file, with its columns. DomainError when some of it cannot be read: that would be another
    list."""
    if file_format not in FORMATS:
        raise DomainError(_("There are no files of this kind."))
    wanted, look = Wanted.of(asked, by), Look.of(asked, by)
    _demand_read(wanted, look.refused)
    listed = [one.name for one in look.columns]
    job = verbs.start(KIND, owner=by.pk, parameters={"format": file_format, "held": _held(by, look.columns)})
    Export.objects.create(job=job, asked=asked.urlencode(), columns=listed)
    fields = sorted({leaf.field for leaf in leaves(wanted.box.tree) if isinstance(leaf, Asked)})
    note_audit(
        "jobs.started", by=by, subject=job, request=request, kind=KIND,
        format=file_format, columns=listed, tab=wanted.tab, fields=fields, words=bool(wanted.box.has_words),
    )  # fmt: skip
    return job


def may_fetch(job: Job, reader: User) -> bool:
    """Who asked for it, as long as they hold the rights that they held then: what they may not see any more is in the file."""
    export = Export.objects.filter(job=job).first()
    if export is None or job.owner != reader.pk:
        return False
    return bool(job.parameters["held"] == _held(reader, [field(name) for name in export.columns]))


def sweep() -> int:
    """What was kept for files that are gone, or never came to be, goes; how many exports there were."""
    old = Export.objects.filter(job__created_at__lt=clock.now() - KEPT, job__result=None)
    gone = [export.pk for export in old.order_by("pk")[:50]]
    ExportPart.objects.filter(export__in=gone).delete()
    Export.objects.filter(pk__in=gone).delete()
    return len(gone)


def _work(job: Job) -> Iterator[Step]:
    while made := _make_part(job):
        yield Step(done=made)
    export = Export.objects.get(job=job)
    columns = [field(name) for name in export.columns]
    parts = [Part(part.first, part.size, _reading(part)) for part in export.parts.select_related("rows").order_by("first").defer("tickets")]
    file_format = FORMATS[job.parameters["format"]]
    with file_format.join([_heading(one) for one in columns], parts) as whole:
        whole.flush()
        job.result = blobs.keep(whole, media_type=file_format.media_type)
    job.result_name = f"tickets-{clock.now():%Y-%m-%d}-{job.pk}.{file_format.name}"
    job.result_until = clock.now() + KEPT
    export.parts.update(rows=None)


def _finish(job: Job) -> None:
    owner, rows = User.objects.get(pk=job.owner), job.cursor.get("rows", 0)
    note_audit("tickets.exported", by=owner, subject=job, format=job.parameters["format"], rows=rows)
    notify([owner], READY, link=reverse("staff:job", args=[job.pk]), rows=rows)


def _says(job: Job) -> str:
    return _("A list of tickets as %(format)s") % {"format": job.parameters["format"]}


def _make_part(job: Job) -> int:
    """The next rows; how many there were."""
    export = Export.objects.select_for_update().get(job=job)  # who erases a player waits for this part, and finds it
    reader = User.objects.get(pk=job.owner)
    columns = Columns([field(name) for name in export.columns], reader)
    with timezone.override(reader.zone):
        tickets = _tickets(export, reader)
        if not job.total:
            job.total = tickets.count()
        done = job.cursor.get("rows", 0)
        beyond = tickets.filter(pk__gt=job.cursor.get("after", 0)).order_by("pk")
        names = ("pk", "game_id", "team_id", "language", "topic_id", *columns.names)
        found = list(columns.fetched_with(beyond).values_list(*names)[: min(STEP, MOST - done % MOST)])
        if not found:
            return 0
        cells = [_cells(columns, columns.seen(row[5:], row[1:5])) for row in found]
    content = FORMATS[job.parameters["format"]].rows(cells, done)
    ids = [row[0] for row in found]
    ExportPart.objects.create(export=export, first=done, tickets=ids, rows=blobs.keep(packed(content)), size=len(content))
    job.cursor |= {"after": ids[-1], "rows": done + len(ids)}
    return len(ids)


def _tickets(export: Export, reader: User) -> QuerySet[Ticket]:
    wanted = Wanted.of(QueryDict(export.asked), reader)
    _demand_read(wanted)
    return wanted.on_tab(wanted.apply(visible_tickets(reader, EXPORT)))


def _cells(columns: Columns, values: Sequence[Any]) -> list[Cell]:
    return [_cell(one, value) for one, value in zip(columns.fields, values, strict=True)]


def _cell(one: Field, value: Any) -> Cell:
    """A value as a file holds it: numbers and moments as they are, in the reader's zone; all else in words."""
    if value is None or value is HIDDEN or value == []:
        return None
    if isinstance(value, datetime):
        return timezone.localtime(shown(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return harmless(one.words(value))


def _heading(one: Field) -> str:
    return harmless(str(one.label))


def _reading(part: ExportPart) -> Any:
    if part.rows is None:
        raise DomainError(_("A player's data were erased meanwhile. Export the list once more."))
    blob = part.rows
    return lambda: blobs.read(blob)


def _demand_read(wanted: Wanted, refused: Sequence[str] = ()) -> None:
    """What is left out of a filter would make the list longer than what was asked for."""
    if why := [*refused, *(trouble.sentence for trouble in wanted.box.troubles)]:
        raise DomainError(str(why[0]))


def _held(user: User, columns: Sequence[Field]) -> str:
    """A mark of where this person holds the rights that the file takes."""
    rights = sorted({Right.VIEW, EXPORT, *(one.right for one in columns)})
    scopes = [(right, scope.everything, sorted(map(repr, scope.parts))) for right in rights for scope in (scope_for(user, right),)]
    return sha256(repr(scopes).encode()).hexdigest()
