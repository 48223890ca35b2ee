"""Templates, style sheets and scripts are laid out for a reader: short lines, one declaration a line, a template no longer than a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.ground import files, name, none_of, templates

WIDTH = 120  # columns of a line
LENGTH = 150  # lines of a template
COMMENT = re.compile(r"/\*.*?\*/|{#.*?#}", re.S)
DECLARATION = re.compile(r"(?:^|[;{}])\s*[\w-]+\s*:[^;{}]*(?=[;}]|$)")
QUOTED = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|{{.*?}}|{%.*?%}")


def ours() -> list[Path]:
    """What a browser or a mail program gets from us: templates, style sheets, scripts."""
    made = [path for path in files() if name(path).startswith(("static/css/", "static/js/"))]
    return [*templates(), *made]


def sheets() -> list[Path]:
    return [path for path in ours() if path.suffix == ".css"]


def crowded(sheet: str) -> Iterator[int]:
    """The lines that hold more than one declaration."""
    bare = COMMENT.sub(lambda hit: re.sub(r"[^\n]", "", hit[0]), sheet)
    for number, line in enumerate(bare.splitlines(), 1):
        if len(DECLARATION.findall(QUOTED.sub("_", line))) > 1:
            yield number


def test_no_line_is_wider_than_a_window() -> None:
    none_of(
        f"{name(path)}:{number}: {len(line)} columns"
        for path in ours()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > WIDTH
    )


def test_a_line_of_a_style_sheet_declares_one_thing() -> None:
    none_of(f"{name(path)}:{number}" for path in sheets() for number in crowded(path.read_text(encoding="utf-8")))


def test_a_long_template_is_made_of_parts() -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in ours() if path.suffix == ".html"}
    none_of(f"{name(path)}:{LENGTH + 1}: {count} lines" for path, count in lines.items() if count > LENGTH)


@pytest.mark.parametrize(
    ("sheet", "lines"),
    [
        (".a { color: red; margin: 0; }", [1]),
        (".a { color: red; } .b { margin: 0 }", [1]),
        (".a {\n  color: red; margin: 0;\n}", [2]),
        (".a { color: {{ one }}; {% if two %}margin: 0;{% endif %} }", [1]),
        ("a:hover, a:focus { color: red; }\n@layer one, two;", []),
        ('.a { background: url("data:image/png;base64,x:y;"); } /* b: c; d: e; */', []),
        (".a {\n  font:\n    10px sans,\n    serif;\n}", []),
    ],
)
def test_declarations_are_counted_as_a_browser_reads_them(sheet: str, lines: list[int]) -> None:
    assert list(crowded(sheet)) == lines
