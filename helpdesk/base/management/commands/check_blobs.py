"""Whether every file that a row names is there, byte for byte: after a restore, or when a disk is doubted."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from helpdesk.base import blobs
from helpdesk.base.models import Blob

PAGE = 500  # rows at once; files are read in pieces


class Command(BaseCommand):
    help = "Reads every stored file and lists those that are missing or damaged, with who uses them. Exit code 1 if there is one."

    def handle(self, *args: Any, **options: Any) -> None:
        seen = size = broken = last = 0
        while rows := list(Blob.objects.filter(pk__gt=last).order_by("pk")[:PAGE]):
            for blob in rows:
                trouble = blobs.examine(blob)
                blobs.note_state(blob, trouble)
                if trouble and (users := blobs.users_of(blob)):  # else nobody misses it, and the sweep takes it
                    broken += 1
                    self.stdout.write(f"{trouble}; used by {', '.join(users)}")
            seen, size, last = seen + len(rows), size + sum(blob.size for blob in rows), rows[-1].pk
        told = f"{seen} files of {size / 1e6:.1f} MB together were read"
        if broken:
            raise CommandError(f"{told}; {broken} of them missing or damaged.", returncode=1)
        self.stdout.write(f"{told}; all of them are whole.")
