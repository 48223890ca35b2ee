"""A browser window of one person, which notices what a person would not forgive: errors on the console, pages that broke."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, BrowserType, ConsoleMessage, Locator, Page, Response, expect
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import TimeoutError as Late

from tests.live.people import PASSWORD, email_of
from tests.live.waiting import until

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 30_000  # milliseconds for what a page should show
REFUSED = re.compile(r"status of (409|422)\b")  # the desk answers so on purpose, and the console calls every such answer an error
SETTLED = "() => document.readyState === 'complete' && !document.querySelector('.htmx-request')"
WIDTHS = {1280: 800, 390: 844}  # a desk and a phone: width and height

expect.set_options(timeout=PATIENCE)


def launch(kind: BrowserType) -> Browser:
    """Debian's Chromium, with a profile of its own that goes with it."""
    program = shutil.which("chromium")
    if program is None:
        raise AssertionError("There is no chromium on this machine; `make packages` says how it comes.")
    return kind.launch(executable_path=program, args=FLAGS)


class Window:
    """One person's window. `trouble` is what went wrong in it, in order."""

    def __init__(self, browser: Browser, home: str, *, width: int = 1280, dark: bool = False, language: str = "en", **more: Any) -> None:
        self.home = home
        self.trouble: list[str] = []
        self.expected: list[re.Pattern[str]] = [REFUSED]
        self.context = browser.new_context(
            base_url=home,
            viewport={"width": width, "height": WIDTHS.get(width, 800)},
            color_scheme="dark" if dark else "light",
            locale={"en": "en-GB", "ru": "ru-RU"}[language],
            timezone_id="Europe/Berlin",
            reduced_motion="reduce",
            **more,
        )
        self.context.set_default_timeout(PATIENCE)
        self.context.on("console", self._heard)
        self.context.on("weberror", lambda error: self.trouble.append(f"{error.page.url if error.page else ''}: {error.error}"))
        self.context.on("response", self._answered)
        self.page: Page = self.context.new_page()

    def open(self, path: str) -> Page:
        """Go to this page; its answer must be a good one."""
        answer = self.page.goto(path)
        if answer is not None and not answer.ok:
            raise AssertionError(f"{path} answered {answer.status}: {self.page.inner_text('body')[:500]}")
        return self.page

    def visit(self, path: str, answers: int = 200) -> Page:
        """Go there and wait until all that the page loads by itself has come. Another answer than this is trouble."""
        before = len(self.trouble)
        answer = self.page.goto(path)
        self.page.wait_for_function(SETTLED)
        if answer is None or answer.status != answers:
            self.trouble.append(f"{path} answered {answer.status if answer else 'nothing'}")
        elif answers >= 400:
            del self.trouble[before:]  # the console calls such an answer an error
        return self.page

    def dress(self, width: int, *, dark: bool, height: int = 0) -> None:
        """As wide and in this theme from now on, and as high as a screen of that width unless told otherwise."""
        self.page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
        self.page.set_viewport_size({"width": width, "height": height or WIDTHS[width]})

    def sign_in(self, word: str) -> Page:
        """As this person, by the form."""
        self.open("/accounts/login/")
        self.give_password(word, PASSWORD)
        try:
            self.page.wait_for_url(lambda url: "/accounts/login/" not in url)
        except Late as late:
            raise AssertionError(f"{word} did not come in; the page said: {self.page.inner_text('body')[:500]}") from late
        return self.page

    def give_password(self, word: str, password: str) -> None:
        form = self.page.locator("form:has(#id_login)")
        form.locator("#id_login").fill(email_of(word))
        form.locator("#id_password").fill(password)
        form.locator("button.do").click()

    def reload_until(self, find: Callable[[Page], Locator], what: str, *, seconds: float = 60) -> Locator:
        """Load the page again and again until this stands on it."""

        def found() -> bool:
            self.page.reload()
            return bool(find(self.page).count())

        if not find(self.page).count():
            until(found, what, seconds=seconds)
        return find(self.page).first

    def expect_trouble(self, pattern: str) -> None:
        """What this story provokes on purpose."""
        self.expected.append(re.compile(pattern))

    @property
    def unexpected(self) -> list[str]:
        return [line for line in self.trouble if not any(pattern.search(line) for pattern in self.expected)]

    def close(self) -> None:
        try:
            self.context.close()
        except BrowserError:
            return  # the browser went first

    def _heard(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.trouble.append(f"{said.page.url if said.page else ''}: {said.text}")

    def _answered(self, answer: Response) -> None:
        if answer.status >= 500:
            self.trouble.append(f"{answer.url}: {answer.status}")
