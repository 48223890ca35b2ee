"""Errors that a person may read. Services raise them; a view shows them beside the field or as a toast."""

from __future__ import annotations

from django.db.models import ProtectedError
from django.utils.functional import Promise


class DomainError(Exception):
    """Something the desk will not do, said so that the person who asked understands it.

    `message` is translated when shown; `field` names the form field it belongs to, or is empty.
    """

    def __init__(self, message: str | Promise, *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    def __str__(self) -> str:
        return str(self.message)


class NotAllowed(DomainError):
    """The right is missing, or the rules of the house forbid it."""


class Conflict(DomainError):
    """Somebody was first, or the row has changed since it was seen."""


def kinds_of(error: ProtectedError) -> str:
    """What stands in the way of deleting a row, in the words for such rows."""
    return ", ".join(sorted({str(row._meta.verbose_name_plural) for row in error.protected_objects}))
