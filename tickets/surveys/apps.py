from __future__ import annotations

from django.apps import AppConfig


class SurveysConfig(AppConfig):
    name = "tickets.surveys"
    label = "surveys"

    def ready(self) -> None:
        from helpdesk.base import personal
        from tickets import events, links, timers  # rows must be loaded before the rooms that speak of them
        from tickets.models import Lane, Message
        from tickets.surveys import invite
        from tickets.surveys.links import links_of_invitation
        from tickets.surveys.personal import amounts, erase, export

        events.declare("survey.answered")
        events.subscribe("surveys", ["ticket.moved"], invite.on_moved, when=invite.matters)
        events.subscribe(invite.SUBSCRIBER, [], invite.on_due, lane=Lane.BULK)
        timers.register(invite.KIND, invite.fire)
        links.register(Message.Purpose.SURVEY, links_of_invitation)
        personal.keep(personal.Keeper("surveys", export=export, erase=erase, amounts=amounts))
