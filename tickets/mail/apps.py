from __future__ import annotations

from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "tickets.mail"
    label = "mail"
    pages = "tickets.mail.urls"

    def ready(self) -> None:
        from helpdesk.base import personal
        from tickets.mail import lot, send, shown  # rows must be loaded before the rooms that speak of them
        from tickets.mail.personal import amounts, erase, export, files

        send.register()
        lot.open_lot()
        personal.keep(personal.Keeper("mail", export=export, erase=erase, amounts=amounts, files=files))
        shown.register()
