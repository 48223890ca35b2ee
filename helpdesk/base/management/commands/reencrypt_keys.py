"""Every key that somebody entered in a page is encrypted with the present KEYS_SECRET."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from helpdesk.base import keys


class Command(BaseCommand):
    help = "Encrypt the keys that were entered in pages with the present KEYS_SECRET; then KEYS_SECRET_FALLBACKS may be emptied."

    def handle(self, *args: Any, **options: Any) -> None:
        done, lost = keys.reencrypt()
        self.stdout.write(f"{done} keys are encrypted with the present KEYS_SECRET.")
        if lost:
            raise CommandError(f"These open with none that is set, and stay as they are: {', '.join(lost)}. Enter them anew.")
