"""Mails made to hurt, by kinds, in a twentieth of their size: each is read in its child, and gives a mail of bounded size.

The budget is the child's own (processor time and memory), so a busy machine makes no difference. In full size: `make hostile`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from helpdesk.base.sandbox import Limits, Workshop
from tests.factories.hostile import KINDS
from tickets.mail.parse import ParsedMail
from tickets.mail.parse.limits import MAX_ADDRESSES, MAX_HTML_CHARS, MAX_PARTS, MAX_PIECES, MAX_SUBJECT_CHARS, MAX_TEXT_CHARS

SCALE = 0.05
SLOW_TO_MAKE = {name for name in KINDS if name.startswith("picture")}  # their parsing is that of any file; tests/base/test_pictures.py


@pytest.fixture(scope="module")
def reading() -> Iterator[Workshop]:
    made = Workshop("tickets.mail.parse.child", Limits(seconds=2.0, memory=200_000_000, patience=120.0, jobs=10_000))
    yield made
    made.close()


@pytest.mark.parametrize("kind", sorted(set(KINDS) - SLOW_TO_MAKE))
@pytest.mark.timeout(200)
def test_it_is_read_within_its_budget(kind: str, reading: Workshop) -> None:
    raw = KINDS[kind](SCALE)

    mail, _seconds = reading.ask("read", raw, (), (), answer=ParsedMail)

    assert max(len(mail.text), len(mail.full_text), len(mail.quoted)) <= MAX_TEXT_CHARS
    assert len(mail.html or "") <= 2 * MAX_HTML_CHARS
    assert len(mail.subject) <= MAX_SUBJECT_CHARS
    assert max(len(mail.to), len(mail.cc), len(mail.references)) <= MAX_ADDRESSES
    assert len(mail.attachments) <= MAX_PARTS + MAX_PIECES
    assert sum(file.size for file in mail.attachments) <= 2 * len(raw) + 1_000


def test_there_are_many_kinds() -> None:
    assert len(KINDS) >= 60
