from __future__ import annotations

from django.apps import AppConfig


class StudioConfig(AppConfig):
    """The label, and with it the names of the tables, is from when only games lay here: processes of the former release read those."""

    name = "helpdesk.studio"
    label = "games"
