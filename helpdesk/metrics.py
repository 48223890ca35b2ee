from __future__ import annotations

from helpdesk.health import livez as metrics  # noqa: F401
