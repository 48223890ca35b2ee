"""Every page, 1280 and 390 pixels wide, light and dark, English and Russian: contact sheets, and what is wrong with the pages.

Brings up a desk of its own; with `--demo` the demo's studio fills it first, which takes a minute or two more.
Ends with 1 when it found any.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from playwright.sync_api import sync_playwright

from helpdesk.dev.data_dir import ROOT
from helpdesk.dev.instance import Instance
from tests.e2e.conftest import Town
from tests.e2e.places import Place, furnish
from tests.e2e.tour import Tour
from tests.live.hand import Hand
from tests.live.rows import Rows
from tests.live.window import WIDTHS, Window, launch
from tests.shots import sheets
from tests.shots.checks import Finding, Reader

OUT = ROOT / ".local" / "shots"
LANGUAGES = ("en", "ru")
TALLEST = 2  # screens of a picture; what is below them is checked, not drawn


@dataclass
class Album:
    """What was drawn and found, by the page's name."""

    folder: Path
    pictures: dict[str, dict[str, Path]] = field(default_factory=lambda: defaultdict(dict))
    found: dict[str, dict[Finding, list[str]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))

    def note(self, place: Place, look: str, finding: Finding) -> None:
        looks = self.found[place.name][finding]
        if look not in looks:
            looks.append(look)

    def lines(self) -> dict[str, list[str]]:
        """A line for each finding, with the looks in which it shows."""
        return {name: [f"{finding} [{' '.join(looks)}]" for finding, looks in found.items()] for name, found in self.found.items()}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.shots", description=__doc__)
    parser.add_argument("names", nargs="*", help="only these pages")
    parser.add_argument("--out", type=Path, default=OUT, help="the folder for sheets, index and single pictures")
    parser.add_argument("--demo", action="store_true", help="with the demo's studio in it")
    options = parser.parse_intermixed_args()
    shutil.rmtree(options.out, ignore_errors=True)
    album = Album(options.out)
    (album.folder / "pages").mkdir(parents=True)
    with town(demo=options.demo) as place:
        leaf_through(place, [each for each in furnish(place) if not options.names or each.name in options.names], album)
    for name, pictures in album.pictures.items():
        sheets.sheet(pictures, album.folder / f"{name}.png")
    lines = album.lines()
    sheets.index(list(album.pictures), lines, album.folder / "index.html")
    for name, said in lines.items():
        print(*(f"{name}: {line}" for line in said), sep="\n")
    print(f"{len(album.pictures)} pages, {sum(map(len, lines.values()))} findings: {album.folder / 'index.html'}")
    return 1 if lines else 0


@contextmanager
def town(*, demo: bool) -> Iterator[Town]:
    """A desk for the pictures; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="shots-"))
    instance = Instance(folder, environment={"UNDO_WINDOW": "1"})
    try:
        instance.start()
        if demo:
            instance.job("demo", "demo_load")
        with Hand(instance.env) as hand:
            hand.do("studio")
            rows = Rows(lambda: instance.database_url)
            yield Town(instance, hand, rows)
            rows.close()
    finally:
        instance.discard()
        shutil.rmtree(folder, ignore_errors=True)


def leaf_through(there: Town, places: list[Place], album: Album) -> None:
    """Each page once in each language, then in each width and theme as it stands there."""
    reader = Reader(there.rows)
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        tour = Tour(browser, there)
        for language in LANGUAGES:
            for place, window in tour.through(places, language):
                for width, dark in product(WIDTHS, (False, True)):
                    look = f"{width}-{'dark' if dark else 'light'}-{language}"
                    window.dress(width, dark=dark)
                    spoken = place.speaks or language
                    for finding in reader.findings(window.page, spoken, colours_alone=dark, words=place.words):
                        album.note(place, look, finding)
                    album.pictures[place.name][look] = _drawn(window, width, dark, album.folder / "pages" / f"{place.name}-{look}.png")
                for line in window.unexpected:
                    album.note(place, language, Finding("went wrong", line))
        browser.close()


def _drawn(window: Window, width: int, dark: bool, out: Path) -> Path:
    """A picture of what stands in the window, which is made so high for it that what sticks to an edge stands at the edge."""
    tall = window.page.evaluate("document.documentElement.scrollHeight")
    window.dress(width, dark=dark, height=min(max(tall, WIDTHS[width]), TALLEST * WIDTHS[width]))
    window.page.screenshot(path=out)
    return out


if __name__ == "__main__":
    sys.exit(main())
