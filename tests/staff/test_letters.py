"""Letters wait for their mail server, leave once, and forget their words."""

from __future__ import annotations

import smtplib
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.base import clock
from helpdesk.staff import letters
from helpdesk.staff.models import Letter, LetterState

pytestmark = pytest.mark.django_db


def test_a_letter_leaves_once_and_forgets_its_words(mailoutbox) -> None:
    letter = letters.post(to="nora@studio.example", subject="A new password", text="https://desk.example/key")

    assert letters.send(letter.pk)
    assert not letters.send(letter.pk)

    letter.refresh_from_db()
    assert [mail.to for mail in mailoutbox] == [["nora@studio.example"]]
    assert (letter.state, letter.subject, letter.text) == (LetterState.SENT, "", "")


def test_a_sleeping_mail_server_delays_it_for_two_days(monkeypatch, mailoutbox) -> None:
    letter = letters.post(to="nora@studio.example", subject="A new password", text="https://desk.example/key")

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise smtplib.SMTPServerDisconnected("gone to bed")

    monkeypatch.setattr("helpdesk.staff.letters.EmailMultiAlternatives.send", refuse)
    start = datetime.now(UTC)
    assert letters.send_due() == 0
    assert letters.send_due() == 0  # not before its pause is over

    for hours in range(1, 48):
        with clock.travel(start + timedelta(hours=hours)):
            letters.send_due()
    letter.refresh_from_db()
    assert (letter.state, letter.attempts) == (LetterState.QUEUED, 0)

    for hours in range(48, 51):
        with clock.travel(start + timedelta(hours=hours)):
            letters.send_due()

    letter.refresh_from_db()
    assert (letter.state, letter.text) == (LetterState.FAILED, "")
    assert "gone to bed" in letter.error


def test_a_letter_that_is_refused_is_tried_some_times(monkeypatch, mailoutbox) -> None:
    letter = letters.post(to="nora@studio.example", subject="A new password", text="https://desk.example/key")

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise smtplib.SMTPDataError(451, b"not now")

    monkeypatch.setattr("helpdesk.staff.letters.EmailMultiAlternatives.send", refuse)
    start = datetime.now(UTC)
    for hours in range(60):
        with clock.travel(start + timedelta(hours=hours)):
            letters.send_due()

    letter.refresh_from_db()
    assert (letter.state, letter.attempts, letter.text) == (LetterState.FAILED, len(letters.PAUSES) + 1, "")


def test_the_sweep_takes_what_no_nudge_reached(mailoutbox) -> None:
    for name in ("nora", "emil", "olga"):
        letters.post(to=f"{name}@studio.example", subject="Hello", text="Hello")

    assert letters.send_due() == 3
    assert Letter.objects.filter(state=LetterState.SENT).count() == 3


def test_what_has_left_long_ago_is_thrown_away(mailoutbox) -> None:
    gone, waits = (letters.post(to=f"{name}@studio.example", subject="Hello", text="Hello") for name in ("nora", "emil"))
    letters.send(gone.pk)
    with clock.travel(datetime.now(UTC) + letters.KEPT - timedelta(hours=1)):
        assert letters.drop_old() == 0

    with clock.travel(datetime.now(UTC) + letters.KEPT + timedelta(hours=1)):
        assert letters.drop_old() == 1

    assert list(Letter.objects.all()) == [waits]
