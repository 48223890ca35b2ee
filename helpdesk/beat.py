"""The beat. Its times lie in memory (each tick comes at least every hour, so there is nothing to remember), and it shows that it lives."""

from __future__ import annotations

import time
from typing import Any

import structlog
from celery.beat import Scheduler
from django.db import DatabaseError, close_old_connections, connection

from helpdesk import pulse

log = structlog.get_logger(__name__)


class Beat(Scheduler):  # type: ignore[misc, unused-ignore]
    """Celery's own, without its file on disk, which a crash may spoil and a read-only disk refuses."""

    _shown = float("-inf")

    def tick(self, *args: Any, **kwargs: Any) -> float:
        wait: float = super().tick(*args, **kwargs)
        if time.monotonic() - self._shown >= pulse.INTERVAL:
            self._shown = time.monotonic()
            self._show()
        return wait

    def _show(self) -> None:
        """Without its database the beat goes on beating."""
        try:
            close_old_connections()
            pulse.show(pulse.BEAT)
        except DatabaseError as error:
            connection.close()
            log.warning("beat_cannot_show_itself", error=str(error))
