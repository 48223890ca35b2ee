"""A new room touches no central file: the toy room (`tests/toy`) is installed, and everything that it registers works."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from tests.house.ground import ROOT, files, name, none_of

NAMED = re.compile(r"tests[./]toy|\btoy\b", re.IGNORECASE)


def test_no_file_of_the_house_names_the_toy_room() -> None:
    inside = ("helpdesk/", "players/", "tickets/", "templates/", "static/")
    none_of(name(path) for path in files() if name(path).startswith(inside) and NAMED.search(path.read_text("utf-8", errors="replace")))


def test_the_toy_room_works_by_what_it_registers() -> None:
    """In a process and a database of its own, since a room is there from the start or not at all."""
    story = [sys.executable, "-m", "pytest", "tests/toy/story.py", "--ds=tests.toy.settings", "--create-db", "-q", "-p", "no:cacheprovider"]
    environment = {word: value for word, value in os.environ.items() if not word.startswith(("PYTEST_", "COV_"))}
    told = subprocess.run(
        story,
        cwd=ROOT,
        env=environment | {"TEST_DB_NAME": f"toy_{os.getpid()}", "DJANGO_SETTINGS_MODULE": "tests.toy.settings"},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )

    assert told.returncode == 0, told.stdout[-8000:] + told.stderr[-2000:]
    assert re.search(r"\b\d{2} passed", told.stdout), told.stdout[-2000:]
