"""How our code is written, where a linter cannot see it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.ground import ROOT, dotted, files, modules, name, none_of, tree

LIMIT = 400  # lines of a file
WRITES = {"create", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "select_for_update"}
CORE = re.compile(r"^tickets/([a-z_]+\.py$|models/|lifecycle/|services/|management/)")
CLOCKS = {
    "timezone.now",
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "datetime.datetime.now",
    "time.time",
    "functions.Now",
    "Now",
}
OTHERS_ENVIRONMENT = ("helpdesk/settings/", "helpdesk/dev/", "helpdesk/base/sandbox/")  # the last gives a child its own, without ours
OTHERS_CLOCK = {"helpdesk/staff/adapters.py"}  # compares with a moment that the sign-in library took from its own clock
WITHOUT_A_PERSON = {  # who reads tickets where nobody asks for a right
    "tickets/shown.py",  # counts
    "tickets/administration/selectors.py",  # numbers beside parked deliveries; opening them goes through the door
    "tickets/mail/inbound/lookup.py",  # a mail finds its ticket
    "tickets/desk/exports/personal.py",  # whose file goes with an erased player
    *(f"tickets/search/{name}.py" for name in ("building", "documents", "management/commands/check_search")),  # all are indexed
    *(f"tickets/search/elasticsearch/{name}.py" for name in ("documents", "indexes")),  # there too
}
VAGUE = {"utils", "helpers", "util", "helper", "common", "misc", "manager", "managers"}


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def views(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions of a page's module: those that take a request, and all beside them."""
    found = list(functions(path))
    takes_requests = any(function.args.args[:1] and function.args.args[0].arg == "request" for function in found)
    return found if takes_requests else []


def test_no_file_is_longer_than_a_person_reads() -> None:
    kinds = {".py", ".html", ".css", ".js", ".txt"}
    long = {}
    for path in files():
        parts = path.relative_to(ROOT).parts
        if (
            path.suffix in kinds
            and "migrations" not in parts
            and parts[0] in {"helpdesk", "players", "tickets", "tests", "templates", "static"}
        ):
            lines = path.read_text(encoding="utf-8").count("\n")
            if lines > LIMIT and "vendor" not in parts:
                long[name(path)] = lines
    none_of(f"{path}: {lines} lines" for path, lines in long.items())


def test_every_module_has_todays_annotations() -> None:
    without = []
    for path in modules("helpdesk", "players", "tickets", "tests"):
        statements = [node for node in tree(path).body if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))]
        first = statements[0] if statements else None
        if first is not None and not (isinstance(first, ast.ImportFrom) and first.module == "__future__"):
            without.append(name(path))
    none_of(without)


def test_imports_stand_at_the_top() -> None:
    """A local import means a wrong floor. Only `ready()` may: the apps must be there before the rooms that speak of their rows."""
    local = []
    for path in modules("helpdesk", "players", "tickets", "tests"):
        for function in functions(path):
            if function.name == "ready" and path.name == "apps.py":
                continue
            local += [f"{name(path)}:{node.lineno}" for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)]
    none_of(sorted(set(local)))


def test_nothing_but_one_clock_tells_the_time() -> None:
    found = []
    for path in modules():
        if name(path) == "helpdesk/base/clock.py" or name(path) in OTHERS_CLOCK:
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call | ast.Attribute) and dotted(node.func if isinstance(node, ast.Call) else node) in CLOCKS:
                found.append(f"{name(path)}:{node.lineno}")
            if isinstance(node, ast.keyword) and node.arg in {"auto_now", "auto_now_add"}:
                found.append(f"{name(path)}:{node.value.lineno}")
    none_of(sorted(set(found)))


def test_a_view_greets_asks_and_answers() -> None:
    """No writes through the ORM and no transaction in a page's module: a service does that."""
    found = []
    for path in modules():
        if "middleware" in path.name or "/dev/" in name(path):
            continue
        for function in views(path):
            for node in ast.walk(function):
                chain = dotted(node) if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
                writes = ".objects" in chain and chain.rpartition(".")[2] in WRITES
                saves = isinstance(node, ast.Call) and dotted(node.func).endswith(".save") and "form" not in dotted(node.func)
                if writes or saves or chain in {"atomic", "transaction.atomic"}:
                    found.append(f"{name(path)}:{node.lineno}")
    none_of(sorted(set(found)))


def test_tickets_come_through_their_door() -> None:
    """`Ticket.objects` knows no rights: outside the core a ticket comes from `tickets/access.py` or hangs at a row that was asked for."""
    found = [
        f"{name(path)}:{node.lineno}"
        for path in modules()
        if not CORE.match(name(path)) and "/demo/" not in name(path) and name(path) not in WITHOUT_A_PERSON
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and dotted(node) == "Ticket.objects"
    ]
    none_of(found)


def test_only_sign_in_and_mail_providers_send_signals() -> None:
    found = [
        f"{name(path)}:{node.lineno}"
        for path in modules()
        if not name(path).startswith(("tickets/mail/", "helpdesk/staff/"))
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and (dotted(node.func).endswith("receiver") or re.search(r"(signal|post_\w+|pre_\w+|logged_\w+)\.connect$", dotted(node.func)))
    ]
    none_of(found)


def test_rows_have_no_logic_in_save() -> None:
    found = [
        f"{name(path)}:{node.lineno}" for path in modules() for node in functions(path) if node.name == "save" and "models" in name(path)
    ]
    none_of(found)


def test_no_module_is_called_for_nothing() -> None:
    vague = [name(path) for path in modules("helpdesk", "players", "tickets", "tests") if path.stem in VAGUE or path.parent.name in VAGUE]
    none_of(vague)


@pytest.mark.parametrize("word", ["TODO", "FIXME", "XXX:", "HACK:", "NotImplementedError"])
def test_nothing_is_left_for_later(word: str) -> None:
    here = Path(__file__)
    found = [
        name(path)
        for path in modules("helpdesk", "players", "tickets", "tests")
        if path != here and word in path.read_text(encoding="utf-8")
    ]
    none_of(found)


def test_the_environment_is_read_in_the_settings_only() -> None:
    found = [
        f"{name(path)}:{node.lineno}"
        for path in modules()
        if not name(path).startswith(OTHERS_ENVIRONMENT) and path.name not in {"celery.py", "wsgi.py", "asgi.py"}
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and dotted(node) in {"os.environ", "os.getenv"}
    ]
    none_of(found)
