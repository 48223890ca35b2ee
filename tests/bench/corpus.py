"""Runs folders of mails through the parser and prints what the desk would make of each, and how fast.

    python tests/bench/corpus.py FOLDER… [--quiet]

Files may have any ending; each one is a mail. Nothing is written and no database is asked.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import django  # noqa: E402

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
os.environ.setdefault("HELPDESK_ENV", "test")
django.setup()

from tickets.mail.inbound.explain import explain_parsed  # noqa: E402
from tickets.mail.parse import parse_mail  # noqa: E402
from tickets.mail.parse.reader import read_strictly  # noqa: E402


def mails(folders: list[Path]) -> list[Path]:
    """All files of these folders, in order; a file may be named too."""
    found: list[Path] = []
    for folder in folders:
        found.extend([folder] if folder.is_file() else sorted(each for each in folder.rglob("*") if each.is_file()))
    return found


def main() -> int:
    """Exit code 1 if any mail raised inside the parser, also where a person could still read it."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folders", nargs="+", type=Path)
    arguments.add_argument("--quiet", action="store_true", help="only the numbers")
    options = arguments.parse_args()
    outcomes: Counter[str] = Counter()
    times: list[float] = []
    size = 0
    raised = []
    for path in mails(options.folders):
        raw = path.read_bytes()
        size += len(raw)
        try:
            read_strictly(raw, frozenset())
        except Exception as error:  # what is counted here
            raised.append(f"{path.name}: {type(error).__name__}: {error}")
        started = time.perf_counter()
        mail = parse_mail(raw, own_addresses=frozenset())
        times.append(time.perf_counter() - started)
        facts = explain_parsed(mail, file=path.name)
        outcomes[facts["outcome"]] += 1
        if not options.quiet:
            gist = " ".join((facts["subject"] + " · " + facts["text"]).split())[:90]
            files = f" [{len(mail.attachments)} files]" if mail.attachments else ""
            print(f"{facts['outcome']:7} {times[-1] * 1000:7.2f} ms  {path.name[:28]:28} {gist}{files}")
            if facts["outcome"] != "open":
                print(f"{'':20}{facts['reason']}")
    if not times:
        print("no mails found")
        return 2
    total = sum(times)
    print(f"\n{len(times)} mails, {size / 1e6:.2f} MB: " + ", ".join(f"{count} {name}" for name, count in outcomes.most_common()))
    print(
        f"{len(times) / total:.0f} mails/s in one process; median {statistics.median(times) * 1000:.2f} ms, "
        f"p95 {sorted(times)[int(len(times) * 0.95)] * 1000:.2f} ms, slowest {max(times) * 1000:.1f} ms"
    )
    print(f"exceptions inside the parser: {len(raised)}")
    print("\n".join(raised))
    return 1 if raised else 0


if __name__ == "__main__":
    sys.exit(main())
