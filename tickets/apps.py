from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TicketsConfig(AppConfig):
    name = "tickets"
    label = "tickets"

    def ready(self) -> None:
        from helpdesk.base import personal
        from helpdesk.studio import reasons
        from tickets import lots, shown, timers  # rows must be loaded before the rooms that speak of them
        from tickets.filters import of_cards, of_holds, of_messages, of_players, of_tickets
        from tickets.lifecycle import promises
        from tickets.lifecycle.machine import OVERDUE, SILENCE
        from tickets.lifecycle.reasons import HOLD
        from tickets.lifecycle.triggers import day_passed, silence_foretold, silence_over
        from tickets.personal import amounts, erase, export, files

        timers.register(SILENCE, silence_over, words=silence_foretold)
        timers.register(OVERDUE, day_passed)
        timers.register(promises.KIND, promises.day_passed)
        reasons.register(
            reasons.ReasonList(
                HOLD,
                _("Why a ticket is put on hold"),
                _("Asked when a ticket is set to In progress or Pending. Its hours give the day by which it has to be over."),
                _("Ask for a reason whenever a ticket is put on hold"),
                has_deadline=True,
            )
        )
        lots.open_lots()
        personal.keep(personal.Keeper("tickets", export=export, erase=erase, amounts=amounts, files=files))
        of_tickets.register_own()
        of_holds.register_own()
        of_players.register_own()
        of_cards.register_own()
        of_messages.register_own()
        shown.register()
