"""The public doors of the surveys, and the panel beside a ticket."""

from __future__ import annotations

from django.urls import path

from tickets.surveys import panel, views

app_name = "surveys"
urlpatterns = [
    path("tickets/<str:number>/ratings/", panel.ratings, name="ratings"),
    path("survey/brand/<slug:slug>.css", views.brand_css, name="brand"),
    path("survey/<str:token>/", views.answer, name="answer"),
    path("survey/<str:token>/stop/", views.stop, name="stop"),
]
