"""The page on which views are looked after: owner by owner, with what may be done to each view, and who begins with which."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from helpdesk.staff.models import Role, User
from tickets.desk.saved_views.audience import Owner, audiences, owner_of
from tickets.desk.saved_views.models import SavedView, StartView
from tickets.desk.saved_views.selectors import folded, listed, views_of


@dataclass(frozen=True, slots=True)
class Shown:
    """A view, and whether it is the first or the last of its neighbours."""

    view: SavedView
    first: bool
    last: bool


@dataclass(frozen=True, slots=True)
class Group:
    """One owner's views. `whose` as `SavedView.whose`, `name` that of the team or role."""

    whose: str
    name: str
    shown: list[Shown]
    may_change: bool


@dataclass(frozen=True, slots=True)
class Begins:
    """What one may begin with after sign-in, and what that is now; with `role`, what its people do who chose nothing."""

    choices: list[SavedView]
    chosen: int | None
    role: Role | None = None


def overview(user: User) -> dict[str, Any]:
    """Context of the page."""
    may = {audience.owner for audience in audiences(user)}
    by_owner: dict[Owner, list[SavedView]] = {}
    for view in listed(user):
        by_owner.setdefault(owner_of(view), []).append(view)
    of_them = StartView.objects.filter(Q(user=user) | Q(user=None))
    starts = {(start.user_id, start.role_id): start.view_id for start in of_them}
    roles = Role.objects.filter(pk__in=[owner.role_id for owner in may if owner.role_id])
    return {
        "groups": [_group(views, owner in may) for owner, views in by_owner.items()],
        "mine": Begins(views_of(user), starts.get((user.pk, None))),
        "of_roles": [
            Begins([*by_owner.get(Owner(role_id=role.pk), ()), *by_owner.get(Owner(), ())], starts.get((None, role.pk)), role)
            for role in roles
        ],
    }


def _group(views: list[SavedView], may: bool) -> Group:
    first = views[0]
    named = first.team or first.role
    return Group(first.whose.partition(":")[0], named.name if named else "", list(_shown(views)), may)


def _shown(views: Iterable[SavedView]) -> Iterable[Shown]:
    for _name, inside in folded(views):
        for place, view in enumerate(inside):
            yield Shown(view, place == 0, place == len(inside) - 1)
