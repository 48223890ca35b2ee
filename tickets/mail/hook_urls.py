"""Where providers hand in mails: `…/inbound/mime` for routes that send the raw mail."""

from __future__ import annotations

from django.urls import path

from tickets.mail.webhooks import receive

urlpatterns = [
    path("hooks/mail/<slug:provider>/inbound", receive, name="receive"),
    path("hooks/mail/<slug:provider>/inbound/<slug:kind>", receive, name="receive_kind"),
]
