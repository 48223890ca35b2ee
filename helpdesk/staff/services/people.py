"""Inviting people, changing what is known of them, letting them go."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from helpdesk.audit.services import changed, note_audit
from helpdesk.base.errors import DomainError, NotAllowed
from helpdesk.staff.models import Grant, User, parts_of
from helpdesk.staff.services import addresses
from helpdesk.staff.services.keepers import changing
from helpdesk.staff.services.roles import may_give


@transaction.atomic
def invite(*, email: str, name: str, by: User, request: HttpRequest | None = None, language: str = "en", timezone: str = "UTC") -> User:
    """A new colleague without a password; the letter carries a link on which they set one. It stays open for three days."""
    if User.objects.filter(email=email.strip().lower()).exists():
        raise DomainError(_("Somebody with this address is already here."), field="email")
    user = User.objects.create_user(email, None, name=name, language=language, timezone=timezone)
    note_audit("staff.invited", by=by, subject=user, request=request, email=user.email)
    addresses.post_invitation(user, by)
    return user


@transaction.atomic
def invite_again(user: User, *, by: User, request: HttpRequest | None = None) -> None:
    """Another link, when the first has lapsed or was lost."""
    demand_equal(user, by)
    if user.has_usable_password() or not user.is_active:
        raise DomainError(_("%(name)s needs no invitation any more.") % {"name": user.name})
    note_audit("staff.invited_again", by=by, subject=user, request=request)
    addresses.post_invitation(user, by)


def names_for(_reader: User, ids: Collection[int]) -> dict[int, dict[str, str]]:
    """Whom a notice speaks of, by id: everybody at work may know everybody's name."""
    return {pk: {"who": name} for pk, name in User.objects.filter(pk__in=ids).values_list("pk", "name")}


@transaction.atomic
def change_person(user: User, *, by: User, request: HttpRequest | None = None, **facts: Any) -> User:
    """Name, public name, address, language, time zone, look, notices. A person's own account and the administrators' page both come here.

    Another address is only asked for: it counts when somebody there has said yes (`addresses.confirm`).
    """
    person = User.objects.select_for_update().get(pk=user.pk)
    wanted = facts.pop("email", person.email).strip().lower()
    differences = changed({field: getattr(person, field) for field in facts}, facts)
    if differences or wanted != person.email:
        demand_equal(person, by)
    if wanted != person.email:
        addresses.ask(person, wanted, by=by, request=request)
    if differences:
        for field in differences:
            setattr(person, field, facts[field])
        person.save(update_fields=list(differences))
        note_audit("staff.changed", by=by, subject=person, request=request, changes=differences)
    return person


@transaction.atomic
def deactivate(user: User, *, by: User, request: HttpRequest | None = None) -> User:
    """They can no longer sign in and are signed out everywhere. What they wrote stays theirs."""
    if user.pk == by.pk:
        raise DomainError(_("You cannot close your own account; ask a colleague."))
    with changing(by):
        person = User.objects.select_for_update().get(pk=user.pk)
        if not person.is_active:
            return person
        demand_equal(person, by)
        person.is_active = False
        person.save(update_fields=["is_active"])
    sign_out_everywhere(person, by=by, request=request)
    note_audit("staff.deactivated", by=by, subject=person, request=request)
    return person


def manages(by: User, person: User) -> bool:
    """Whether `by` may change anything about `person`: their own account, and that of whoever holds nothing that they may not give.

    Whoever could turn an address to their own, open an account again or end its sessions would get those rights or take them away.
    """
    grants = list(Grant.objects.filter(user=person).select_related("role"))
    return person.pk == by.pk or all(may_give(by, grant.role, part) for grant, part in zip(grants, parts_of(grants), strict=True))


def demand_equal(person: User, by: User) -> None:
    """NotAllowed unless `by` manages `person`."""
    if not manages(by, person):
        raise NotAllowed(_("%(name)s holds rights that you may not give.") % {"name": person.name})


@transaction.atomic
def reactivate(user: User, *, by: User, request: HttpRequest | None = None) -> User:
    """They can sign in again, with the password and the roles they had. NotAllowed unless `by` may change this account."""
    with changing(by):
        person = User.objects.select_for_update().get(pk=user.pk)
        demand_equal(person, by)
    if not person.is_active:
        person.is_active = True
        person.save(update_fields=["is_active"])
        note_audit("staff.reactivated", by=by, subject=person, request=request)
    return person


@transaction.atomic
def sign_out_everywhere(user: User, *, by: User, request: HttpRequest | None = None, keep: str = "") -> int:
    """End a person's sessions, but for the one whose key is `keep`. Returns how many ended."""
    demand_equal(user, by)
    sessions = list(UserSession.objects.filter(user=user).exclude(session_key=keep))
    for session in sessions:
        session.end()
    if sessions:
        note_audit("staff.sessions_ended", by=by, subject=user, request=request, count=len(sessions))
    return len(sessions)
