"""Every sign that the mail room weighs has words for the mails' page, in the reader's language; headers are called by their names."""

from __future__ import annotations

import re
from pathlib import Path

from tickets.administration.labels import SIGNS
from tickets.mail.parse import machines, writers

SIGN = re.compile(r'Sign\(\s*"[\w -]+",\s*"([^"]+)"')


def test_every_sign_has_its_words() -> None:
    weighed = {what for module in (machines, writers) for what in SIGN.findall(Path(module.__file__ or "").read_text(encoding="utf-8"))}

    assert len(weighed) > 15
    assert {what for what in weighed - set(SIGNS) if not re.fullmatch(r"[A-Z][a-z]+(-[A-Z][a-z]+)*", what)} == set()
    assert set(SIGNS) <= weighed
