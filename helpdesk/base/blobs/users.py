"""Who uses a blob. Every foreign key that points to one does by itself; whoever names blobs otherwise (in JSON, by hash) registers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from django.apps import apps
from django.db.models import Exists, ForeignKey, Model, OuterRef, QuerySet

from helpdesk.base.models import Blob

Uses = Callable[[Collection[Blob]], set[int]]  # of these blobs, the ids of those in use

_registered: dict[str, Uses] = {}


def register_user(label: str, uses: Uses) -> None:
    """For `AppConfig.ready()`. A room that does so keeps the blob and writes its name in one transaction (see `keep`)."""
    _registered[label] = uses


def registered() -> set[str]:
    """The labels under which rooms have said that they use blobs."""
    return set(_registered)


def pointers() -> Iterator[ForeignKey[Any, Any]]:
    """All foreign keys to blobs, of every installed model."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_fields:
            if isinstance(field, ForeignKey) and field.related_model is Blob:
                yield field


def unused(blobs: QuerySet[Blob]) -> QuerySet[Blob]:
    """Those that no foreign key points to."""
    for key in pointers():
        blobs = blobs.exclude(Exists(_rows(key).filter(**{key.name: OuterRef("pk")})))
    return blobs


def named_elsewhere(blobs: Collection[Blob]) -> set[int]:
    """Ids of those that a registered room uses without a foreign key."""
    return set().union(*(uses(blobs) for uses in _registered.values()))


def users_of(blob: Blob, limit: int = 5) -> list[str]:
    """Who uses it, `mail.RawMail.blob 17`: for a person who looks for what was lost."""
    found = [f"{key.model._meta.label}.{key.name} {pk}" for key in pointers() for pk in _pks(key, blob, limit)]
    return (found + [label for label, uses in _registered.items() if uses([blob])])[:limit]


def _pks(key: ForeignKey[Any, Any], blob: Blob, limit: int) -> list[int]:
    return list(_rows(key).filter(**{key.name: blob}).order_by("pk").values_list("pk", flat=True)[:limit])


def _rows(key: ForeignKey[Any, Any]) -> QuerySet[Model]:
    rows: QuerySet[Model] = key.model._base_manager.all()
    return rows
