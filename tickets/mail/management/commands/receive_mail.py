"""The pipe: a mail server hands in one mail on standard input."""

from __future__ import annotations

import hashlib
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tickets.mail.inbound.inbox import InboundMail, store
from tickets.mail.models import MailSource


class Command(BaseCommand):
    requires_system_checks: list[str] = []  # a mail server would take their exit code for a refusal
    help = "Takes in one mail from standard input. Exit code 0: it is stored. 75: try again later. 65: it never will be."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--mailbox", default="", help="the address it was delivered to; else the mail's own headers tell")

    def handle(self, *args: Any, **options: Any) -> None:
        content = sys.stdin.buffer.read(settings.MAX_MAIL_BYTES + 1)
        if not content.strip():
            raise CommandError("There is no mail on standard input.", returncode=os.EX_DATAERR)
        if len(content) > settings.MAX_MAIL_BYTES:
            raise CommandError(f"The mail has more than {settings.MAX_MAIL_BYTES} bytes.", returncode=os.EX_DATAERR)
        mailbox = options["mailbox"]
        key = hashlib.sha256(mailbox.lower().encode() + b"\0" + content).hexdigest()
        try:
            raw = store(InboundMail(content=content, source=MailSource.PIPE, key=key, mailbox=mailbox))
        except Exception as error:  # whatever it is, the mail server keeps the mail and asks again
            raise CommandError(f"It could not be stored: {error}", returncode=os.EX_TEMPFAIL) from error
        self.stdout.write(f"stored as raw mail {raw.pk}")
