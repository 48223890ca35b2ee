from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "helpdesk.base.jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from helpdesk.base.jobs import shown  # rows must be loaded before the rooms that speak of them

        shown.register()
