"""Whose a view may be: who sees it, and who may make and change those of others."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.staff.models import Grant, Membership, Role, Team, User
from helpdesk.staff.rights import has_everywhere, has_right
from tickets.desk.saved_views.models import SavedView
from tickets.desk.saved_views.rights import SHARE

ME, ALL = "me", "all"


class Owner(NamedTuple):
    """The columns of a view that say whose it is; none of them: everybody's."""

    user_id: int | None = None
    team_id: int | None = None
    role_id: int | None = None


class Audience(NamedTuple):
    """One for whom somebody may make a view. `word` as `SavedView.whose`."""

    word: str
    label: str | Promise
    owner: Owner


def audiences(user: User) -> list[Audience]:
    """For whom this person may make and change views.

    Who holds `SHARE` for a part of the work does so for their own teams and roles; who holds it for everything, for all and everybody.
    """
    found = [Audience(ME, gettext_lazy("Me alone"), Owner(user_id=user.pk))]
    if not has_right(user, SHARE):
        return found
    teams, roles = Team.objects.all(), Role.objects.all()
    if not (over_all := has_everywhere(user, SHARE)):
        teams = teams.filter(pk__in=Membership.objects.filter(user=user).values("team"))
        roles = roles.filter(pk__in=Grant.objects.filter(user=user).values("role"))
    found += [Audience(f"team:{team.pk}", _("Team: %(name)s") % {"name": team.name}, Owner(team_id=team.pk)) for team in teams]
    found += [Audience(f"role:{role.pk}", _("Role: %(name)s") % {"name": role.name}, Owner(role_id=role.pk)) for role in roles]
    return [*found, Audience(ALL, gettext_lazy("Everybody"), Owner())] if over_all else found


def owner_of(view: SavedView) -> Owner:
    return Owner(view.user_id, view.team_id, view.role_id)


def may_change(user: User, view: SavedView) -> bool:
    """Whether it is one of those that this person may make."""
    return owner_of(view) in {audience.owner for audience in audiences(user)}
