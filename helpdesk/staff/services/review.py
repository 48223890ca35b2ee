"""A change of what people may do is looked at before it is made, and made only as it was looked at."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.db.models import Max

from helpdesk.audit.models import AuditEntry
from helpdesk.base.claims import hold_names
from helpdesk.base.errors import Conflict
from helpdesk.staff.reach import Review, compared, replanned, standing
from helpdesk.staff.services.keepers import LOCK

CHANGES = (  # every change of roles, grants and accounts leaves one of these in the audit, under the same lock: so its ids are in order
    "staff.role_made", "staff.role_changed", "staff.role_dropped", "staff.role_given", "staff.role_taken",
    "staff.deactivated", "staff.reactivated", "staff.team_changed",
)  # fmt: skip


MOST = 100  # changes that a page tells one by one


class Meanwhile(Conflict):
    """Somebody changed roles, grants or accounts since the review was drawn; `changes` are what they did, the oldest first."""

    def __init__(self, changes: list[AuditEntry]) -> None:
        super().__init__("")
        self.changes = changes


def preview(deed: Callable[[], object]) -> Review:
    """What `deed` would come to: it is done, looked at, and undone. Raises the DomainError that the deed itself raises."""
    with transaction.atomic():
        hold_names(LOCK)
        seen, before = newest(), standing()
        deed()
        after = standing()
        review = Review(compared(before, after), replanned(before, after), seen, _since(seen))
        transaction.set_rollback(True)
    return review


def do_seen(deed: Callable[[], object], seen: int) -> None:
    """Do what was looked at when `seen` was the newest change; `Meanwhile`, and nothing done, when it is not any more."""
    with transaction.atomic():
        hold_names(LOCK)
        if meanwhile := _since(seen):
            raise Meanwhile(meanwhile)
        deed()


def newest() -> int:
    """The id of the newest change that is in the audit; 0 for none. A look at the index for each kind."""
    ends = AuditEntry.objects.filter(action__in=CHANGES).order_by().values("action").annotate(newest=Max("id"))
    return max((row["newest"] for row in ends), default=0)


def _since(seen: int) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(action__in=CHANGES, id__gt=seen).order_by("id").select_related("remark")[:MOST])
