"""Every door of the house."""

from __future__ import annotations

from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import JavaScriptCatalog

from helpdesk import health, metrics

urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("", RedirectView.as_view(pattern_name="desk:queue"), name="home"),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("jsi18n/", JavaScriptCatalog.as_view(packages=["tickets.desk"]), name="jsi18n"),
    path("", include("helpdesk.staff.urls")),
    path("", include("helpdesk.audit.urls")),
    path("", include("helpdesk.games.urls")),
    path("", include("tickets.urls")),
]
