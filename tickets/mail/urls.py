"""Doors of the mail room: where providers hand in mails (`…/inbound/mime` for routes that send the raw mail), and tell of ours."""

from __future__ import annotations

from django.urls import path

from tickets.mail.inbound.webhooks import receive, tracking

app_name = "mail"
urlpatterns = [
    path("hooks/mail/<slug:provider>/inbound", receive, name="receive"),
    path("hooks/mail/<slug:provider>/inbound/<slug:kind>", receive, name="receive_kind"),
    path("hooks/mail/<slug:provider>/tracking", tracking, name="tracking"),
]
