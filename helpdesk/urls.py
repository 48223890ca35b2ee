"""Every door of the house: the roof's own, and those of each room that names its addresses as `pages` in its `AppConfig`."""

from __future__ import annotations

from django.apps import apps
from django.urls import include, path

from helpdesk import health, metrics
from tickets.desk.saved_views.views import home

urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("", home, name="home"),
    path("accounts/", include("helpdesk.staff.account_urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    *(path("", include(room.pages)) for room in apps.get_app_configs() if hasattr(room, "pages")),
]
