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
    """Called with ids or texts, it gives the rows of a query for them, with what `select_related` joins.

    `query` words it, once: it is given what stands for the values, and uses each as it is. Neither prefetches nor deferred columns.
    """

    def __init__(self, query: Callable[..., QuerySet[Row]]) -> None:
        self._query = query

    def __call__(self, *values: int | str) -> list[Row]:
        sql, said, compiler, read = self._kept
        given = {str(place): value for place, value in zip(_PLACES, values, strict=False)}
        with connection.cursor() as cursor:
            cursor.execute(sql, [given.get(str(each), each) for each in said])
            found = cursor.fetchall()
        return [read(row) for row in compiler.results_iter([found])]

    @cached_property
    def _kept(self) -> tuple[str, tuple[Any, ...], Any, Callable[[Any], Row]]:
        places = _PLACES[: self._query.__code__.co_argcount]
        compiler: Any = self._query(*places).query.get_compiler(using=connection.alias)
        sql, said = compiler.as_sql()
        model, columns = compiler.klass_info["model"], compiler.klass_info["select_fields"]
        names = [compiler.select[column][0].target.attname for column in columns]
        begin, end = columns[0], columns[-1] + 1
        joined = get_related_populators(compiler.klass_info, compiler.select, connection.alias)  # type: ignore[call-arg]  # typed as in a later Django

        def read(row: Any) -> Row:
            made: Row = model.from_db(connection.alias, names, row[begin:end])
            for each in joined:
                each.populate(row, made)
            return made

        return sql, said, compiler, read
