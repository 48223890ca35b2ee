"""What the house tests walk over: our files, our modules, our models."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import Model

ROOT: Path = settings.BASE_DIR
PACKAGES = ("helpdesk", "players", "tickets")
_NEVER = {
    ".git",
    ".venv",
    ".local",
    "node_modules",
    "__pycache__",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    "staticfiles",
    ".hypothesis",
    ".import_linter_cache",
}


@cache
def files() -> list[Path]:
    """Every file of the project, as git sees it or, without git, as it lies there."""
    try:
        told = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
        found = [ROOT / name for name in told.stdout.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        found = [path for path in ROOT.rglob("*") if not _NEVER & set(path.relative_to(ROOT).parts)]
    return sorted(path for path in found if path.is_file())


def name(path: Path) -> str:
    """The file as people name it."""
    return path.relative_to(ROOT).as_posix()


@cache
def modules(*roots: str) -> list[Path]:
    """Our Python files under `roots` (the packages when none is named), without migrations."""
    wanted = roots or PACKAGES
    return [
        path for path in files() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in wanted and "migrations" not in path.parts
    ]


@cache
def tree(path: Path) -> ast.Module:
    """The file, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def templates() -> list[Path]:
    """Our templates, pages and mails alike."""
    return [path for path in files() if "templates" in path.relative_to(ROOT).parts[:2] and path.suffix in {".html", ".txt", ".css"}]


def our_models() -> list[type[Model]]:
    """The models of our own apps."""
    return [model for config in apps.get_app_configs() if config.name.split(".")[0] in PACKAGES for model in config.get_models()]


def none_of(found: Iterable[object]) -> None:
    """Fail and list everything that was found."""
    lines = [str(line) for line in found]
    if lines:
        pytest.fail(f"{len(lines)} found:\n  " + "\n  ".join(lines), pytrace=False)


def dotted(node: ast.AST) -> str:
    """`a.b.c` for a chain of attributes; calls within are written as `()`."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return f"{dotted(node.func)}()"
    return node.id if isinstance(node, ast.Name) else "…"
