"""A form does its deed once, whatever the network, the tabs and the threads do.

A form that makes rows is drawn with a key and keeps it until it is answered. Its first deed claims the key within its own transaction;
whoever brings the same key again, at the same moment or days later, is told what came of it and makes nothing new.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import connection, transaction

from helpdesk.base import clock
from helpdesk.base.models import FormKey

KEPT = timedelta(days=14)  # a laptop may sleep over a holiday with a form open
SWEEP_EACH = 200  # one claim in so many also sweeps away those that are over

# who brings a key that somebody is claiming waits here for his end
_CLAIM = """
INSERT INTO base_formkey (user_id, form, key, result, claimed_at) VALUES (%s, %s, %s, 0, %s)
ON CONFLICT (user_id, form, key) DO NOTHING RETURNING id
"""
_RESULT = "UPDATE base_formkey SET result = %s WHERE id = %s"


@dataclass(frozen=True, slots=True)
class Done:
    """The id of what came of a form; `first`: it was made now, not by an earlier request with the same key."""

    pk: int
    first: bool


def fresh_key() -> UUID:
    """The key of a form that is being drawn."""
    return uuid4()


def as_key(said: str | None) -> UUID | None:
    """What a form sends back as its key; None for whatever else somebody sends, and such a form is done each time it comes."""
    try:
        return UUID(said) if said else None
    except ValueError:
        return None


@transaction.atomic
def once(form: str, key: UUID | None, deed: Callable[[], int], *, by: int) -> Done:
    """Do `deed`, unless this person's `form` with this key was done before. A deed that raises leaves the key free.

    The key is claimed before the deed takes its locks, so that two who bring the same key meet here and nowhere else.
    """
    if key is None:
        return Done(deed(), first=True)
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [by, form, key, clock.now()])
        claimed = cursor.fetchone()
        if claimed is None:
            return Done(FormKey.objects.get(user_id=by, form=form, key=key).result, first=False)
        result = deed()
        cursor.execute(_RESULT, [result, *claimed])
    if claimed[0] % SWEEP_EACH == 0:
        FormKey.objects.filter(claimed_at__lt=clock.now() - KEPT).delete()
    return Done(result, first=True)


def came_of(form: str, key: UUID | None, *, by: int) -> int | None:
    """The id of what came of this form, or None: it has not been done."""
    if key is None:
        return None
    return FormKey.objects.filter(user_id=by, form=form, key=key).values_list("result", flat=True).first()
