"""Roles, and giving them to people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import ProtectedError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from helpdesk.audit.services import changed, note_audit
from helpdesk.base.errors import DomainError, kinds_of
from helpdesk.staff.models import Grant, Role, Team, User, parts_of
from helpdesk.staff.rights import ANY, Part, registered
from helpdesk.staff.said import sides_of
from helpdesk.staff.services.keepers import changing, covers, demand
from helpdesk.staff.services.slugs import free_slug
from helpdesk.studio.models import Game, Topic

WHOLE = Part()
DO, GIVE = "rights", "may_grant"  # what the holders of a role may do; what they may give to others


class Cell(NamedTuple):
    """One mark of the matrix: whether the role has the right (`of` DO) or may give it (`of` GIVE)."""

    role: int
    right: str
    on: bool
    of: str = DO


@transaction.atomic
def make_role(
    *,
    name: str,
    rights: Iterable[str],
    by: User,
    may_grant: Iterable[str] = (),
    requires_second_factor: bool = False,
    request: HttpRequest | None = None,
) -> Role:
    """`rights` and `may_grant` are names of registered ones, the latter may be `ANY`. DomainError for one that no room registers,
    NotAllowed where `by` may not give it everywhere."""
    role = Role(name=name, slug=free_slug(Role, name), rights=_known(rights), may_grant=_known(may_grant, (ANY,)))
    role.requires_second_factor = requires_second_factor
    with changing(by):
        demand(by, _all_of(role), WHOLE, field="rights")
        role.save()
    facts: dict[str, Any] = {field: getattr(role, field) for field in ("name", DO, GIVE, "requires_second_factor")}
    note_audit("staff.role_made", by=by, subject=role, request=request, **facts)
    return role


@transaction.atomic
def change_role(role: Role, *, by: User, cells: Iterable[Cell] = (), request: HttpRequest | None = None, **facts: Any) -> Role:
    """`facts`: name, requires_second_factor; `cells`: what is put in or taken out, everything else stays as it is by then.

    NotAllowed where `by` may not give one of those rights everywhere, or all of the role where its second factor changes. A right of a room
    that is not here can be taken out and not be put in: DomainError.
    """
    with changing(by):
        return _change(role.pk, cells, by=by, request=request, **facts)


@transaction.atomic
def change_roles(cells: Iterable[Cell], *, by: User, request: HttpRequest | None = None) -> None:
    """All of them or none, as `change_role` does. DomainError where one of the roles is gone."""
    of_role: dict[int, list[Cell]] = defaultdict(list)
    for cell in cells:
        of_role[cell.role].append(cell)
    with changing(by):
        if Role.objects.filter(pk__in=of_role).count() < len(of_role):
            raise DomainError(_("A role that you change here is gone. The others are as you left them."))
        for pk in sorted(of_role):
            _change(pk, of_role[pk], by=by, request=request)


def _change(pk: int, cells: Iterable[Cell], *, by: User, request: HttpRequest | None, **facts: Any) -> Role:
    role = Role.objects.get(pk=pk)
    sets = {DO: set(role.rights), GIVE: set(role.may_grant)}
    for cell in cells:
        (sets[cell.of].add if cell.on else sets[cell.of].discard)(cell.right)
    facts |= {DO: _known(sets[DO], role.rights), GIVE: _known(sets[GIVE], (ANY, *role.may_grant))}
    differences = changed({field: getattr(role, field) for field in facts}, facts)
    touched = (sets[DO] ^ set(role.rights)) | (sets[GIVE] ^ set(role.may_grant))
    demand(by, touched | _all_of(role) if "requires_second_factor" in differences else touched, WHOLE, field="rights")
    if differences:
        for field in differences:
            setattr(role, field, facts[field])
        role.save(update_fields=list(differences))
        note_audit("staff.role_changed", by=by, subject=role, request=request, changes=differences)
    return role


@transaction.atomic
def drop_role(role: Role, *, by: User, request: HttpRequest | None = None) -> None:
    """Gone for good, and taken back from whoever holds it. NotAllowed where `by` may not give all that it holds; DomainError while
    something else is its own."""
    with changing(by):
        demand(by, _all_of(role), WHOLE)
        for grant in Grant.objects.filter(role=role).select_related("role", "user", "game", "team", "topic"):
            _take(grant, by=by, request=request)
        note_audit("staff.role_dropped", by=by, subject=role, request=request, name=role.name, rights=role.rights, may_grant=role.may_grant)
        try:
            Role.objects.filter(pk=role.pk).delete()
        except ProtectedError as error:
            raise DomainError(_("This role still has: %(what)s. Give them to another one first.") % {"what": kinds_of(error)}) from error


@transaction.atomic
def give_role(
    user: User,
    role: Role,
    *,
    by: User,
    game: Game | None = None,
    team: Team | None = None,
    language: str = "",
    topic: Topic | None = None,
    request: HttpRequest | None = None,
) -> Grant:
    """Give `role` to `user`. NotAllowed where no roles that `by` holds there list all that this one gives, or `by` would get a right."""
    if topic and topic.archived_at:
        raise DomainError(_("This topic is archived."), field="topic")
    given = Grant(user=user, role=role, game=game, team=team, language=language, topic=topic, topic_slug=topic.slug if topic else "")
    (part,) = parts_of([given])
    with changing(by):
        role.refresh_from_db()
        demand(by, _all_of(role), part, field="role")
        grant, made = Grant.objects.get_or_create(
            user=user, role=role, game=game, team=team, language=language, topic=topic, topic_slug=given.topic_slug
        )
        if not made:
            raise DomainError(_("%(name)s already holds this role there.") % {"name": user.name}, field="role")
    note_audit("staff.role_given", by=by, subject=user, request=request, game_id=part.game_id, role=role.name, part=sides_of(grant))
    user.forget_grants()
    return grant


@transaction.atomic
def take_role(grant: Grant, *, by: User, request: HttpRequest | None = None) -> None:
    """Take a role back. NotAllowed for who may not give it there."""
    (part,) = parts_of([grant])
    with changing(by):
        demand(by, _all_of(grant.role), part)
        _take(grant, by=by, request=request)
    grant.user.forget_grants()


def _take(grant: Grant, *, by: User, request: HttpRequest | None) -> None:
    facts: dict[str, Any] = {"game_id": grant.game_id, "role": grant.role.name, "part": sides_of(grant)}
    note_audit("staff.role_taken", by=by, subject=grant.user, request=request, **facts)
    grant.delete()


def first_administrator(user: User) -> Role:
    """The role that may do and give everything, made or brought up to the rights of today, and given to `user` by nobody: for the first
    one of a desk, and for one that has locked itself out."""
    with transaction.atomic():
        facts = {"rights": _known(registered()), "may_grant": [ANY]}
        role, made = Role.objects.get_or_create(slug="administrator", defaults={"name": "Administrator", **facts})
        differences = changed({field: getattr(role, field) for field in facts}, facts)
        if differences:
            Role.objects.filter(pk=role.pk).update(**facts)
        if made or differences:
            note_audit("staff.role_made" if made else "staff.role_changed", by=None, subject=role, name=role.name, changes=differences)
        _grant, given = Grant.objects.get_or_create(user=user, role=role, game=None, team=None, language="", topic=None, topic_slug="")
        if given:
            note_audit("staff.role_given", by=None, subject=user, role=role.name, part={})
    user.forget_grants()
    return role


def may_give(by: User, role: Role, part: Part) -> bool:
    """Whether `by` may give this role there, or take it back."""
    return covers(by, _all_of(role), part)


def _all_of(role: Role) -> set[str]:
    """What somebody gets with it: rights to have, and rights to give."""
    return {*role.rights, *role.may_grant}


def _known(names: Iterable[str], already: Iterable[str] = ()) -> list[str]:
    """In the order of the list of rights, so that equal sets are equal rows; those of rooms that are not here at the end."""
    wanted, every = set(names), registered()
    gone = sorted(wanted - set(every))
    if unknown := [name for name in gone if name not in set(already)]:
        raise DomainError(_("Unknown rights: %(names)s") % {"names": ", ".join(unknown)}, field="rights")
    return [*(str(right) for right in every if right in wanted), *gone]
