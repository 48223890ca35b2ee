"""One thing for all tickets of a view, as a job: which they are is fixed when it is started, and it can be taken back afterwards.

The words of what was pending stay where they are (`Standing.without_words`): a job's rows name ids alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from helpdesk.audit.services import note_audit
from helpdesk.base.errors import Conflict, DomainError
from helpdesk.base.jobs import kinds, selectors, verbs
from helpdesk.base.jobs.kinds import Kind, Name, Outcome, Step
from helpdesk.base.jobs.models import Job
from helpdesk.base.jobs.running import over_parts
from helpdesk.base.sweeps import NOT_THE_ROWS
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from tickets.access import visible_tickets
from tickets.actors import operator
from tickets.desk.queue.bulk import ACTS, BACK_FOR, Act, do_one, within_reach
from tickets.desk.queue.filters import Wanted
from tickets.locks import lock_many
from tickets.models import Ticket
from tickets.services.take_back import Standing, take_back

log = structlog.get_logger(__name__)

BULK, BACK = "desk.bulk", "desk.bulk_back"
STUMBLED = gettext_lazy("The desk stumbled over it; an administrator finds it in the log.")
TOO_MANY = gettext_lazy("More than %(most)s tickets match. Narrow the filter: so many at once are not changed.")


def register() -> None:
    """Called in `ready()`."""
    facts: dict[str, Any] = {"right": Right.BULK, "names": _names}
    kinds.register(Kind(BULK, gettext_lazy("Change of many tickets"), _work, _says, undo="desk:take_job_back", undo_for=BACK_FOR, **facts))
    kinds.register(Kind(BACK, gettext_lazy("Taking back a change of many tickets"), _work_back, _says_back, **facts))


def matching(reader: User, act: Act, wanted: Wanted, *, upto: int) -> QuerySet[Ticket]:
    """The tickets of a view to which this person may do it; none that came after the ticket `upto`, and none that was merged."""
    return wanted.on_tab(wanted.apply(within_reach(reader, act))).filter(pk__lte=upto)


def count(tickets: QuerySet[Ticket]) -> int:
    """How many there are. DomainError when that is more than one job takes."""
    found = tickets.order_by()[: verbs.MOST + 1].count()
    _demand_few(found)
    return found


@transaction.atomic
def start(
    act: Act, tickets: QuerySet[Ticket], *, by: User, seen: int, reason: int | None = None, request: HttpRequest | None = None
) -> Job:
    """Do it to exactly the tickets that match now. `seen`: the last event that this person had on screen; `reason`: of a hold."""
    ids = list(tickets.order_by("pk").values_list("pk", flat=True)[: verbs.MOST + 1])
    _demand_few(len(ids))
    if not ids:
        raise DomainError(_("No ticket matches any more."))
    job = verbs.start(BULK, owner=by.pk, parameters={"act": act.name, "seen": seen, "reason": reason}, ids=ids)
    note_audit("jobs.started", by=by, subject=job, request=request, kind=BULK, act=job.parameters["act"], things=len(ids))
    return job


@transaction.atomic
def start_back(job: Job, *, by: User, request: HttpRequest | None = None) -> Job:
    """Let every ticket that the job has changed stand as before, unless somebody changed it since. Conflict when it is too late."""
    kept = Job.objects.select_for_update(of=("self",)).filter(pk=job.pk, kind=BULK, owner=by.pk).first()
    if kept is None:
        raise Http404
    if not selectors.may_be_undone(kept, kinds.find(BULK)):
        raise Conflict(_("It is too late to take that back."))
    ids = sorted(pk for pk, _before in selectors.changed_by(kept))
    back = verbs.start(BACK, owner=by.pk, parameters={"of": kept.pk, "act": kept.parameters["act"]}, ids=ids)
    kept.cursor[selectors.TAKEN_BACK] = back.pk
    kept.save(update_fields=["cursor"])
    note_audit("jobs.started", by=by, subject=back, request=request, kind=BACK, things=len(ids), job=kept.pk)
    return back


def _demand_few(found: int) -> None:
    if found > verbs.MOST:
        raise DomainError(TOO_MANY % {"most": f"{verbs.MOST:,}"})


def _says(job: Job) -> str:
    words = ngettext("%(act)s: %(n)s ticket", "%(act)s: %(n)s tickets", job.total)
    return words % {"act": ACTS[job.parameters["act"]].label, "n": number_format(job.total, force_grouping=True)}


def _says_back(job: Job) -> str:
    return _("Taking back: %(said)s") % {"said": _says(job)}


def _names(pks: Collection[int], reader: User) -> dict[int, Name]:
    rows = visible_tickets(reader).filter(pk__in=pks).values_list("pk", "number")
    return {pk: Name(number, reverse("desk:ticket", args=[number])) for pk, number in rows}


def _work(job: Job) -> Iterator[Step]:
    act, by = ACTS[job.parameters["act"]], User.objects.get(pk=job.owner)
    seen, reason = job.parameters["seen"], job.parameters.get("reason")

    def one(ticket: Ticket) -> dict[str, Any]:
        before = Standing.of(ticket).without_words()
        return before | {"upto": do_one(act, ticket, by, seen, reason).last_event_id}

    return over_parts(job, lambda pks: _each(within_reach(by, act), pks, one))


def _work_back(job: Job) -> Iterator[Step]:
    act, by = ACTS[job.parameters["act"]], User.objects.get(pk=job.owner)
    stood = dict(selectors.changed_by(Job(pk=job.parameters["of"])))

    def one(ticket: Ticket) -> None:
        take_back(Standing.with_words(stood[ticket.pk]), ticket, by=operator(by))

    return over_parts(job, lambda pks: _each(visible_tickets(by, *act.rights), pks, one))


def _each(mine: QuerySet[Ticket], pks: list[int], one: Callable[[Ticket], Any]) -> Outcome:
    """`one` for each ticket that is this person's now, all locked in the order of their ids; what one raises spoils no other."""
    outcome = Outcome()
    for ticket in lock_many(mine.filter(pk__in=pks, merged_into=None).values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                outcome.changed[ticket.pk] = one(ticket)
        except DomainError as refusal:
            outcome.refused.setdefault(str(refusal)[:300], []).append(ticket.pk)
        except NOT_THE_ROWS:
            raise
        except Exception:
            log.exception("bulk_stumbled", ticket=ticket.pk)
            outcome.refused.setdefault(str(STUMBLED), []).append(ticket.pk)
    return outcome
