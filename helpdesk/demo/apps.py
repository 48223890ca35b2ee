from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DemoConfig(AppConfig):
    name = "helpdesk.demo"
    label = "demo"

    def ready(self) -> None:
        from helpdesk.audit import labels

        labels.register(actions={"demo.loaded": _("made the demo studio")})
