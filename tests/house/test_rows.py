"""The tables: keys point down, names are known once, players' data are declared, migrations stand for themselves."""

from __future__ import annotations

import ast
import re

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import PROTECT, ForeignKey, Model

from helpdesk.base import personal
from helpdesk.base.blobs import users
from helpdesk.base.models import Blob
from tests.house.ground import PACKAGES, ROOT, files, modules, name, none_of, our_models, tree

FLOORS = {  # from below
    "dev": -1, "base": -1, "jobs": 0, "games": 1, "audit": 1, "staff": 2, "players": 3, "tickets": 4,
    "mail": 5, "search": 5, "surveys": 5, "notices": 5, "desk": 6, "saved_views": 6, "administration": 6, "demo": 9, "roof": 9,
}  # fmt: skip
GENERATED_DEFAULTS = {"helpdesk.base.clock", "helpdesk.studio.models.game"}  # Django writes the path of a column's default into a migration
OURS = [config for config in apps.get_app_configs() if config.name.split(".")[0] in PACKAGES]


def keys(model: type[Model]) -> list[ForeignKey]:
    return [field for field in model._meta.get_fields() if field.is_relation and field.concrete and field.related_model]


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_keys_point_down_and_leave_no_trace_below(model: type[Model]) -> None:
    here = FLOORS[model._meta.app_label]
    for key in keys(model):
        label = key.related_model._meta.app_label
        if label not in FLOORS or label == model._meta.app_label:
            continue
        assert FLOORS[label] < here, f"{key} points to {label}"
        assert key.remote_field.hidden, f"{key} leaves an accessor in {label}"


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_every_model_says_which_fields_are_personal(model: type[Model]) -> None:
    declared = vars(model).get("personal")

    assert isinstance(declared, tuple), f"{model._meta.label} declares neither personal fields nor that it has none"
    assert set(declared) <= {field.name for field in model._meta.get_fields()}


def test_every_room_with_personal_fields_gives_them_out_and_erases_them() -> None:
    rooms = {model._meta.app_label for model in our_models() if vars(model).get("personal")}
    kept = {keeper.room for keeper in personal.keepers()}

    assert rooms - kept <= {"base", "audit"}  # blobs go with who points to them; remarks with the ticket they are about


def test_no_user_of_a_blob_escapes_the_sweep() -> None:
    """A foreign key is a user by itself, if the database holds it; whoever names blobs by their hash or id otherwise has to register."""
    loose = [str(key) for key in users.pointers() if key.remote_field.on_delete is not PROTECT or not key.db_constraint or not key.db_index]
    known = set(users.pointers())
    named = [
        f"{model._meta.label}.{field.name}"
        for model in our_models()
        for field in model._meta.concrete_fields
        if model is not Blob and field not in known and re.search(r"blob|sha\d*(_|$)", field.name)
    ]

    none_of(loose + sorted(set(named) - users.registered()))


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_every_choice_is_checked_by_the_database(model: type[Model]) -> None:
    checked = " ".join(str(constraint.condition) for constraint in model._meta.constraints if hasattr(constraint, "condition"))
    for field in model._meta.concrete_fields:
        if field.choices and field.model is model and field.name not in {"then_status", "when_stale", "language"}:
            assert f"'{field.name}" in checked, f"{model._meta.label}.{field.name} takes anything"


SORTED_BY = {"tickets/models/ticket.py"}  # where a number says which comes first


def test_choices_are_text_choices() -> None:
    odd = [
        f"{name(path)}:{node.lineno}"
        for path in modules()
        if name(path) not in SORTED_BY
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef)
        and any(getattr(base, "attr", getattr(base, "id", "")) in {"IntegerChoices", "Choices"} for base in node.bases)
    ]
    none_of(odd)


def test_the_models_and_the_migrations_agree(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("config", OURS, ids=lambda config: config.label)
def test_migrations_stand_in_one_line_and_have_speaking_names(config) -> None:
    folder = ROOT / config.name.replace(".", "/") / "migrations"
    if not folder.exists():
        return
    names = sorted(path.stem for path in folder.glob("[0-9]*.py"))

    assert [int(stem[:4]) for stem in names] == list(range(1, len(names) + 1))
    assert (folder / "max_migration.txt").read_text(encoding="utf-8").strip() == (names[-1] if names else "")
    assert [stem for stem in names if "_auto_" in stem or re.search(r"_and_more$|_alter_|_remove_\w+_\w+_", stem)] == []


def test_migrations_never_import_our_code() -> None:
    found = []
    for path in files():
        if path.suffix == ".py" and "migrations" in path.parts:
            for node in ast.walk(tree(path)):
                named = (
                    [alias.name for alias in node.names]
                    if isinstance(node, ast.Import)
                    else [node.module or ""]
                    if isinstance(node, ast.ImportFrom)
                    else []
                )
                found += [
                    f"{name(path)}: {module}" for module in named if module.split(".")[0] in PACKAGES and module not in GENERATED_DEFAULTS
                ]
    none_of(found)
