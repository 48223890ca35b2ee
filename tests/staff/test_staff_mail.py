"""Letters wait for their mail server, leave once, and forget their words."""

from __future__ import annotations

import smtplib
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.base import clock
from helpdesk.staff import staff_mail
from helpdesk.staff.models import StaffMail, StaffMailState

pytestmark = pytest.mark.django_db


def test_a_letter_leaves_once_and_forgets_its_words(mailoutbox) -> None:
    letter = staff_mail.post(to="nora@studio.example", subject="A new password", text="https://desk.example/key")

    assert staff_mail.send(letter.pk)
    assert not staff_mail.send(letter.pk)

    letter.refresh_from_db()
    assert [mail.to for mail in mailoutbox] == [["nora@studio.example"]]
    assert (letter.state, letter.subject, letter.text) == (StaffMailState.SENT, "", "")


def test_a_sleeping_mail_server_delays_it_for_two_days(monkeypatch, mailoutbox) -> None:
    letter = staff_mail.post(to="nora@studio.example", subject="A new password", text="https://desk.example/key")

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise smtplib.SMTPServerDisconnected("gone to bed")

    monkeypatch.setattr("helpdesk.staff.staff_mail.EmailMultiAlternatives.send", refuse)
    start = datetime.now(UTC)
    assert staff_mail.send_due() == 0
    assert staff_mail.send_due() == 0  # not before its pause is over

    for hours in range(1, 48):
        with clock.travel(start + timedelta(hours=hours)):
            staff_mail.send_due()
    letter.refresh_from_db()
    assert (letter.state, letter.attempts) == (StaffMailState.QUEUED, 0)

    for hours in range(48, 51):
        with clock.travel(start + timedelta(hours=hours)):
            staff_mail.send_due()

    letter.refresh_from_db()
    assert (letter.state, letter.text) == (StaffMailState.FAILED, "")
    assert "gone to bed" in letter.error


def test_a_letter_that_is_refused_is_tried_some_times(monkeypatch, mailoutbox) -> None:
    letter = staff_mail.post(to="nora@studio.example", subject="A new password", text="https://desk.example/key")

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise smtplib.SMTPDataError(451, b"not now")

    monkeypatch.setattr("helpdesk.staff.staff_mail.EmailMultiAlternatives.send", refuse)
    start = datetime.now(UTC)
    for hours in range(60):
        with clock.travel(start + timedelta(hours=hours)):
            staff_mail.send_due()

    letter.refresh_from_db()
    assert (letter.state, letter.attempts, letter.text) == (StaffMailState.FAILED, len(staff_mail.PAUSES) + 1, "")


def test_the_sweep_takes_what_no_nudge_reached(mailoutbox) -> None:
    for name in ("nora", "emil", "olga"):
        staff_mail.post(to=f"{name}@studio.example", subject="Hello", text="Hello")

    assert staff_mail.send_due() == 3
    assert StaffMail.objects.filter(state=StaffMailState.SENT).count() == 3


def test_what_has_left_long_ago_is_thrown_away(mailoutbox) -> None:
    gone, waits = (staff_mail.post(to=f"{name}@studio.example", subject="Hello", text="Hello") for name in ("nora", "emil"))
    staff_mail.send(gone.pk)
    with clock.travel(datetime.now(UTC) + staff_mail.KEPT - timedelta(hours=1)):
        assert staff_mail.drop_old() == 0

    with clock.travel(datetime.now(UTC) + staff_mail.KEPT + timedelta(hours=1)):
        assert staff_mail.drop_old() == 1

    assert list(StaffMail.objects.all()) == [waits]
