from __future__ import annotations

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "tickets.desk"
    label = "desk"
    pages = "tickets.desk.urls"

    def ready(self) -> None:
        from helpdesk.base import personal
        from helpdesk.staff import leaving  # rows must be loaded before the rooms that speak of them
        from tickets.desk import rights, shown  # noqa: F401 - its rights are registered by that
        from tickets.desk.exports import making
        from tickets.desk.exports.personal import erase, export
        from tickets.desk.leaving import count_held, count_in, hand_over
        from tickets.desk.queue import bulk_jobs

        leaving.register("tickets", count=count_held, in_game=count_in, hand_over=hand_over)
        bulk_jobs.register()
        making.register()
        personal.keep(personal.Keeper("desk", export=export, erase=erase, last=True))
        shown.register()
