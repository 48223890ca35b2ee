"""What the desk would make of mails, one JSON object a line. Writes nothing."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError

from helpdesk.base.text import clean
from tickets.mail.inbound.explain import explain
from tickets.mail.inbound.judge import Known
from tickets.mail.inbound.lookup import known_of
from tickets.mail.inbound.senders import studio
from tickets.mail.parse import ParsedMail


class Command(BaseCommand):
    help = "Explains mails: one JSON object a line. “-” reads standard input. Without a database, only what the headers prove is known."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        own_addresses, languages, ask = frozenset[str](), tuple[str, ...](), None
        try:
            known = studio()
            own_addresses, languages = known.own_addresses, known.languages
            ask = _known
        except (OperationalError, ProgrammingError) as error:
            self.stderr.write(f"No database ({str(error).strip().splitlines()[0]}): threads are judged by headers alone.")
        for name in options["files"]:
            facts = explain(self._read(name), own_addresses, file=clean(name), ask=ask, languages=languages)
            self.stdout.write(json.dumps(facts, ensure_ascii=False))

    def _read(self, name: str) -> bytes:
        try:
            return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except OSError as error:
            raise CommandError(f"{name}: {error.strerror}") from error


def _known(mail: ParsedMail) -> Known:
    """A file does not say by which door it would come, so no game is asked for: with a mailbox's mail the mailbox may decide that."""
    return known_of(mail)[0]
