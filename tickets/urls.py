"""The doors of the tickets' rooms."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("tickets.desk.urls")),
    path("", include("tickets.mail.urls")),
    path("", include("tickets.surveys.urls")),
    path("", include("tickets.administration.urls")),
]
