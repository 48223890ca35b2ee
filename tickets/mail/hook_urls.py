"""Where providers hand in mails: `…/inbound/mime` for routes that send the raw mail."""

from __future__ import annotations

from django.urls import path

from tickets.mail.webhooks import hand_in

urlpatterns = [
    path("hooks/mail/<slug:provider>/inbound", hand_in, name="hand_in"),
    path("hooks/mail/<slug:provider>/inbound/<slug:kind>", hand_in, name="hand_in_kind"),
]
