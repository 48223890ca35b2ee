"""What games, departments and reasons have in common: a name that stands once, and that they are put aside, not dropped."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from helpdesk.audit.services import note_audit
from helpdesk.base.clock import now
from helpdesk.base.errors import DomainError
from helpdesk.staff.models import User
from helpdesk.studio.models import Department, Game, Reason

Word = TypeVar("Word", Department, Game, Reason)
Named = TypeVar("Named", Department, Reason)


def save_named(row: Named, alike: QuerySet[Named], *, nameless: str, taken: str) -> None:
    """Save a row whose name none of `alike` may have. DomainError beside `name`: `nameless` without one, `taken` where another has it."""
    double = DomainError(taken, field="name")
    if not row.name:
        raise DomainError(nameless, field="name")
    if alike.exclude(pk=row.pk).exists():
        raise double
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:  # somebody was faster
        raise double from error


@transaction.atomic
def put_aside(row: Word, archived: bool, *, actions: tuple[str, str], by: User, request: HttpRequest | None = None, **told: Any) -> Word:
    """Archive it, or open it again; `actions` are the audit's words for the two."""
    kept = type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
    if bool(kept.archived_at) != archived:
        kept.archived_at = now() if archived else None
        kept.save(update_fields=["archived_at"])
        note_audit(actions[0] if archived else actions[1], by=by, subject=kept, request=request, **told)
    return kept
