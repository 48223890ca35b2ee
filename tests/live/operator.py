"""An operator at work by plain HTTP: what a browser without scripts sends. For traffic; the stories have a real browser."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any

import requests

from tests.live.people import PASSWORD, email_of

PATIENCE = 30  # seconds for one answer
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
HIDDEN = re.compile(r'<input type="hidden" name="(seen|upto)" value="(\d*)"')


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: 0 when the connection broke. `seconds` is how long the operator looked at it."""

    doing: str
    status: int
    seconds: float
    text: str = ""

    @property
    def broken(self) -> bool:
        return self.status == 0 or self.status >= 500


class Operator:
    """One signed-in person. Every answer is kept in `answers`."""

    def __init__(self, url: str, word: str) -> None:
        self.url = url
        self.answers: list[Answer] = []
        self._session = requests.Session()
        self._session.headers["Accept"] = "text/html"
        page = self._session.get(f"{url}/accounts/login/", timeout=PATIENCE)
        form = {"login": email_of(word), "password": PASSWORD, "csrfmiddlewaretoken": _token(page.text)}
        home = self._session.post(f"{url}/accounts/login/", form, headers={"Referer": page.url}, timeout=PATIENCE)
        if home.status_code != 200 or "/accounts/login/" in home.url:
            raise AssertionError(f"{word} could not sign in: {home.status_code} {home.url}")

    def look(self, path: str) -> Answer:
        return self._ask("look", "GET", path)

    def reply(self, number: str, text: str, then: str = "") -> Answer:
        """Look at the ticket, then answer what stands there."""
        page = self.look(f"/tickets/{number}/")
        if page.status != 200:
            return page
        return self.post(f"/tickets/{number}/reply/", {"mode": "reply", "text": text, "then": then, **_shown(page.text)})

    def note(self, number: str, text: str) -> Answer:
        return self.post(f"/tickets/{number}/note/", {"mode": "note", "text": text})

    def post(self, path: str, form: dict[str, str], **more: Any) -> Answer:
        token = self._session.cookies.get("csrftoken") or ""
        return self._ask(path.rstrip("/").rpartition("/")[2], "POST", path, data=form | {"csrfmiddlewaretoken": token}, **more)

    def attach(self, number: str, name: str, content: bytes) -> Answer:
        """A file for the reply in the making."""
        return self.post(f"/tickets/{number}/files/", {"mode": "reply"}, files={"file": (name, content)})

    def _ask(self, doing: str, method: str, path: str, **more: Any) -> Answer:
        began = time.monotonic()
        try:
            got = self._session.request(method, self.url + path, headers={"Referer": self.url + path}, timeout=PATIENCE, **more)
            answer = Answer(doing, got.status_code, time.monotonic() - began, got.text)
        except requests.RequestException as error:
            answer = Answer(doing, 0, time.monotonic() - began, str(error))
        self.answers.append(answer)
        return answer


def _token(page: str) -> str:
    found = TOKEN.search(page)
    if found is None:
        raise AssertionError(f"There is no form on this page:\n{page[:500]}")
    return found[1]


def _shown(page: str) -> dict[str, str]:
    """What the composer says its author has on screen."""
    return dict(HIDDEN.findall(page))
