"""Doors of the mail room: what providers hand in, and what they tell of mails of ours."""

from __future__ import annotations

from tickets.mail import hook_urls, track_urls

app_name = "mail"
urlpatterns = [*hook_urls.urlpatterns, *track_urls.urlpatterns]
