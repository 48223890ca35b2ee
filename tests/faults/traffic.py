"""Work that goes on while harm is done: mails through the pipe, an operator who answers. Both try again as their originals would."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from types import TracebackType
from typing import Self

from tests.faults.harm import Desk
from tests.live.operator import Operator
from tests.live.waiting import until

MAILBOX = "support@emberfall.example"
PACE = 0.2  # seconds between two replies: nobody writes faster


@dataclass
class Pipe:
    """A mail server that hands in mails one by one; what was not taken (exit code 75) it hands in again."""

    desk: Desk
    word: str
    taken: list[str] = field(default_factory=list)  # Message-IDs that the desk has confirmed
    refused: int = 0

    def hand_in(self, number: int) -> None:
        mail = EmailMessage()
        mail["Message-ID"] = f"<{self.word}-{number}@players.example>"
        mail["From"], mail["To"], mail["Subject"] = f"Ада <{self.word}-mail{number}@mail.example>", MAILBOX, f"{self.word} {number}"
        mail.set_content(f"Мои кристаллы пропали, {self.word} {number}.")
        while True:
            done = self.desk.instance.manage("receive_mail", "--mailbox", MAILBOX, stdin=mail.as_bytes(), check=False)
            if done.returncode == 0:
                self.taken.append(mail["Message-ID"])
                return
            if done.returncode != 75:
                raise AssertionError(f"The pipe ended with {done.returncode}: {done.stderr.decode()[-2000:]}")
            self.refused += 1


@dataclass
class Clerk:
    """An operator who answers one ticket after the other. After an error page he looks whether his words stand there."""

    operator: Operator
    patient: bool  # goes on after an error page; else the first one ends his day
    answered: list[tuple[str, str]] = field(default_factory=list)  # ticket and text
    met: int = 0  # error pages

    def answer(self, number: str, text: str) -> None:
        self.operator.look("/tickets/")
        for _try in range(200):
            said = self.operator.reply(number, text)
            if not said.broken:
                assert said.status == 200, f"{said.doing}: {said.status} {said.text[:500]}"
                break
            assert self.patient, f"An error page while {said.doing}: {said.status} {said.text[:500]}"
            self.met += 1
            page = until(lambda: self._page(number), f"the page of {number} to come back", seconds=60)
            if text in page:
                break
        self.answered.append((number, text))

    def _page(self, number: str) -> str:
        answer = self.operator.look(f"/tickets/{number}/")
        return answer.text if answer.status == 200 else ""


class Traffic:
    """Both at work in threads of their own until the block ends. What goes wrong in them is raised where the test waits, or at the end."""

    def __init__(self, desk: Desk, word: str, *, tickets: Sequence[str], patient: bool) -> None:
        self.word = desk.named(word)
        self.pipe = Pipe(desk, self.word)
        self.clerk = Clerk(Operator(desk.instance.url, "anna"), patient)
        self._tickets = tickets
        self._over = threading.Event()
        self._trouble: list[BaseException] = []
        self._threads = [threading.Thread(target=self._guarded, args=(work,), daemon=True) for work in (self._pour, self._write)]

    @property
    def done(self) -> tuple[int, int]:
        """How many mails were taken and how many replies stand."""
        return len(self.pipe.taken), len(self.clerk.answered)

    def wait_for_more(self, mails: int, replies: int) -> None:
        """Until so many more have been done than now."""
        mails, replies = self.done[0] + mails, self.done[1] + replies
        self.wait_until(lambda: self.done[0] >= mails and self.done[1] >= replies, f"{mails} mails and {replies} replies")

    def wait_until(self, ask: Callable[[], object], what: str) -> None:
        until(lambda: self._trouble or ask(), what, seconds=90)
        self._raise()

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(timeout=60 if error is None else 1)
        if error is None:
            self._raise()

    def _raise(self) -> None:
        for trouble in self._trouble:
            raise trouble

    def _pour(self) -> None:
        for number in itertools.count():
            if self._over.is_set():
                return
            self.pipe.hand_in(number)

    def _write(self) -> None:
        for round_, number in enumerate(itertools.cycle(self._tickets)):
            if self._over.wait(PACE):
                return
            self.clerk.answer(number, f"We look into it, {self.word} {round_}.")

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            self._trouble.append(error)
