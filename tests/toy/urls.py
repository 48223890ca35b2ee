"""The doors of the toy room."""

from __future__ import annotations

from django.urls import path

from tests.toy import views

app_name = "toy"
urlpatterns = [
    path("toys/", views.wishes, name="wishes"),
    path("tickets/<str:number>/toys/", views.panel, name="panel"),
]
