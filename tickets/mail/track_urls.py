"""Doors of the mail room for what providers tell after sending; included by `tickets/mail/urls.py`."""

from __future__ import annotations

from django.urls import path

from tickets.mail import track_views

urlpatterns = [path("hooks/mail/<slug:provider>/tracking", track_views.tracking, name="tracking")]
