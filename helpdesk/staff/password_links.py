"""Where a person may set a password: links that leave the house, so they stand under the desk's own address."""

from __future__ import annotations

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from helpdesk.staff.models import User


def password_link(user: User) -> str:
    """Where this person may set a password, once and within PASSWORD_RESET_TIMEOUT. Whoever holds it becomes them: tell nobody else."""
    return password_address(f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}")


def password_address(key: str) -> str:
    """The address of such a link; `key` is opaque."""
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"}).replace("UID-KEY", key)
    return f"{settings.DESK_URL}{path}"
