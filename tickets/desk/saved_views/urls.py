"""The pages of views. The room stands before the desk's own, whose addresses of tickets would take these for numbers."""

from __future__ import annotations

from django.urls import path

from tickets.desk.saved_views import views

app_name = "saved_views"
urlpatterns = [
    path("tickets/views/", views.list_views, name="list"),
    path("tickets/views/new/", views.new, name="new"),
    path("tickets/views/rail/", views.rail, name="rail"),
    path("tickets/views/start/", views.start, name="start"),
    path("tickets/views/<int:pk>/edit/", views.edit, name="edit"),
    path("tickets/views/<int:pk>/save/", views.save, name="save"),
    path("tickets/views/<int:pk>/move/", views.move, name="move"),
    path("tickets/views/<int:pk>/drop/", views.drop, name="drop"),
    path("tickets/views/<int:pk>/back/", views.back, name="back"),
    path("tickets/views/<int:pk>-<str:slug>/", views.open_view, name="open"),
]
