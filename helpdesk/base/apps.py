from __future__ import annotations

from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "helpdesk.base"
    label = "base"

    def ready(self) -> None:
        from helpdesk.base import shown  # rows must be loaded before the rooms that speak of them

        shown.register()
