"""Contact sheets: one picture of a page in all its looks, and a page that lists the sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from PIL import Image, ImageDraw

from helpdesk.base.batches import batched

GAP, LABEL = 12, 16  # pixels between the pictures, and for the line above each
BROAD, NARROW = 640, 314  # pixels, as wide as a desk's and a phone's pictures are drawn: two of the one or four of the other make a row
PAPER, INK = (128, 128, 128), (255, 255, 255)


def sheet(pictures: Mapping[str, Path], out: Path) -> None:
    """Put the pictures onto one, each beneath its name: the broad ones by twos, then the narrow ones by fours."""
    rows: list[list[tuple[str, Image.Image]]] = []
    for columns, wide, asked in ((2, BROAD, True), (4, NARROW, False)):
        drawn = [(name, _scaled(path, wide)) for name, path in pictures.items() if name.startswith("1280") is asked]
        rows += batched(drawn, columns)
    height = sum(LABEL + GAP + max(picture.height for _name, picture in row) for row in rows)
    paper = Image.new("RGB", (2 * BROAD + 3 * GAP, height + GAP), PAPER)
    pen, top = ImageDraw.Draw(paper), GAP
    for row in rows:
        left = GAP
        for name, picture in row:
            pen.text((left, top), name, fill=INK)
            paper.paste(picture, (left, top + LABEL))
            left += picture.width + GAP
        top += LABEL + GAP + max(picture.height for _name, picture in row)
    paper.save(out, optimize=True)


def index(names: Sequence[str], found: Mapping[str, Sequence[str]], out: Path) -> None:
    """A page with all sheets, and beside each what was found on it."""
    parts = [
        f'<h2 id="{name}">{name}</h2><ul>{"".join(f"<li>{escape(line)}" for line in found.get(name, ()))}</ul>'
        f'<a href="{name}.png"><img src="{name}.png" loading="lazy" alt="{name}"></a>'
        for name in names
    ]
    out.write_text(f'<!doctype html><meta charset="utf-8"><title>Every page in every look</title>{"".join(parts)}', encoding="utf-8")


def _scaled(path: Path, wide: int) -> Image.Image:
    with Image.open(path) as picture:
        return picture.convert("RGB").resize((wide, round(picture.height * wide / picture.width)), Image.Resampling.LANCZOS)
