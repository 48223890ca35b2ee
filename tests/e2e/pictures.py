"""Pictures of every page, light and dark, English and Russian, wide and narrow: `python -m tests.e2e.pictures OUT [--demo] [NAME…]`.

Brings up a desk of its own. With `--demo` the demo's studio fills it, which takes a minute or two more.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from itertools import product
from pathlib import Path

from playwright.sync_api import sync_playwright

from helpdesk.dev.instance import Instance
from tests.e2e.conftest import Town
from tests.e2e.places import Place, furnish
from tests.live.hand import Hand
from tests.live.rows import Rows
from tests.live.window import WIDTHS, Window, launch

SIGNED_IN = "olga"
TALLEST = 4000  # pixels of a picture


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.pictures", description=__doc__)
    parser.add_argument("out", type=Path, help="the folder for the pictures: NAME-WIDTH-LANGUAGE-LOOK.png")
    parser.add_argument("names", nargs="*", help="only these pages")
    parser.add_argument("--demo", action="store_true", help="with the demo's studio in it")
    options = parser.parse_intermixed_args()
    options.out.mkdir(parents=True, exist_ok=True)
    instance = Instance(Path(tempfile.mkdtemp(prefix="pictures-")), environment={"UNDO_WINDOW": "1"})
    try:
        instance.start()
        if options.demo:
            instance.job("demo", "demo_load")
        with Hand(instance.env) as hand:
            hand.do("studio")
            town = Town(instance, hand, Rows(lambda: instance.database_url))
            places = [place for place in furnish(town) if not options.names or place.name in options.names]
            shoot_all(town, places, options.out)
            town.rows.close()
    finally:
        instance.discard()


def shoot_all(town: Town, places: list[Place], out: Path) -> None:
    """Every place in every look. What goes wrong on a page is told, and its picture is made all the same."""
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        for language, width, dark in product(("en", "ru"), WIDTHS, (False, True)):
            town.hand.do("prefer", word=SIGNED_IN, language=language)
            windows: dict[str, Window] = {}
            for place in places:
                if place.who not in windows:
                    windows[place.who] = Window(browser, town.desk, width=width, dark=dark, language=language)
                    if place.who == SIGNED_IN:
                        windows[place.who].sign_in(SIGNED_IN)
                page = windows[place.who].page
                page.goto(place.path)
                page.wait_for_load_state("networkidle")
                tall = page.evaluate("document.documentElement.scrollHeight")
                page.set_viewport_size(
                    {"width": width, "height": min(max(tall, WIDTHS[width]), TALLEST)}
                )  # bars that stick stay at the edges
                page.screenshot(path=out / f"{place.name}-{width}-{language}-{'dark' if dark else 'light'}.png")
                page.set_viewport_size({"width": width, "height": WIDTHS[width]})
            for window in windows.values():
                for line in window.unexpected:
                    sys.stderr.write(line + "\n")
                window.close()
        browser.close()


if __name__ == "__main__":
    main()
