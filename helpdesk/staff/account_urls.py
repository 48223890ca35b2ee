"""Those of allauth's pages that this desk has. Nobody signs up or changes an address alone, so those pages are closed."""

from __future__ import annotations

from allauth.account import views
from django.urls import include, path, re_path
from django.views.generic import RedirectView

to_account = RedirectView.as_view(pattern_name="staff:account")
urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("signup/", views.signup, name="account_signup"),  # closed by the adapter; allauth's own pages name it
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("email/", to_account, name="account_email"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/set/", views.password_set, name="account_set_password"),
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$", views.password_reset_from_key, name="account_reset_password_from_key"
    ),
    path("password/reset/key/done/", views.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("second-factor/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
]
