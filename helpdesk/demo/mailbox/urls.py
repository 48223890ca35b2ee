"""Every door of a desk that is a demo: the players' mailbox before all others. No other desk is set to these."""

from __future__ import annotations

from django.urls import include, path

from helpdesk.demo.mailbox import views

mailbox = [
    path("", views.front, name="front"),
    path("write/", views.write, name="write"),
    path("<slug:key>/", views.mail, name="mail"),
    path("<slug:key>/page/", views.page, name="page"),
    path("<slug:key>/source/", views.source, name="source"),
    path("<slug:key>/files/<int:index>/", views.file, name="file"),
    path("<slug:key>/rating/", views.ask_for_rating, name="rating"),
]
urlpatterns = [path("mailbox/", include((mailbox, "mailbox"))), path("", include("helpdesk.urls"))]
