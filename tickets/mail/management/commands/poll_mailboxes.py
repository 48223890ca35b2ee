"""Polls the IMAP mailboxes once, now; the beat does the same all the time."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from tickets.mail.inbound.imap import poll_all
from tickets.mail.models import Mailbox


class Command(BaseCommand):
    help = "Polls all enabled IMAP mailboxes once."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{poll_all()} mails")
        for box in Mailbox.objects.filter(enabled=True).exclude(error=""):
            self.stderr.write(f"{box.address}: {box.error}")
