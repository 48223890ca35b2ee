from __future__ import annotations

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "tickets.notices"
    label = "notices"

    def ready(self) -> None:
        from helpdesk.staff import facts, notices
        from tickets import events  # rows must be loaded before the rooms that speak of them
        from tickets.events.of_tickets import TicketMoved
        from tickets.notices import to_players, to_staff

        notices.register(*to_staff.KINDS)
        facts.register("ticket", to_staff.tickets_for)
        events.subscribe("notices.players", [TicketMoved], to_players.on_moved, when=to_players.tells, outward=True)
        events.subscribe("notices.staff", to_staff.HANDLERS, to_staff.on_event, when=to_staff.concerns_somebody, outward=True)
