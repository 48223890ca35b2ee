from __future__ import annotations

from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    name = "tickets.administration"
    label = "administration"
    pages = "tickets.administration.urls"

    def ready(self) -> None:
        from tickets.administration import shown

        shown.register()
