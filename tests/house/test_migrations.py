"""Migrations run while processes of the former release work: none of them holds one table and waits for another."""

from __future__ import annotations

from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import CreateModel, SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation

from tests.house.ground import none_of, our_models

# Those of the releases that asked for a standstill. What came after them moves in under running processes.
BEFORE = {
    "audit": "0002",
    "base": "0007",
    "desk": "0002",
    "games": "0002",
    "mail": "0006",
    "players": "0003",
    "staff": "0006",
    "surveys": "0002",
    "tickets": "0013",
}


def tables(operations: list[Operation], made: set[str]) -> set[str]:
    """The existing tables that these operations change."""
    found: set[str] = set()
    for operation in operations:
        if isinstance(operation, SeparateDatabaseAndState):
            found |= tables(operation.database_operations, made)
        elif isinstance(operation, CreateModel):
            made.add(operation.name.lower())
        else:
            found.add(str(getattr(operation, "model_name", getattr(operation, "name", ""))).lower())
    return {name for name in found if name} - made


def later() -> list[Migration]:
    """Ours that came after."""
    loader = MigrationLoader(None)
    labels = {model._meta.app_label for model in our_models()}
    return [
        migration
        for (label, name), migration in sorted(loader.disk_migrations.items())
        if label in labels and name[:4] > BEFORE.get(label, "0000")
    ]


def test_a_migration_changes_one_table_or_commits_after_each() -> None:
    found = later()
    assert len(found) > 5
    none_of(
        f"{migration}: it holds {len(changed)} tables at once ({', '.join(sorted(changed))}); say atomic = False"
        for migration in found
        if migration.atomic and len(changed := tables(list(migration.operations), set())) > 1
    )
