"""Inviting people, changing what is known of them, letting them go."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from helpdesk.audit.services import changed, note_audit
from helpdesk.base.errors import DomainError, NotAllowed
from helpdesk.staff import letters
from helpdesk.staff.models import Grant, User
from helpdesk.staff.rights import Right, has_everywhere
from helpdesk.staff.services import keepers
from helpdesk.staff.services.roles import may_give


@transaction.atomic
def invite(*, email: str, name: str, by: User, request: HttpRequest | None = None, language: str = "en", timezone: str = "UTC") -> User:
    """A new colleague without a password; the letter carries a link on which he sets one. It stays open for three days."""
    if User.objects.filter(email=email.strip().lower()).exists():
        raise DomainError(_("Somebody with this address is already here."), field="email")
    user = User.objects.create_user(email, None, name=name, language=language, timezone=timezone)
    note_audit("staff.invited", by=by, subject=user, request=request, email=user.email)
    _post_invitation(user, by)
    return user


@transaction.atomic
def invite_again(user: User, *, by: User, request: HttpRequest | None = None) -> None:
    """Another link, when the first has lapsed or was lost."""
    if user.has_usable_password() or not user.is_active:
        raise DomainError(_("%(name)s needs no invitation any more.") % {"name": user.name})
    note_audit("staff.invited_again", by=by, subject=user, request=request)
    _post_invitation(user, by)


def names_for(_reader: User, ids: Collection[int]) -> dict[int, dict[str, str]]:
    """Whom a notice speaks of, by id: everybody at work may know everybody's name."""
    return {pk: {"who": name} for pk, name in User.objects.filter(pk__in=ids).values_list("pk", "name")}


def password_link(user: User) -> str:
    """Where this person may set a password, once and within PASSWORD_RESET_TIMEOUT. Whoever holds it becomes him: tell nobody else."""
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"}).replace("UID-KEY", key)
    return f"{settings.DESK_URL}{path}"


def _post_invitation(user: User, by: User) -> None:
    days = settings.PASSWORD_RESET_TIMEOUT // 86400
    with translation.override(user.language):
        facts = {"user": user, "by": by, "studio": settings.STUDIO_NAME, "address": password_link(user), "days": days}
        text = render_to_string("staff/mail/invitation.txt", facts)
        letters.post(to=user.email, subject=_("Your place at the desk of %(studio)s") % {"studio": settings.STUDIO_NAME}, text=text)


@transaction.atomic
def change_person(user: User, *, by: User, request: HttpRequest | None = None, **facts: Any) -> User:
    """Name, public name, address, language, time zone, look, notices. His own account and the administrators' page both come here."""
    person = User.objects.select_for_update().get(pk=user.pk)
    if "email" in facts:
        facts["email"] = facts["email"].strip().lower()
        if User.objects.filter(email=facts["email"]).exclude(pk=user.pk).exists():
            raise DomainError(_("Somebody with this address is already here."), field="email")
        if facts["email"] != person.email:
            _only_for_equals(person, by, field="email")
    differences = changed({field: getattr(person, field) for field in facts}, facts)
    if differences:
        for field in differences:
            setattr(person, field, facts[field])
        person.save(update_fields=list(differences))
        note_audit("staff.changed", by=by, subject=person, request=request, changes=differences)
    return person


@transaction.atomic
def deactivate(user: User, *, by: User, request: HttpRequest | None = None) -> User:
    """He can no longer sign in and is signed out everywhere. What he wrote stays his."""
    if user.pk == by.pk:
        raise DomainError(_("You cannot close your own account; ask a colleague."))
    keepers.hold_still()
    person = User.objects.select_for_update().get(pk=user.pk)
    if not person.is_active:
        return person
    _only_for_equals(person, by)
    person.is_active = False
    person.save(update_fields=["is_active"])
    keepers.check(by, was_keeper=has_everywhere(by, Right.MANAGE_ROLES), sure=True)
    sign_out_everywhere(person, by=by, request=request)
    note_audit("staff.deactivated", by=by, subject=person, request=request)
    return person


def _only_for_equals(person: User, by: User, *, field: str = "") -> None:
    """Whoever could turn an address to his own would get that person's rights with the next new password; so he must hold them already."""
    grants = Grant.objects.filter(user=person).select_related("role")
    if person.pk != by.pk and not all(may_give(by, grant.role, grant.part()) for grant in grants):
        raise NotAllowed(_("%(name)s holds rights that you do not hold.") % {"name": person.name}, field=field)


@transaction.atomic
def reactivate(user: User, *, by: User, request: HttpRequest | None = None) -> User:
    person = User.objects.select_for_update().get(pk=user.pk)
    if not person.is_active:
        person.is_active = True
        person.save(update_fields=["is_active"])
        note_audit("staff.reactivated", by=by, subject=person, request=request)
    return person


@transaction.atomic
def sign_out_everywhere(user: User, *, by: User, request: HttpRequest | None = None, keep: str = "") -> int:
    """End his sessions, but for the one whose key is `keep`. Returns how many ended."""
    sessions = list(UserSession.objects.filter(user=user).exclude(session_key=keep))
    for session in sessions:
        session.end()
    if sessions:
        note_audit("staff.sessions_ended", by=by, subject=user, request=request, count=len(sessions))
    return len(sessions)
