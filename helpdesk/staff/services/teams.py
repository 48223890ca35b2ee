"""Teams and who is in them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import ProtectedError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from helpdesk.audit.services import note_audit
from helpdesk.base.claims import hold_names
from helpdesk.base.errors import DomainError, kinds_of
from helpdesk.staff.models import Grant, Membership, Team, User
from helpdesk.staff.services.keepers import LOCK
from helpdesk.staff.services.seats import seat
from helpdesk.staff.services.slugs import free_slug


@transaction.atomic
def make_team(*, name: str, members: Iterable[User], by: User, answering_takes: bool = True, request: HttpRequest | None = None) -> Team:
    """DomainError for a name that another team has."""
    _refuse_double(name)
    team = Team.objects.create(name=name, slug=free_slug(Team, name), answering_takes=answering_takes)
    seat(Membership.objects.filter(team=team), members, team=team)
    note_audit("staff.team_made", by=by, subject=team, request=request, name=name)
    return team


@transaction.atomic
def change_team(
    team: Team, *, name: str, members: Iterable[User], answering_takes: bool, by: User, request: HttpRequest | None = None
) -> Team:
    """`members` are all who are in it from now on. DomainError for a name that another team has."""
    hold_names(LOCK)
    kept = Team.objects.select_for_update().get(pk=team.pk)
    if name != kept.name:
        _refuse_double(name)
    joined, left = map(_called, seat(Membership.objects.filter(team=kept), members, team=kept))
    if joined or left or (name, answering_takes) != (kept.name, kept.answering_takes):
        names = [kept.name, name]
        note_audit(
            "staff.team_changed", by=by, subject=kept, request=request,
            name=names, joined=joined, left=left, answering_takes=answering_takes,
        )  # fmt: skip
    kept.name, kept.answering_takes = name, answering_takes
    kept.save(update_fields=["name", "answering_takes"])
    return kept


@transaction.atomic
def drop_team(team: Team, *, by: User, request: HttpRequest | None = None) -> None:
    """Only an empty one: tickets and grants that name it would change their meaning in silence."""
    if Grant.objects.filter(team=team).exists():
        raise DomainError(_("A role is given for this team. Take it back first."))
    if Membership.objects.filter(team=team).exists():
        raise DomainError(_("Somebody is still in this team."))
    note_audit("staff.team_dropped", by=by, subject=team, request=request, name=team.name)
    try:
        team.delete()
    except ProtectedError as error:
        raise DomainError(_("This team still has: %(what)s. Give them to another one first.") % {"what": kinds_of(error)}) from error


def _called(ids: list[int]) -> list[str]:
    return list(User.objects.filter(pk__in=ids).values_list("name", flat=True))


def _refuse_double(name: str) -> None:
    if Team.objects.filter(name__iexact=name).exists():
        raise DomainError(_("There is already a team of this name."), field="name")
