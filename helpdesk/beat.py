"""The beat. Its times lie in memory (each tick comes at least every hour, so there is nothing to remember), and it shows that it lives."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import structlog
from celery.beat import Scheduler
from django.db import DatabaseError, close_old_connections, connection

from helpdesk import heartbeat

LONGEST = timedelta(hours=1)  # no line of the schedule waits longer

log = structlog.get_logger(__name__)


class Beat(Scheduler):  # type: ignore[misc, unused-ignore]
    """Celery's own, without its file on disk, which a crash may spoil and a read-only disk refuses."""

    _shown = float("-inf")

    def setup_schedule(self) -> None:
        """Everything is due at once: nobody knows how long there was no beat."""
        super().setup_schedule()
        for entry in self.schedule.values():
            entry.last_run_at = entry.default_now() - LONGEST

    def tick(self, *args: Any, **kwargs: Any) -> float:
        wait: float = super().tick(*args, **kwargs)
        if time.monotonic() - self._shown >= heartbeat.INTERVAL:
            self._shown = time.monotonic()
            self._show()
        return wait

    def _show(self) -> None:
        """Without its database the beat goes on beating."""
        try:
            close_old_connections()
            heartbeat.show(heartbeat.BEAT)
        except DatabaseError as error:
            connection.close()
            log.warning("beat_cannot_show_itself", error=str(error))
