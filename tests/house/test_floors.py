"""Who may import whom. The contracts stand in pyproject.toml."""

from __future__ import annotations

import tomllib

import pytest
from importlinter import cli

from tests.house.ground import ROOT

pytestmark = pytest.mark.timeout(120)


def test_every_contract_is_kept(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)

    code = cli.lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)

    assert code == 0, capsys.readouterr().out


def contracts() -> list[dict]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]


@pytest.mark.parametrize("package", ["helpdesk", "tickets"])
def test_no_package_is_without_a_floor(package: str) -> None:
    exhaustive = [contract for contract in contracts() if contract.get("exhaustive") and contract["containers"] == [package]]

    assert len(exhaustive) == 1
    named = {part.strip() for layer in exhaustive[0]["layers"] for part in layer.replace(":", "|").split("|")}
    there = {
        entry.removesuffix(".py")
        for entry in sorted(path.name for path in (ROOT / package).iterdir())
        if entry.endswith(".py") or (ROOT / package / entry / "__init__.py").exists()
    }
    assert there - {"__init__"} <= named


def test_every_room_with_pages_is_unknown_to_the_core() -> None:
    (core,) = [contract for contract in contracts() if contract["name"] == "The core knows no capability"]
    rooms = {
        f"tickets.{path.parent.name}"
        for path in (ROOT / "tickets").glob("*/__init__.py")
        if (path.parent / "apps.py").exists() or (path.parent / "urls.py").exists()
    }

    assert rooms == set(core["forbidden_modules"])
