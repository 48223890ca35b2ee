"""Sign-ins, failures and changes of factors go to the audit. Signals are used here alone: allauth has no other door."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.account.adapter import get_adapter
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from helpdesk.audit.models import ActorKind
from helpdesk.audit.services import By, note_audit
from helpdesk.staff import seeing
from helpdesk.staff.models import User


@receiver(account.user_logged_in, dispatch_uid="staff.signed_in")
def signed_in(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    note_audit("staff.signed_in", by=user, subject=user, request=request)


@receiver(user_logged_out, dispatch_uid="staff.signed_out")
def signed_out(request: HttpRequest, user: User | None, **_kwargs: Any) -> None:
    if user is not None:
        seeing.end(request, user, why="signed_out")
        note_audit("staff.signed_out", by=user, subject=user, request=request)


@receiver(user_login_failed, dispatch_uid="staff.sign_in_failed")
def sign_in_failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_kwargs: Any) -> None:
    """Only an address that is ours is kept: a person may have typed anything into that field, their password too."""
    typed = str(credentials.get("email", "")).strip().lower()
    user = User.objects.filter(email=typed).first()
    by = By(ActorKind.VISITOR, None, user.email if user else "")
    note_audit("staff.sign_in_failed", by=by, subject=user, request=request, known=user is not None)


@receiver(mfa.authentication_failed, dispatch_uid="staff.second_factor_failed")
def second_factor_failed(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    note_audit("staff.second_factor_failed", by=By(ActorKind.VISITOR, None, user.email), subject=user, request=request)


@receiver(account.password_changed, dispatch_uid="staff.password_changed")
@receiver(account.password_set, dispatch_uid="staff.password_set")
@receiver(account.password_reset, dispatch_uid="staff.password_reset")
def password_changed(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    note_audit("staff.password_changed", by=user, subject=user, request=request)


@receiver(account.password_reset, dispatch_uid="staff.password_reset_lifts")
def a_new_password_by_mail_lifts_the_count(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    """Who holds the mailbox is no guesser: what others have typed wrongly does not keep them out."""
    get_adapter(request)._delete_login_attempts_cached_email(request, email=user.email)


@receiver(mfa.authenticator_added, dispatch_uid="staff.factor_added")
@receiver(mfa.authenticator_reset, dispatch_uid="staff.factor_reset")
def factor_added(request: HttpRequest, user: User, authenticator: Authenticator, **_kwargs: Any) -> None:
    note_audit("staff.factor_added", by=user, subject=user, request=request, factor=authenticator.type)


@receiver(mfa.authenticator_removed, dispatch_uid="staff.factor_removed")
def factor_removed(request: HttpRequest, user: User, authenticator: Authenticator, **_kwargs: Any) -> None:
    note_audit("staff.factor_removed", by=user, subject=user, request=request, factor=authenticator.type)
