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
from tickets.mail.explain import explain
from tickets.mail.lookup import thread_of
from tickets.mail.senders import studio


class Command(BaseCommand):
    help = "Explains mails: one JSON object a line. “-” reads standard input. Without a database, only what the headers prove is known."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        own_addresses, threads = frozenset[str](), None
        languages: tuple[str, ...] = ()
        try:
            known = studio()
            own_addresses, languages = known.own_addresses, known.languages
            threads = thread_of
        except (OperationalError, ProgrammingError) as error:
            self.stderr.write(f"No database ({str(error).strip().splitlines()[0]}): threads are judged by headers alone.")
        for name in options["files"]:
            facts = explain(self._read(name), own_addresses, file=clean(name), threads=threads, languages=languages)
            self.stdout.write(json.dumps(facts, ensure_ascii=False))

    def _read(self, name: str) -> bytes:
        try:
            return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except OSError as error:
            raise CommandError(f"{name}: {error.strerror}") from error
