"""`make hostile`: mails made to hurt, each read in a fresh child as the desk reads them. Prints seconds and megabytes at the peak.

    python -m tests.bench.hostile [--only html] [--scale 1.0]

The time is the processor's, of reading and of the mail's pictures together; the memory is the most that either process held at a time
(VmHWM). Exit code 1 if one took more than 3 s or 300 MB, or was not read at all. With a desk around it: `tests/bench/flood.py`.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import django
from django.conf import settings

if not settings.configured:
    settings.configure(SECRET_KEY="hostile", SECRET_KEY_FALLBACKS=[], USE_I18N=False, MAX_ATTACHMENT_BYTES=20_000_000)
    django.setup()

from helpdesk.base import pictures  # noqa: E402
from helpdesk.base.sandbox import Apart, Workshop  # noqa: E402
from tests.factories.hostile import KINDS  # noqa: E402
from tickets.mail.parse import ParsedMail  # noqa: E402

SECONDS, MEGABYTES = 3.0, 300.0
MOST = 35 * 1024 * 1024  # bytes that a door takes
LOOK = 0.005  # seconds


@dataclass(frozen=True, slots=True)
class Cost:
    name: str
    size: int
    seconds: float
    megabytes: float
    told: str

    @property
    def kept(self) -> bool:
        return self.seconds <= SECONDS * 1.02 and self.megabytes <= MEGABYTES  # the kernel counts in ticks


def cost(name: str, scale: float) -> Cost:
    """One mail, read by a fresh child and drawn by another."""
    raw = KINDS[name](scale)[:MOST]
    reading, pictures._studio = Workshop("tickets.mail.parse.child"), Workshop("helpdesk.base.pictures.drawing")
    with watched() as peak:
        try:
            mail, seconds = reading.ask("read", raw, (), (), answer=ParsedMail)
        except Apart as reason:
            return Cost(name, len(raw), SECONDS, peak[0], f"shortened: {reason}")
        patience = pictures.Patience(SECONDS - seconds)
        wanted = [file for file in mail.attachments[:30] if file.type in pictures.FORMATS]
        drawn = sum(bool(pictures.drawn(file.content, file.type, patience).preview) for file in wanted)
    reading.close()
    pictures._studio.close()
    told = [*mail.defects] + ([f"{len(mail.attachments)} files"] if mail.attachments else []) + ([f"{drawn} drawn"] if wanted else [])
    return Cost(name, len(raw), SECONDS - max(patience.seconds, 0.0), peak[0], ", ".join(told))


@contextmanager
def watched() -> Iterator[list[float]]:
    """The most megabytes that a child of ours has held (VmHWM), looked at all the time, for a killed one can no longer be asked."""
    peak, over = [0.0], threading.Event()

    def look() -> None:
        while not over.wait(LOOK):
            for child in _children():
                peak[0] = max(peak[0], _held(child))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield peak
        for child in _children():
            peak[0] = max(peak[0], _held(child))
    finally:
        over.set()
        watcher.join()


def _children() -> list[int]:
    return [int(pid) for each in Path("/proc/self/task").iterdir() for pid in (each / "children").read_text().split()]


def _held(pid: int) -> float:
    try:
        if b"-m" not in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[1:3]:
            return 0.0  # between fork and exec it is still a copy of this process
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1_000 for line in status.splitlines() if line.startswith("VmHWM")), 0.0)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--only", default="", help="kinds whose name holds this")
    arguments.add_argument("--scale", type=float, default=1.0)
    given = arguments.parse_args()
    began, found = time.monotonic(), []
    print(f"{'kind':38} {'bytes':>11} {'s':>6} {'MB':>5}")
    for name in (each for each in KINDS if given.only in each):
        found.append(one := cost(name, given.scale))
        print(f"{one.name:38} {one.size:11,} {one.seconds:6.2f} {one.megabytes:5.0f}{' ' if one.kept else '!'} {one.told[:90]}", flush=True)
    broken = [one.name for one in found if not one.kept]
    shortened = sum(one.told.startswith("shortened") for one in found)
    print(
        f"\n{len(found)} kinds in {time.monotonic() - began:.0f} s; slowest {max(one.seconds for one in found):.2f} s, "
        f"largest {max(one.megabytes for one in found):.0f} MB; {shortened} ended by their child's limits. "
        + (f"Beyond {SECONDS:g} s or {MEGABYTES:g} MB: {', '.join(broken)}." if broken else "All within 3 s and 300 MB.")
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
