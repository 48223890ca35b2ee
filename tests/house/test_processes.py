"""Settings that refuse to come up half locked, and a schedule whose tasks exist."""

from __future__ import annotations

import ast
import os
import subprocess
import sys

import pytest

from helpdesk.celery import app
from helpdesk.schedule import SCHEDULE
from tests.house.ground import ROOT, dotted, modules, name, none_of, tree

QUEUES = {"now", "mail", "bulk", "learn"}
LOCKED = {
    "HELPDESK_ENV": "production",
    "SECRET_KEY": "k" * 20 + "0123456789" * 4,
    "ALLOWED_HOSTS": "desk.studio.example",
    "DESK_URL": "https://desk.studio.example",
    "DATABASE_URL": "postgresql://desk@127.0.0.1:1/desk",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


def start(then: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Start Django with exactly this environment, and run a line in it."""
    clean = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "VIRTUAL_ENV") if key in os.environ}
    return subprocess.run(
        [sys.executable, "-c", f"import django; django.setup(); {then}"],
        cwd=ROOT,
        env=clean | {"DJANGO_SETTINGS_MODULE": "helpdesk.settings"} | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_well_locked_desk_starts() -> None:
    done = start(**LOCKED)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("half_locked", "word"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "demo-and-tests-only-never-in-production"}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"KEYS_SECRET": "short"}, "KEYS_SECRET"),
        ({"KEYS_SECRET": "k" * 20 + "0123456789" * 4}, "KEYS_SECRET"),
        ({"DEBUG": "1"}, "DEBUG"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"HELPDESK_ENV": "staging"}, "HELPDESK_ENV"),
    ],
    ids=lambda value: ",".join(f"{key}={text[:12]}" for key, text in value.items()) if isinstance(value, dict) else "",
)
def test_a_half_locked_desk_refuses_to_start(half_locked: dict[str, str], word: str) -> None:
    done = start(**LOCKED | half_locked)

    assert done.returncode != 0
    assert "ImproperlyConfigured" in done.stderr
    assert word in done.stderr.splitlines()[-1]


def test_without_a_word_it_is_production_and_refuses() -> None:
    assert "ImproperlyConfigured" in start(DATABASE_URL=LOCKED["DATABASE_URL"]).stderr


@pytest.fixture(scope="module")
def tasks() -> set[str]:
    app.loader.import_default_modules()
    return {task for task in app.tasks if not task.startswith("celery.")}


@pytest.mark.parametrize("line", SCHEDULE)
def test_what_the_beat_calls_exists_and_never_piles_up(line: str, tasks: set[str]) -> None:
    entry = SCHEDULE[line]

    assert entry["task"] in tasks
    assert entry["options"]["queue"] in QUEUES
    assert 0 < entry["options"]["expires"] <= max(entry["schedule"], 1)


def test_whoever_is_nudged_exists(tasks: set[str]) -> None:
    missing = []
    for path in modules():
        for node in ast.walk(tree(path)):
            if (
                isinstance(node, ast.Call)
                and dotted(node.func) == "nudge"
                and node.args
                and isinstance(node.args[0], ast.Constant)
                and node.args[0].value not in tasks
            ):
                missing.append(f"{name(path)}: {node.args[0].value!r}")
    none_of(missing)


def test_tasks_hold_no_logic() -> None:
    """Three to six lines each: a task is a door."""
    long = []
    for path in modules():
        if path.name != "tasks.py" and "tasks" not in path.parts:
            continue
        for node in tree(path).body:
            is_task = isinstance(node, ast.FunctionDef) and any(
                "shared_task" in ast.unparse(decorator) for decorator in node.decorator_list
            )
            if is_task and len(node.body) > 6:
                long.append(f"{name(path)}: {node.name}")
    none_of(long)


def test_every_sweep_that_the_desk_lives_by_is_scheduled() -> None:
    swept = {entry["task"] for entry in SCHEDULE.values()}

    assert {
        "tickets.drain_now",
        "tickets.drain_bulk",
        "tickets.fire_timers",
        "tickets.send_due",
        "tickets.recover_messages",
        "mail.process_due",
        "base.sweep_blobs",
        "jobs.run_due",
    } <= swept
