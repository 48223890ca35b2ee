"""The roof as an app: system checks and commands that know every room."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class RoofConfig(AppConfig):
    name = "helpdesk"
    label = "roof"

    def ready(self) -> None:
        from helpdesk import heartbeat  # rows must be loaded before the rooms that speak of them

        import_module("helpdesk.checks")
        heartbeat.register()
