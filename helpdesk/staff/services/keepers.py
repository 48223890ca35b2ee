"""Somebody must always be able to give rights back. Whoever changes roles, grants or people asks here before the end."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from helpdesk.base.errors import DomainError
from helpdesk.staff.models import Grant, Role, User
from helpdesk.staff.rights import Right, has_everywhere


class WouldLockOut(DomainError):
    """The change takes MANAGE_ROLES from the person who makes it; it asks to be said twice."""


def hold_still() -> None:
    """Lock the roles that keep the keys, so that two changes at once cannot each leave the other as the last keeper."""
    list(Role.objects.select_for_update().filter(rights__contains=[Right.MANAGE_ROLES]).order_by("pk").values_list("pk"))


def keepers() -> QuerySet[User]:
    """Those who may change roles everywhere and can sign in."""
    grants = Grant.objects.filter(role__rights__contains=[Right.MANAGE_ROLES], game=None, team=None, language="", topic_slug="")
    return User.objects.filter(is_active=True, pk__in=grants.values("user"))


def check(by: User, *, was_keeper: bool, sure: bool) -> None:
    """After the change, still inside its transaction: refuse a house without keeper, and a keeper's own farewell unless they are sure."""
    if not keepers().exists():
        raise DomainError(_("Nobody would be left who may change roles. Give that right to somebody else first."))
    by.forget_grants()
    if was_keeper and not sure and not has_everywhere(by, Right.MANAGE_ROLES):
        raise WouldLockOut(_("With this you lose the right to change roles yourself. Confirm it if that is what you want."), field="sure")
