"""Django's PostgreSQL, with one difference: it reads every row.

PostgreSQL knows `infinity` and years beyond 9999, and Python raises when it is given one: then not only that row is lost, but the whole
list in which it stands. Here such a moment is read as the nearest that every time zone can say; JSON that Python cannot read likewise.
"""

from __future__ import annotations

from datetime import UTC, datetime

FIRST, LAST = datetime(2, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)  # a day or more from the ends of Python's time
