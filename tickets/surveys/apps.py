from __future__ import annotations

from django.apps import AppConfig


class SurveysConfig(AppConfig):
    name = "tickets.surveys"
    label = "surveys"
    pages = "tickets.surveys.urls"

    def ready(self) -> None:
        from helpdesk.base import personal
        from tickets import events, links, timers  # rows must be loaded before the rooms that speak of them
        from tickets.events.of_tickets import TicketMoved
        from tickets.models import Lane, Message
        from tickets.surveys import invite, shown
        from tickets.surveys.links import links_of_invitation
        from tickets.surveys.personal import amounts, erase, export

        events.subscribe("surveys", [TicketMoved], invite.on_moved, when=invite.matters, outward=True)
        events.subscribe(invite.SUBSCRIBER, [], invite.on_due, lane=Lane.BULK, outward=True)
        timers.register(invite.KIND, invite.fire, words=invite.foretold)
        links.register(Message.Purpose.SURVEY, links_of_invitation)
        personal.keep(personal.Keeper("surveys", export=export, erase=erase, amounts=amounts))
        shown.register()
