"""Pages of this room."""

from __future__ import annotations

app_name = "games"
urlpatterns: list[object] = []
