"""From page to page through the desk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from playwright.sync_api import Browser, StorageState

from tests.e2e.conftest import Town
from tests.e2e.places import Place
from tests.live.people import email_of
from tests.live.window import SETTLED, Window

HOME = "en"  # everybody of the studio works in it; who toured in another language comes back to it, for the other stories' sake


class Tour:
    """Each who looks has one window for a language, and signs in once for all of them."""

    def __init__(self, browser: Browser, town: Town) -> None:
        self._browser = browser
        self.town = town
        self._signed_in: dict[str, StorageState] = {}

    def through(self, places: Sequence[Place], language: str, *, width: int = 1280, dark: bool = False) -> Iterator[tuple[Place, Window]]:
        """Each place with a window that stands before it. What goes wrong there is the window's trouble."""
        windows: dict[str, Window] = {}
        try:
            for place in places:
                if place.who not in windows:
                    windows[place.who] = self._window(place.who, language, width, dark)
                window = windows[place.who]
                window.dress(width, dark=dark)
                window.visit(place.path, place.answers)
                for selector, key in place.presses:
                    one = window.page.locator(selector).first
                    one.press(key) if key else one.wait_for()
                    window.page.wait_for_function(SETTLED)
                yield place, window
                window.trouble.clear()
        finally:
            for who, window in windows.items():
                window.close()
                if who:
                    self.town.hand.do("prefer", word=who.partition(" as ")[0], language=HOME)

    def _window(self, who: str, language: str, width: int, dark: bool) -> Window:
        """`who` may see the desk as somebody else does: "olga as anna"."""
        signs_in, _as, seen = who.partition(" as ")
        if who:
            self.town.hand.do("prefer", word=signs_in, language=language)
        window = Window(self._browser, self.town.desk, width=width, dark=dark, language=language, storage_state=self._signed_in.get(who))
        if who and who not in self._signed_in:
            window.sign_in(signs_in)
            if seen:
                window.visit(f"/settings/as/?person={self.town.rows.one('SELECT id FROM staff_user WHERE email = %s', email_of(seen))}")
                window.page.locator("main form button.do").click()
                window.page.locator(".seeing").wait_for()
            self._signed_in[who] = window.context.storage_state()
        return window
