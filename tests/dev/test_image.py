"""What goes into production: the container's parts name only what exists, and the image has every package that its code imports."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from helpdesk.dev.data_dir import ROOT
from helpdesk.dev.elasticsearch import IMAGE
from helpdesk.schedule import SCHEDULE

COMPOSE = (ROOT / "docker-compose.yml").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
IGNORED = (ROOT / ".dockerignore").read_text().splitlines()
OURS = {"helpdesk", "players", "tickets"}


def known_variables() -> set[str]:
    return set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


def services() -> dict[str, str]:
    """Each service's lines; the file has two spaces before a service's name and more before what belongs to it."""
    body = COMPOSE.partition("\nservices:\n")[2].partition("\nvolumes:\n")[0]
    blocks = re.split(r"^  (\w+):(?: #.*)?\n", body, flags=re.MULTILINE)[1:]
    return dict(zip(blocks[::2], blocks[1::2], strict=True))


def imported() -> Iterator[tuple[str, Path]]:
    """Every top-level module that code of the image imports."""
    for room in sorted(OURS):
        for path in sorted((ROOT / room).rglob("*.py")):
            if any(path.is_relative_to(ROOT / left_out) for left_out in IGNORED):
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    yield from ((alias.name.partition(".")[0], path) for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module:
                    yield node.module.partition(".")[0], path


def test_the_parts_of_the_design_are_there():
    assert set(services()) == {"migrate", "web", "worker", "mail", "bulk", "beat", "postgres", "valkey", "elasticsearch"}
    assert "profiles: [search]" in services()["elasticsearch"]
    assert "postgres:18" in services()["postgres"]
    assert IMAGE in services()["elasticsearch"]  # the one that the tests search with


def test_the_way_to_the_search_that_the_compose_file_tells_leads_to_it():
    told = dict(re.findall(r"(SEARCH_ENGINE|ELASTICSEARCH_URL)=(\S+)", COMPOSE))

    assert told == {"SEARCH_ENGINE": "elasticsearch", "ELASTICSEARCH_URL": "http://elasticsearch:9200"}
    assert set(told) <= known_variables()


def test_each_queue_is_served_once_and_nobody_who_waits_stands_behind_the_crowd():
    served = {name: re.findall(r'"-Q", "([a-z,]+)"', block) for name, block in services().items()}

    assert {name: queues for name, queues in served.items() if queues} == {"worker": ["now"], "mail": ["mail"], "bulk": ["bulk,learn"]}
    assert {queue for line in SCHEDULE.values() if (queue := line["options"]["queue"])} <= {"now", "mail", "bulk", "learn"}


def test_the_example_can_be_read_by_everything_that_reads_such_files():
    """systemd and `docker run --env-file` take a comment behind a value for a part of it; a copied secret would be known to all."""
    lines = (ROOT / ".env.example").read_text().splitlines()

    assert [line for line in lines if not line.startswith("#") and "#" in line] == []


def test_every_variable_of_the_compose_file_is_explained_in_the_example():
    named = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", COMPOSE)) | {"ALLOWED_HOSTS"}

    assert named - known_variables() == set()


def test_every_variable_of_the_image_is_one_that_the_settings_read():
    block = DOCKERFILE.partition("DJANGO_SETTINGS_MODULE")[2].partition("\nCOPY")[0]

    assert set(re.findall(r"([A-Z_]+)=", block)) - {""} <= known_variables() | {"DJANGO_SETTINGS_MODULE"}


def test_no_secret_stands_in_either_file():
    assert not re.search(r"PASSWORD: (?!\$\{)", COMPOSE)
    assert "KEY=only-while" in DOCKERFILE  # the one of the build, which names itself
    assert DOCKERFILE.count("SECRET_KEY") == 1


def test_only_the_desk_itself_is_reachable_from_outside_and_by_default_from_this_machine_alone():
    assert [name for name, block in services().items() if "ports:" in block] == ["web"]
    assert "${WEB_ADDRESS:-127.0.0.1:8000}" in services()["web"]


def test_parts_that_serve_say_whether_they_are_well():
    assert [name for name, block in services().items() if "healthcheck:" not in block] == ["migrate"]


@pytest.mark.parametrize("name", ["migrate", "web", "worker", "mail", "bulk", "beat"])
def test_our_parts_share_one_image_and_never_run_as_root(name):
    assert "<<: *desk" in services()[name]
    assert DOCKERFILE.rindex("\nUSER helpdesk") < DOCKERFILE.rindex("\nCMD")
    assert DOCKERFILE.rindex("\nUSER helpdesk") > DOCKERFILE.rindex("\nRUN")


def test_the_commands_exist_here():
    commands = set(re.findall(r'(?:command: |CMD )\["([a-z]+)"', COMPOSE + DOCKERFILE)) - {"valkey-server"}

    assert commands == {"python", "celery", "gunicorn"}
    assert [name for name in commands if not (Path(sys.executable).parent / name).exists()] == []


def test_the_image_takes_no_developers_things_along():
    for name in (".env", ".git", ".local", "tests", "helpdesk/dev", "helpdesk/demo/mailbox/smtp.py", "requirements/dev.*"):
        assert name in IGNORED


def test_nothing_in_the_image_imports_the_developers_room():
    strays = [path for room in sorted(OURS) for path in (ROOT / room).rglob("*.py") if "helpdesk.dev" in path.read_text()]

    assert [path for path in strays if not path.is_relative_to(ROOT / "helpdesk" / "dev")] == []


def test_every_imported_package_is_among_the_pinned_ones():
    pinned = {_plain(line.partition("==")[0]) for line in (ROOT / "requirements" / "base.txt").read_text().splitlines() if "==" in line}
    providers = packages_distributions()

    lacking = {
        f"{module} in {path.relative_to(ROOT)}"
        for module, path in imported()
        if module not in OURS | set(sys.stdlib_module_names) and not {_plain(name) for name in providers.get(module, [])} & pinned
    }

    assert lacking == set()


def test_every_installed_app_is_among_the_pinned_ones(settings):
    pinned = {_plain(line.partition("==")[0]) for line in (ROOT / "requirements" / "base.txt").read_text().splitlines() if "==" in line}
    providers = packages_distributions()
    apps = {app.partition(".")[0] for app in settings.INSTALLED_APPS} - OURS - {"django_linear_migrations"}  # developers only

    assert {app for app in apps if not {_plain(name) for name in providers[app]} & pinned} == set()


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
