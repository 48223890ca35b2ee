"""Where the past's mail goes: nowhere. And the two ways in which it may go wrong, so that the desk has something to show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from smtplib import SMTPRecipientsRefused

from celery import current_app
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

NOWHERE = "django.core.mail.backends.dummy.EmailBackend"
REFUSING = "helpdesk.demo.load.transport.Refusing"
FALLING_SILENT = "helpdesk.demo.load.transport.FallingSilent"


class Refusing(BaseEmailBackend):
    """A server that knows no such mailbox."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise SMTPRecipientsRefused({email_messages[0].to[0]: (552, b"5.2.2 The mailbox is full")})


class FallingSilent(BaseEmailBackend):
    """A server that takes the words and never says whether it has them."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise TimeoutError("The server did not answer after the words had been sent.")


@contextmanager
def by(backend: str) -> Iterator[None]:
    """Within the block, mail goes by this backend."""
    before = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = backend
    try:
        yield
    finally:
        settings.EMAIL_BACKEND = before


@contextmanager
def nobody_listens() -> Iterator[None]:
    """Within the block no worker is told of anything: the loop does itself what they would."""
    before = current_app.conf.task_always_eager
    current_app.conf.task_always_eager = True
    try:
        yield
    finally:
        current_app.conf.task_always_eager = before
