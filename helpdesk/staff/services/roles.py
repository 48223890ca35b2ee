"""Roles, and giving them to people."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import ProtectedError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from helpdesk.audit.services import changed, note_audit
from helpdesk.base.errors import DomainError, NotAllowed, kinds_of
from helpdesk.staff.models import Grant, Role, Team, User, parts_of
from helpdesk.staff.rights import Part, Right, has_everywhere, registered, scope_for
from helpdesk.staff.services import keepers
from helpdesk.staff.services.slugs import free_slug
from helpdesk.studio.models import Game, Topic


@transaction.atomic
def make_role(
    *, name: str, rights: Iterable[str], by: User, requires_second_factor: bool = False, request: HttpRequest | None = None
) -> Role:
    """`rights` are names of registered ones. DomainError for one that no room registers."""
    role = Role(name=name, slug=free_slug(Role, name), rights=_known(rights), requires_second_factor=requires_second_factor)
    role.save()
    note_audit(
        "staff.role_made",
        by=by,
        subject=role,
        request=request,
        name=name,
        rights=role.rights,
        requires_second_factor=requires_second_factor,
    )
    return role


@transaction.atomic
def change_role(
    role: Role,
    *,
    name: str,
    rights: Iterable[str],
    requires_second_factor: bool,
    by: User,
    sure: bool = False,
    request: HttpRequest | None = None,
) -> Role:
    """Raises `WouldLockOut` when `by` would lose the right to change roles and is not `sure` of it.

    A right of a room that is not here stays when `rights` names it, and can be taken out; it cannot be put in: DomainError.
    """
    was_keeper = has_everywhere(by, Right.MANAGE_ROLES)
    keepers.hold_still()
    kept = Role.objects.select_for_update().get(pk=role.pk)
    facts = {"name": name, "rights": _known(rights, kept.rights), "requires_second_factor": requires_second_factor}
    differences = changed({field: getattr(kept, field) for field in facts}, facts)
    if differences:
        for field in differences:
            setattr(kept, field, facts[field])
        kept.save(update_fields=list(differences))
        keepers.check(by, was_keeper=was_keeper, sure=sure)
        note_audit("staff.role_changed", by=by, subject=kept, request=request, changes=differences)
    return kept


@transaction.atomic
def drop_role(role: Role, *, by: User, request: HttpRequest | None = None) -> None:
    """Gone for good. DomainError while somebody holds it."""
    kept = Role.objects.select_for_update().get(pk=role.pk)
    if Grant.objects.filter(role=kept).exists():
        raise DomainError(_("Somebody still holds this role. Take it back first."))
    note_audit("staff.role_dropped", by=by, subject=kept, request=request, name=kept.name, rights=kept.rights)
    try:
        kept.delete()
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
    """Give `role` to `user`. Whoever may change roles gives any; others give only what they hold themselves, where they hold it."""
    if topic and topic.archived_at:
        raise DomainError(_("This topic is archived."), field="topic")
    given = Grant(user=user, role=role, game=game, team=team, language=language, topic=topic, topic_slug=topic.slug if topic else "")
    (part,) = parts_of([given])
    if not may_give(by, role, part):
        raise NotAllowed(_("You can give only rights that you hold yourself, and only where you hold them."), field="role")
    grant, made = Grant.objects.get_or_create(
        user=user, role=role, game=game, team=team, language=language, topic=topic, topic_slug=given.topic_slug
    )
    if not made:
        raise DomainError(_("%(name)s already holds this role there.") % {"name": user.name}, field="role")
    note_audit("staff.role_given", by=by, subject=user, request=request, game_id=part.game_id, role=role.name, part=_said(grant))
    user.forget_grants()
    return grant


@transaction.atomic
def take_role(grant: Grant, *, by: User, sure: bool = False, request: HttpRequest | None = None) -> None:
    """Take a role back. Raises `WouldLockOut` like `change_role`."""
    was_keeper = has_everywhere(by, Right.MANAGE_ROLES)
    (part,) = parts_of([grant])
    if not may_give(by, grant.role, part):
        raise NotAllowed(_("You can take back only rights that you hold yourself, and only where you hold them."))
    keepers.hold_still()
    user, role, said = grant.user, grant.role, _said(grant)
    grant.delete()
    user.forget_grants()
    keepers.check(by, was_keeper=was_keeper, sure=sure)
    note_audit("staff.role_taken", by=by, subject=user, request=request, game_id=part.game_id, role=role.name, part=said)


def may_give(by: User, role: Role, part: Part) -> bool:
    """Nobody rises alone: a right is passed on only by who holds it over at least that part."""
    if has_everywhere(by, Right.MANAGE_ROLES):
        return True
    return all(_covers(by, right, part) for right in role.rights)


def _covers(by: User, right: str, wanted: Part) -> bool:
    scope = scope_for(by, right)
    return scope.everything or any(wanted.lies_in(part) for part in scope.parts)


def _said(grant: Grant) -> dict[str, str]:
    """The part with its names, as it was called when it was given."""
    named = {"game": grant.game, "team": grant.team, "topic": grant.topic}
    sides = {side: row.name if row else "" for side, row in named.items()} | {"language": grant.language}
    return {side: name for side, name in sides.items() if name}


def _known(rights: Iterable[str], already: Iterable[str] = ()) -> list[str]:
    """In the order of the list of rights, so that equal sets are equal rows; those of rooms that are not here at the end."""
    wanted, every = set(rights), registered()
    gone = sorted(wanted - set(every))
    if unknown := [name for name in gone if name not in set(already)]:
        raise DomainError(_("Unknown rights: %(names)s") % {"names": ", ".join(unknown)}, field="rights")
    return [*(str(right) for right in every if right in wanted), *gone]
