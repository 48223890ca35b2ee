"""What came of the queries, as Markdown: a table by kind and by language, and each that failed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean, median

from tests.judged.measure import Verdict, precision, recall
from tests.judged.queries import Kind
from tests.judged.reading import Page

LANGUAGES = {"en": "English", "ru": "Russian", "de": "German", "es": "Spanish", "any": "no language"}
NAMED = 3  # tickets of each failure


def report(verdicts: Mapping[str, Sequence[Verdict]], read: Mapping[str, Page]) -> str:
    """`verdicts` by engine, in the same order of queries; `read`: the tickets that are named."""
    return f"{_table(verdicts)}\n\n{_failures(verdicts, read)}"


def _table(verdicts: Mapping[str, Sequence[Verdict]]) -> str:
    heads = [f"{engine}: precision at 10 | recall at 50 | first is right | ms" for engine in verdicts]
    lines = [f"| queries | how many | {' | '.join(heads)} |", "|---" * (2 + 4 * len(verdicts)) + "|"]
    for kind in Kind:
        lines.append(_line(kind, [[one for one in each if one.query.kind == kind] for each in verdicts.values()]))
    for language, name in LANGUAGES.items():
        lines.append(_line(f"in {name}", [[one for one in each if one.query.language == language] for each in verdicts.values()]))
    return "\n".join([*lines, _line("all", list(verdicts.values()))])


def _line(name: str, engines: Sequence[Sequence[Verdict]]) -> str:
    cells = [
        f"{precision(some):.3f} | {recall(some):.3f} | {fmean(one.first for one in some):.3f} | {median(one.ms for one in some):.0f}"
        for some in engines
    ]
    return f"| {name} | {len(engines[0])} | {' | '.join(cells)} |"


def _failures(verdicts: Mapping[str, Sequence[Verdict]], read: Mapping[str, Page]) -> str:
    lines = []
    for several in zip(*verdicts.values(), strict=True):
        said = defaultdict(list)
        for engine, one in zip(verdicts, several, strict=True):
            if one.failed:
                said[_failure(one, read)].append(engine)
        if said:
            told = "; ".join(f"{' and '.join(engines)} {failure}" for failure, engines in said.items())
            lines.append(f"- {several[0].query.kind}, `{several[0].text}`: {told}.")
    return "\n".join(lines) or "Nothing fails."


def _failure(one: Verdict, read: Mapping[str, Page]) -> str:
    found = f"{len(one.found)} found" + (f" by “{one.how}”" if one.how else "")
    parts = [f"{one.precision:.2f} and {one.recall:.2f}, {found}"]
    for what, numbers in (("wrong", one.wrong), ("missing", one.missing)):
        if numbers:
            parts.append(f"{what} {_named(numbers, read)}")
    return ", ".join(parts)


def _named(numbers: Sequence[str], read: Mapping[str, Page]) -> str:
    more = f" and {len(numbers) - NAMED} more" if len(numbers) > NAMED else ""
    return ", ".join(_quoted(read[number].subject for number in numbers[:NAMED])) + more


def _quoted(subjects: Iterable[str]) -> list[str]:
    return [f"“{subject}”" for subject in subjects]
