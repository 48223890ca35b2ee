"""A query of rows whose words are made once. The ORM words it anew each time, which takes longer than asking it: rows have many columns."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

Row = TypeVar("Row", bound=Model)
_PLACES = range(-1_000_000_001, -1_000_000_010, -1)  # ids that no row has


class Worded(Generic[Row]):
    """Called with ids or texts, it gives the rows of a query for them, with what `select_related` joins and what is annotated.

    `query` words it, once: it is given what stands for the values, and uses each as it is. Nothing is prefetched.
    """

    def __init__(self, query: Callable[..., QuerySet[Row]]) -> None:
        self._query, self._places = query, _PLACES[: query.__code__.co_argcount]

    def __call__(self, *values: int | str) -> list[Row]:
        sql, said, read = self._kept
        given = {str(place): value for place, value in zip(self._places, values, strict=True)}
        with connection.cursor() as cursor:
            cursor.execute(sql, [given.get(str(each), each) for each in said])
            return [read(list(row)) for row in cursor.fetchall()]

    @cached_property
    def _kept(self) -> tuple[str, tuple[Any, ...], Callable[[list[Any]], Row]]:
        """The words, what is said in them, and how a row is read. None of it holds on to the connection of the thread that asked first."""
        compiler: Any = self._query(*self._places).query.get_compiler(using=connection.alias)
        sql, said = compiler.as_sql()
        model, own = compiler.klass_info["model"], compiler.klass_info["select_fields"]
        names = [compiler.select[place][0].target.attname for place in own]
        converters = compiler.get_converters([column for column, _sql, _alias in compiler.select])
        annotated = compiler.annotation_col_map.items()
        joined = get_related_populators(compiler.klass_info, compiler.select, connection.alias)  # type: ignore[call-arg]  # typed as in a later Django

        def read(row: list[Any]) -> Row:
            for place, (conversions, column) in converters.items():
                for convert in conversions:
                    row[place] = convert(row[place], column, connection)
            made: Row = model.from_db(connection.alias, names, row[own[0] : own[-1] + 1])
            for name, place in annotated:
                setattr(made, name, row[place])
            for each in joined:
                each.populate(row, made)
            return made

        return sql, said, read
