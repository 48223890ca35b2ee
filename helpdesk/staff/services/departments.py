"""Departments, who belongs to them, and which one somebody means by a name."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from helpdesk.audit.services import changed, note_audit
from helpdesk.base.errors import DomainError
from helpdesk.base.text import one_line
from helpdesk.staff.models import DepartmentMember, User
from helpdesk.staff.rights import Right, has_everywhere
from helpdesk.staff.services.seats import seat
from helpdesk.staff.services.words import put_aside, save_named
from helpdesk.studio.models import Department, Game
from helpdesk.studio.selectors import departments_of, for_game

NAMED = 12  # as many departments a refusal names


@transaction.atomic
def make_department(
    *, name: str, by: User, game: Game | None = None, members: Iterable[User] = (), place: int = 0, request: HttpRequest | None = None
) -> Department:
    """For one game or for all. DomainError for a name that another department there has."""
    department = Department(name=one_line(name, 60), game=game, place=place)
    _save(department)
    seat(_seats(department), members, department=department)
    note_audit("staff.department_made", by=by, subject=department, request=request, game_id=department.game_id, name=department.name)
    return department


@transaction.atomic
def change_department(
    department: Department, *, name: str, members: Iterable[User], place: int, by: User, request: HttpRequest | None = None
) -> Department:
    """`members` are all who belong to it from now on. DomainError for a name that another department there has."""
    kept = Department.objects.select_for_update(of=("self",)).get(pk=department.pk)
    name = one_line(name, 60)
    facts = {"name": name, "place": place}
    differences = changed({field: getattr(kept, field) for field in facts}, facts)
    if differences:
        kept.name, kept.place = name, place
        _save(kept)
    joined, left = seat(_seats(kept), members, department=kept)
    if differences or joined or left:
        note_audit(
            "staff.department_changed", by=by, subject=kept, request=request, game_id=kept.game_id,
            changes=differences, joined=joined, left=left,
        )  # fmt: skip
    return kept


def set_archived(department: Department, archived: bool, *, by: User, request: HttpRequest | None = None) -> Department:
    """An archived department is not offered any more; tickets that wait for it still do."""
    actions = "staff.department_archived", "staff.department_reopened"
    told = {"game_id": department.game_id, "name": department.name}
    return put_aside(department, archived, actions=actions, by=by, request=request, **told)


def department_named(words: str, *, game: Game, by: User, field: str) -> Department:
    """The department of this name, for a matter of this game. Who looks after the departments makes a new one by naming it.

    DomainError, beside `field`, for one that is archived, and for whoever may not make one.
    """
    name = one_line(words, 60)
    found = _called(name, game).order_by(F("archived_at").asc(nulls_first=True), "game").first()
    if found is None and has_everywhere(by, Right.MANAGE_STAFF):
        return make_department(name=name, by=by)
    if found is None:
        there = ", ".join(departments_of(game).values_list("name", flat=True)[:NAMED]) or "–"
        words = _("There is no department “%(name)s”, only: %(names)s. Whoever looks after the staff can add it.")
        raise DomainError(words % {"name": name, "names": there}, field=field)
    if found.archived_at:
        raise DomainError(_("The department “%(name)s” is archived. Choose another one.") % {"name": name}, field=field)
    return found


def _called(name: str, game: Game | None) -> QuerySet[Department]:
    """Those of this name of which one could be meant there."""
    return Department.objects.filter(for_game(game) if game else Q(), name__iexact=name)


def _save(department: Department) -> None:
    alike = _called(department.name, department.game)
    save_named(department, alike, nameless=_("A department needs a name."), taken=_("There is already a department of this name."))


def members_of(department: Department) -> QuerySet[DepartmentMember, int]:
    """The ids of who belongs to it."""
    return _seats(department).values_list("user_id", flat=True)


def _seats(department: Department) -> QuerySet[DepartmentMember]:
    return DepartmentMember.objects.filter(department=department)
