"""Ids of rows to which no foreign key leads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models


class IdOf(models.BigIntegerField[Any, Any]):
    """The id of a row of another table, which may be gone or lie on a floor above; in a migration it is a plain number.

    `of` names the model, as a foreign key would. `where`: (column, value) of the rows for which that is true; in the others it is the id
    of something else. Nothing holds it to that: it is said for who reads the model, and for who copies rows (`helpdesk/demo/bulk.py`).
    """

    def __init__(self, of: str, *args: Any, where: tuple[str, str] | None = None, **kwargs: Any) -> None:
        self.of, self.where = of, where
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.BigIntegerField", args, kwargs

    def clone(self) -> IdOf:
        _name, _path, args, kwargs = super().deconstruct()
        return IdOf(self.of, *args, where=self.where, **kwargs)
