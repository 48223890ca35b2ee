"""What is kept in the repository speaks of the project alone and works elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.house.ground import ROOT, files, name, none_of

HERE = Path(__file__)
TEXT = {
    ".py",
    ".toml",
    ".in",
    ".txt",
    ".html",
    ".css",
    ".js",
    ".md",
    ".po",
    ".sh",
    ".yml",
    ".yaml",
    ".cfg",
    ".json",
    ".svg",
    ".example",
    "",
}
MACHINE = re.compile(r"(?<![\w.@-])/(?:root|home/\w+|Users/\w+|work|workspace|builds?)/")
REGISTRY = re.compile(
    r"--(?:extra-)?index-url|--find-links|--trusted-host|https?://(?!127\.0\.0\.1)[^\s\"']*/simple\b"
    r"|https?://[^\s\"'/]*(?:pypi|npmjs|artifactory|nexus|jfrog|pythonhosted)",
    re.IGNORECASE,
)


def texts() -> list[tuple[Path, str]]:
    return [(path, path.read_text(encoding="utf-8", errors="replace")) for path in files() if path.suffix in TEXT and path != HERE]


def own_registry() -> set[str]:
    """The host from which this machine takes its packages, if it is not the public one."""
    told = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False).stdout
    addresses = re.findall(
        r"https?://[^\s'\"]+", told + " " + os.environ.get("PIP_INDEX_URL", "") + " " + os.environ.get("UV_DEFAULT_INDEX", "")
    )
    return {host for address in addresses if (host := urlsplit(address).hostname) and host not in {"pypi.org", "localhost", "127.0.0.1"}}


def test_no_registry_is_named() -> None:
    hosts = own_registry()
    found = [name(path) for path, text in texts() if REGISTRY.search(text) or any(host in text for host in hosts)]
    none_of(found)


def test_no_path_of_a_machine_is_named() -> None:
    found = [
        f"{name(path)}: {hit[0]}"
        for path, text in texts()
        if (hit := MACHINE.search(text)) or (hit := re.search(re.escape(str(ROOT)) + "/", text))
    ]
    none_of(found)


@pytest.mark.parametrize("file", ["base.txt", "dev.txt"])
def test_every_requirement_is_pinned_with_its_name_alone(file: str) -> None:
    lines = (ROOT / "requirements" / file).read_text(encoding="utf-8").splitlines()
    odd = [
        line
        for line in lines
        if line.strip()
        and not line.lstrip().startswith("#")
        and not re.fullmatch(r"[A-Za-z0-9._-]+(\[[a-z0-9,_-]+\])?==[\w.!+-]+( *;.*)?( *#.*)?", line)
    ]
    none_of(odd)


def test_what_production_needs_is_a_part_of_what_developers_have() -> None:
    pins = [
        {
            line.split()[0]
            for line in (ROOT / "requirements" / file).read_text(encoding="utf-8").splitlines()
            if "==" in line and not line.startswith("#")
        }
        for file in ("base.txt", "dev.txt")
    ]
    assert pins[0] - pins[1] == set()


def test_nothing_large_and_nothing_made_by_machines_is_kept() -> None:
    odd = [name(path) for path in files() if path.stat().st_size > 1_000_000 or path.suffix in {".pyc", ".sqlite3", ".db", ".log", ".whl"}]
    none_of(odd)


def test_every_variable_of_the_settings_is_named_in_the_example() -> None:
    read: set[str] = set()
    for path in (ROOT / "helpdesk" / "settings").glob("*.py"):
        read |= set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", path.read_text(encoding="utf-8")))
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    inner = {"TEST_DB_NAME", "LOCAL_DIR", "WITH_LINEAR_MIGRATIONS"}

    assert {variable for variable in read - inner if not re.search(rf"\b{variable}\b", example)} == set()
