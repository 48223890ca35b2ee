from __future__ import annotations

from django.apps import AppConfig


class DevConfig(AppConfig):
    name = "helpdesk.dev"
    label = "dev"
