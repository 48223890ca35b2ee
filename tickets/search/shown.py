"""The fields by which texts are asked for."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from tickets import filters
from tickets.filters import Field, Kind, Listed, Operator
from tickets.filters.fields import Values
from tickets.search.analysis import pattern
from tickets.search.documents import Zone
from tickets.search.models import SearchDocument
from tickets.search.postgres import in_zone, matches


def register() -> None:
    """Called in `ready()`."""
    filters.register(
        Field("subject", _("Subject"), Kind.TEXT, _in_subject, names=("заголовок",), listed=Listed("subject")),
        Field("text", _("Text"), Kind.TEXT, _in_text, names=("message", "words", "текст")),
    )


def _in_text(_operator: Operator, values: Values, _reader: object) -> Q:
    return _with(values[0])


def _in_subject(_operator: Operator, values: Values, _reader: object) -> Q:
    return _with(values[0], weight="A")


def _with(words: str, weight: str = "") -> Q:
    """Tickets in which these words stand together, in what player and operators wrote."""
    if not (sought := pattern(words)):
        return Q(pk__in=[])
    return Q(Exists(SearchDocument.objects.filter(matches(in_zone(sought, Zone.TEXT, weight)), ticket=OuterRef("pk"))))
