from __future__ import annotations

from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "tickets.mail"
    label = "mail"

    def ready(self) -> None:
        from tickets.mail import send  # rows must be loaded before the rooms that speak of them

        send.register()
