"""`manage.py alive beat`: whether a part has shown itself lately, for a container's health check."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from helpdesk import heartbeat
from helpdesk.base.clock import now


class Command(BaseCommand):
    help = "Exits with 1 when a part (the beat, or the worker of a queue) has been silent for too long."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("part", choices=sorted(heartbeat.PATIENCE))

    def handle(self, *args: Any, part: str, **options: Any) -> None:
        silence = heartbeat.silences(now())[part]
        if silence is None or silence > heartbeat.PATIENCE[part]:
            raise CommandError(f"{part} is silent" + (f" since {int(silence.total_seconds())} seconds" if silence else ""))
        self.stdout.write(f"{part}: ok")
