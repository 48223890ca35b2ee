"""Reads texts in many languages and encodings, with a true, a false and no label, and prints how often they are read right.

    python tests/bench/encodings.py [--wrong]

The texts are those of the tests (`tests/tickets/mail/parse/alphabets.py`); "right" is equal to what was written, after NFC. Beside ours
stands chardet alone. Nothing is written and no database is asked.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import chardet  # noqa: E402

from tests.bench.figures import Figure  # noqa: E402
from tests.tickets.mail.parse.alphabets import Row, matrix, same  # noqa: E402
from tickets.mail.parse.charsets import decode  # noqa: E402

KINDS = ("word", "sentence", "text")
GOALS = {"true label": 99.9, "no label": 95.0, "us-ascii": 95.0, "utf-8": 95.0, "iso-8859-1, falsely": 80.0}
OTHER_SCRIPTS = ["ru", "uk", "bg", "el", "he", "ar", "th", "ja", "ko", "zh-hans", "zh-hant"]
STUDIO = ("en", "de", "fr", "es", "ru", "pt", "pl")  # the languages of a studio's games, as a prior beside the writer's own


def chardet_alone(row: Row) -> str:
    """By the package's own answer."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return row.sent.decode(str(chardet.detect(row.sent)["encoding"] or "cp1252"), "replace")


def measure(rows: Iterable[Row], reading: Callable[[Row], str]) -> tuple[dict[str, float], list[tuple[Row, str]], float]:
    """(percent right for each kind and for all, what was read wrongly, milliseconds for each)."""
    right: Counter[str] = Counter()
    count: Counter[str] = Counter()
    wrong = []
    started = time.perf_counter()
    for row in rows:
        read = reading(row)
        good = same(read, row.written)
        for name in (row.kind, "all"):
            count[name] += 1
            right[name] += good
        if not good:
            wrong.append((row, read))
    spent = 1000 * (time.perf_counter() - started) / max(count["all"], 1)
    return {name: 100 * right[name] / count[name] for name in count}, wrong, spent


def scenes() -> list[tuple[str, list[Row], Callable[[Row], str]]]:
    """(name, rows, reading) of each line of the table."""
    rows = list(matrix())
    strange = [row for row in rows if row.kind != "word" and row.language in OTHER_SCRIPTS and row.encoding not in {"utf-8", "utf-16"}]
    return [
        ("true label", rows, lambda row: decode(row.sent, row.encoding)),
        ("no label", rows, lambda row: decode(row.sent)),
        ("no label, languages known", rows, lambda row: decode(row.sent, None, (row.language, *STUDIO))),
        ("no label, chardet alone", rows, chardet_alone),
        ("us-ascii", rows, lambda row: decode(row.sent, "us-ascii")),
        ("utf-8", rows, lambda row: decode(row.sent, "utf-8")),
        ("iso-8859-1, falsely", strange, lambda row: decode(row.sent, "iso-8859-1")),
    ]


def figures() -> list[Figure]:
    """As lines of the bench's page: the percentage read right, against the goal where there is one."""
    found = []
    for name, rows, reading in scenes():
        percent, _, spent = measure(rows, reading)
        remark = ", ".join(f"{kind} {percent[kind]:.1f}" for kind in KINDS if kind in percent)
        found.append(Figure(f"texts read right: {name}", (percent["all"],), "%", budget=GOALS.get(name), remark=remark, own=spent))
    return found


def main() -> int:
    """Exit code 1 where a goal is missed."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--wrong", action="store_true", help="also what was read wrongly")
    options = arguments.parse_args()
    missed = 0
    print(f"| label | {' | '.join(KINDS)} | all | goal | ms each |\n|---|{'---:|' * (len(KINDS) + 3)}")
    for name, rows, reading in scenes():
        percent, wrong, spent = measure(rows, reading)
        cells = " | ".join(f"{percent[kind]:.1f}" if kind in percent else "–" for kind in KINDS)
        goal = GOALS.get(name)
        missed += goal is not None and percent["all"] < goal
        print(f"| {name} | {cells} | {percent['all']:.1f} of {len(rows)} | {goal or '–'} | {spent:.2f} |")
        for row, read in wrong if options.wrong else ():
            print(f"    {row.language} {row.encoding}: {row.written[:30]} → {read[:30]}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
