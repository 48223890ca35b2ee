from __future__ import annotations

from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "tickets"
    label = "tickets"

    def ready(self) -> None:
        from helpdesk.base import personal
        from tickets import lots, shown, timers  # rows must be loaded before the rooms that speak of them
        from tickets.filters import of_messages, of_players, of_tickets
        from tickets.lifecycle.machine import OVERDUE, SILENCE
        from tickets.lifecycle.triggers import day_passed, silence_foretold, silence_over
        from tickets.personal import amounts, erase, export, files

        timers.register(SILENCE, silence_over, words=silence_foretold)
        timers.register(OVERDUE, day_passed)
        lots.open_lots()
        personal.keep(personal.Keeper("tickets", export=export, erase=erase, amounts=amounts, files=files))
        of_tickets.register_own()
        of_messages.register_own()
        of_players.register_own()
        shown.register()
