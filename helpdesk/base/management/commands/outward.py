"""What may leave the house, and what would: to be looked at before a restored desk speaks to the world again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from helpdesk.base import outward
from helpdesk.base.outward import Standing


class Command(BaseCommand):
    help = "Say whether anything leaves the house and list what waits (recipients masked); “on” and “off” switch it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("switch", nargs="?", choices=["on", "off"], help="without it only the list is printed")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["switch"]:
            outward.switch(options["switch"] == "on")
        standing = outward.standing()
        self.stdout.write(f"{'on' if standing == Standing.ON else 'OFF'}: {standing.label}")
        for waiting in outward.waiting():
            since = f", the oldest since {waiting.oldest:%Y-%m-%d %H:%M} UTC" if waiting.oldest else ""
            self.stdout.write(f"{waiting.kind.label}: {waiting.pieces}{since}")
            for recipient, count in waiting.recipients:
                self.stdout.write(f"  {count} to {recipient}")
