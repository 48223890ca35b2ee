"""Something that many use is away: then one looks whether it has come back, and all others wait behind it, however many they are.

While it is away nothing is tried before `next_try_at`; who comes first after that claims the try. The pauses grow with the time that it has
been away. Whoever gets through opens the way for all. All processes know the same, since a row says it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from django.db import models, transaction

from helpdesk.base import clock
from helpdesk.base.models import Reachable
from helpdesk.base.text import one_line

SHORTEST, LONGEST = timedelta(seconds=30), timedelta(hours=1)  # between two tries
LEASE = timedelta(minutes=1)  # of who looks; a dead one holds up nobody for longer
Row = TypeVar("Row", bound=Reachable)


@dataclass(frozen=True, slots=True)
class Breaker(Generic[Row]):
    """`rows`: the model whose rows, by their keys, say what of a kind is away."""

    rows: type[Row]

    def may_try(self, what: str, who: str) -> bool:
        """Whether `who` may go there now: it is there as far as they can know, or it is their turn to look, which they thereby claim."""
        row = self.rows._default_manager.filter(pk=what, away_since__isnull=False).first()
        if row is None or (row.finder and row.finder != who):
            return True
        now = clock.now()
        return self.rows._default_manager.filter(pk=what, next_try_at__lte=now).update(next_try_at=now + LEASE) == 1

    def gone(self, what: str, reason: str, *, who: str, doubtful: bool = False, pause: timedelta | None = None) -> datetime:
        """`who` could not reach it; when the next try is. A new absence begins where nobody has looked for long.

        In doubt, as when it fell silent in the middle, a second one must say so too before the others wait. `pause`: for how long it
        wants to be left alone, by its own word.
        """
        now = clock.now()
        with transaction.atomic():
            row, _made = self.rows._default_manager.select_for_update().get_or_create(pk=what)
            lately = row.failed_at is not None and row.failed_at > now - 2 * LONGEST
            since = row.away_since if row.away_since and lately else now
            alone = doubtful and (row.away_since is None or row.finder == who)
            grown = min(max((now - since) / 4, SHORTEST), LONGEST)
            row.away_since, row.failed_at, row.finder, row.reason = since, now, who if alone else "", one_line(reason, 300)
            row.next_try_at = now + (grown if pause is None else min(max(pause, timedelta(seconds=1)), LONGEST))
            row.save(update_fields=["away_since", "next_try_at", "failed_at", "finder", "reason"])
        return row.next_try_at

    def back(self, what: str) -> None:
        """Something got through."""
        self._away(what).update(away_since=None, next_try_at=None, finder="")

    def hurry(self, what: str) -> bool:
        """Somebody wants to look now; or the one whose turn it was has not come as far. Whether it is away at all."""
        return self._away(what).update(next_try_at=clock.now()) == 1

    def away(self) -> dict[str, Row]:
        """What is certainly away, by its key."""
        return {str(row.pk): row for row in self.rows._default_manager.filter(away_since__isnull=False, finder="")}

    def shut(self) -> list[str]:
        """What nobody tries at this moment."""
        closed = self.rows._default_manager.filter(away_since__isnull=False, finder="", next_try_at__gt=clock.now())
        return list(closed.values_list("pk", flat=True))

    def _away(self, what: str) -> models.QuerySet[Row]:
        return self.rows._default_manager.filter(pk=what, away_since__isnull=False)
