from __future__ import annotations

from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "tickets.mail"
    label = "mail"
    pages = "tickets.mail.urls"

    def ready(self) -> None:
        from helpdesk.base import personal
        from tickets import channels
        from tickets.mail import shown
        from tickets.mail.channel import MailChannel
        from tickets.mail.inbound import lot  # rows must be loaded before the rooms that speak of them
        from tickets.mail.personal import amounts, erase, export, files

        channels.register(MailChannel())
        lot.open_lot()
        personal.keep(personal.Keeper("mail", export=export, erase=erase, amounts=amounts, files=files))
        shown.register()
