"""The public door of the surveys."""

from __future__ import annotations

from django.urls import path

from tickets.surveys import views

app_name = "surveys"
urlpatterns = [
    path("survey/brand/<slug:slug>.css", views.brand_css, name="brand"),
    path("survey/<str:token>/", views.answer, name="answer"),
    path("survey/<str:token>/stop/", views.stop, name="stop"),
]
