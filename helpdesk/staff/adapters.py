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
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from helpdesk.audit.client import client_address
from helpdesk.base.clock import now
from helpdesk.staff import guessing, staff_mail
from helpdesk.staff.models import User
from helpdesk.staff.password_links import password_address

FRESH = 5 * 60  # seconds after signing in; allauth stamps its records by the same wall clock


def shown(user: User) -> str:
    """The name allauth shows."""
    return user.name


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": _(
            "Too many wrong passwords. Wait five minutes, or set a new password: the link below sends you a letter."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People are invited, they do not sign themselves up."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        address = client_address(request)
        if not address:
            raise PermissionDenied("The client's address is unknown; check TRUSTED_PROXIES.")
        return address

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Under the desk's own address, whatever `Host` the request that asked for it came with."""
        return password_address(key)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """What the failures are counted for: the account as it is tried from one place."""
        login = _login(credentials)
        return f"{login} {guessing.place(request, login)}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        super().pre_authenticate(request, **credentials)
        login = _login(credentials)
        if guessing.known_device(request, login):
            return
        self._strange_usage = guessing.strange_place_counts(request, login)
        if not self._strange_usage:
            raise self.validation_error("too_many_login_attempts")

    def _rollback_login_failed_rl_usage(self) -> None:
        super()._rollback_login_failed_rl_usage()
        if usage := getattr(self, "_strange_usage", None):
            usage.rollback()

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        super()._delete_login_attempts_cached_email(request, **credentials)
        guessing.lift(request, _login(credentials))

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        guessing.remember_device(request, response, user)
        return response

    def format_email_subject(self, subject: str) -> str:
        return f"{settings.STUDIO_NAME}: {subject}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Written in the reader's language, kept as a letter, sent by a worker."""
        reader = context.get("user") or User.objects.filter(email=email.lower()).first()
        with translation.override(reader.language if isinstance(reader, User) else None):
            mail = self.render_mail(template_prefix, email, {"studio": settings.STUDIO_NAME, "email": email, "reader": reader, **context})
        staff_mail.post(to=email, subject=mail.subject, text=mail.body)

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


def _login(credentials: dict[str, Any]) -> str:
    return str(credentials.get("email", "")).strip().lower()


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
