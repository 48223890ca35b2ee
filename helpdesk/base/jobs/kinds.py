"""What kinds of long work there are: a registry. Each room registers its own in `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import get_language

from helpdesk.base.jobs.models import Job


class Later(Exception):
    """Raised by a step that cannot be done yet through nobody's fault: it is tried again after `pause`, and not counted as a failure."""

    def __init__(self, pause: timedelta) -> None:
        super().__init__(pause)
        self.pause = pause


@dataclass(frozen=True, slots=True)
class Step:
    """What a step has done: how many things of `total` are behind us, and what became of them."""

    done: int = 0
    changed: int = 0
    refused: int = 0
    skipped: int = 0


@dataclass(slots=True)
class Outcome:
    """What came of the things of a part: those changed with what one must know to take it back, those refused by the reason."""

    changed: dict[int, Any] = field(default_factory=dict)
    refused: dict[str, list[int]] = field(default_factory=dict)


class Name(NamedTuple):
    """What a thing of a job is called, and where it is looked at."""

    words: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of long work.

    `work(job)` is a generator: what it does up to a `yield` is one step, short, in one transaction with the progress that is saved; it may
    change `job.cursor` and `job.total`. It is begun anew whenever a worker takes the job, and goes on from what is saved. A kind whose
    steps commit `by_itself` does things that may be done again; one that cannot go on in the middle is done `in_one_go`. Raises `Later`.

    `right`: the name of what the owner must hold (`everywhere`: for everything) at each turn; empty: it was asked once, and what was
    begun is done whoever leaves. `says(job)` is its sentence for people. `finish(job)` happens with its end, in that transaction.
    `may_fetch(job, reader)`: whether the result is given to this person, who holds the right and whose job it is or who manages jobs.
    `tries`: so many failures of one step in a row park it; None: it is tried for as long as it takes. `by_hand`: people may pause,
    go on with and cancel it. `names(ids, reader)` tells what things are called that this reader may see. `undo` is the URL name of the
    door that takes it all back, for as long after its end as `undo_for`.
    """

    name: str
    label: str | Promise
    work: Callable[[Job], Iterator[Step]]
    says: Callable[[Job], str | Promise]
    right: str = ""
    everywhere: bool = False
    by_itself: bool = False
    in_one_go: bool = False
    finish: Callable[[Job], object] = lambda _job: None
    tries: int | None = 3
    by_hand: bool = True
    names: Callable[[Collection[int], Any], dict[int, Name]] = lambda _ids, _reader: {}
    may_fetch: Callable[[Job, Any], bool] = lambda _job, _reader: True
    undo: str = ""
    undo_for: timedelta = timedelta()


class Owner(NamedTuple):
    """What is known of who started a job: whether the account is open, whether the right is held now, and the language."""

    is_open: bool
    may: bool
    language: str


_kinds: dict[str, Kind] = {}
_askers: list[Callable[[int, str, bool], Owner]] = []


def register(kind: Kind) -> None:
    """Add a kind. Its name stands in rows and is never changed."""
    _kinds[kind.name] = kind


def registered() -> list[str]:
    """The names of all kinds that this release knows."""
    return sorted(_kinds)


def rights() -> set[str]:
    """The rights of those who may have jobs, by their names."""
    return {kind.right for kind in _kinds.values() if kind.right}


def find(name: str) -> Kind | None:
    """The kind of that name, or None where no room has one."""
    return _kinds.get(name)


def ask_owners(asker: Callable[[int, str, bool], Owner]) -> None:
    """`asker(owner, right, everywhere)` knows the people; called in `AppConfig.ready()` of who does."""
    _askers[:] = [asker]


def owner_of(job: Job, kind: Kind) -> Owner:
    """Who started it, as they stand now. The desk itself may do everything."""
    if job.owner is None:
        return Owner(True, True, get_language() or "en")
    return _askers[0](job.owner, kind.right, kind.everywhere)
