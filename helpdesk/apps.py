"""The roof as an app: system checks and commands that know every room."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class RoofConfig(AppConfig):
    name = "helpdesk"
    label = "roof"

    def ready(self) -> None:
        import_module("helpdesk.checks")
