from __future__ import annotations

from django.apps import AppConfig


class SavedViewsConfig(AppConfig):
    name = "tickets.desk.saved_views"
    label = "saved_views"
    pages = "tickets.desk.saved_views.urls"

    def ready(self) -> None:
        from tickets.desk.saved_views import shown  # rows must be loaded before the rooms that speak of them

        shown.register()
