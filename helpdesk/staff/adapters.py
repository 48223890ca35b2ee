"""Our answers to the questions allauth asks: nobody signs up, letters are rows, addresses come past trusted proxies only."""

from __future__ import annotations

import base64
import hashlib
import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from helpdesk.audit.client import client_address
from helpdesk.base.clock import now
from helpdesk.staff import letters
from helpdesk.staff.models import User

FRESH = 5 * 60  # seconds after signing in; allauth stamps its records by the same wall clock


def shown(user: User) -> str:
    """The name allauth shows."""
    return user.name


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People are invited, they do not sign themselves up."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        address = client_address(request)
        if not address:
            raise PermissionDenied("The client's address is unknown; check TRUSTED_PROXIES.")
        return address

    def format_email_subject(self, subject: str) -> str:
        return f"{settings.STUDIO_NAME}: {subject}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Written in the reader's language, kept as a letter, sent by a worker."""
        reader = context.get("user") or User.objects.filter(email=email.lower()).first()
        with translation.override(reader.language if isinstance(reader, User) else None):
            mail = self.render_mail(template_prefix, email, {"studio": settings.STUDIO_NAME, "email": email, "reader": reader, **context})
        letters.post(to=email, subject=mail.subject, text=mail.body)

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """ "Your password was changed", so that a stranger who did it does not stay unseen."""
        facts = {
            "at": now(),
            "ip": client_address(self.request),
            "user_agent": self.get_http_user_agent(self.request)[:200],
        }
        self.send_mail(template_prefix, email or user.email, {"user": user, **facts, **(context or {})})

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        again = self.authenticate(self.request, email=getattr(user, "email", ""), password=password)
        return again is not None and again.pk == user.pk

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who has just signed in is not asked again at once; it would greet everybody who must set up a second factor."""
        records = get_authentication_records(self.request, self.request.user)
        if records and time.time() - records[-1]["at"] < FRESH:
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        user.set_password(password)
        user.save(update_fields=["password"])


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is untyped
    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": _("Your role demands a second factor. Add another one before you remove this."),
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last factor stays while a role demands one; recovery codes alone are not one."""
        if not authenticator.user.needs_second_factor or authenticator.type == Authenticator.Type.RECOVERY_CODES:
            return True
        others = Authenticator.objects.filter(user=authenticator.user).exclude(pk=authenticator.pk)
        return bool(others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())

    def get_totp_issuer(self) -> str:
        return str(settings.STUDIO_NAME)

    def _get_site_name(self) -> str:
        return str(settings.STUDIO_NAME)

    def encrypt(self, text: str) -> str:
        """Shared secrets are not kept in the clear: a copy of the database alone opens no account."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()


def _box() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"staff.second_factor:{secret}".encode()).digest())) for secret in secrets]
    )
