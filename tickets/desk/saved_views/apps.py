from __future__ import annotations

from django.apps import AppConfig


class SavedViewsConfig(AppConfig):
    name = "tickets.desk.saved_views"
    label = "saved_views"
    pages = "tickets.desk.saved_views.urls"

    def ready(self) -> None:
        from helpdesk.base import personal
        from tickets.desk.saved_views import shown  # rows must be loaded before the rooms that speak of them
        from tickets.desk.saved_views.personal import erase, export

        personal.keep(personal.Keeper("saved_views", export=export, erase=erase))
        shown.register()
