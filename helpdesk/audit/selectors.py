"""Reading the audit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q

from helpdesk.audit.models import AuditEntry
from helpdesk.base.paging import Page, page


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody looks for. Empty fields do not narrow. `who` is part of a name or address, `action` the beginning of an action."""

    who: str = ""
    action: str = ""
    subject_kind: str = ""
    subject_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


def entries(asked: Asked, *, cursor: str = "", size: int = 50) -> Page[AuditEntry]:
    """The newest entries that fit, one page; one query."""
    wanted = Q()
    if asked.who:
        wanted &= Q(actor_name__icontains=asked.who)
    if asked.action:
        wanted &= Q(action__startswith=asked.action)
    if asked.subject_kind:
        wanted &= Q(subject_kind=asked.subject_kind)
    if asked.subject_id is not None:
        wanted &= Q(subject_id=asked.subject_id)
    if asked.since:
        wanted &= Q(at__gte=asked.since)
    if asked.until:
        wanted &= Q(at__lt=asked.until)
    return page(AuditEntry.objects.filter(wanted).select_related("remark"), key="id", descending=True, cursor=cursor, size=size)


def actions() -> list[str]:
    """Every action that was ever noted, for the filter: a loose scan of the index, so its price grows with the kinds, not the rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE kinds AS (
                SELECT min(action) AS action FROM audit_auditentry
                UNION ALL
                SELECT (SELECT min(action) FROM audit_auditentry WHERE action > kinds.action) FROM kinds WHERE kinds.action IS NOT NULL
            )
            SELECT action FROM kinds WHERE action IS NOT NULL ORDER BY action
            """
        )
        return [action for (action,) in cursor.fetchall()]
