"""Seeing the desk as somebody else does: with the rights of a role or of a colleague, for half an hour, without changing anything.

Whoever looks stays who they are: drafts, notices, “mine” and the account are their own. Lent are the grants alone, in one place, which
every door and every query asks (`User.held_grants`); and never more than the looker holds: what they lack is left out, and said to be.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from helpdesk.audit.services import note_audit
from helpdesk.base.clock import now
from helpdesk.base.errors import NotAllowed
from helpdesk.staff.models import Grant, HeldGrant, Role, User, parts_of
from helpdesk.staff.rights import Part, Right, has_everywhere, registered, scope_for
from helpdesk.staff.said import sides_of, where_words

KEY = "seeing"  # the session's key for as whom its owner looks
LASTS = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Seeing:
    """As whom somebody looks: a colleague's or role's name with the role's `where` (empty: of a colleague), until when, and the rights
    that are left out since the looker does not hold them there."""

    name: str
    where: str
    until: datetime
    left_out: tuple[Right, ...]


def begin(request: HttpRequest, by: User, *, person: User | None = None, given: Grant | None = None) -> None:
    """Look as `person`, or as somebody who is `given` a role somewhere. NotAllowed without the right, or for oneself."""
    if not has_everywhere(by, Right.SEE_AS) or person == by:
        raise NotAllowed(_("You cannot see the desk like that."))
    until = now() + LASTS
    asked: dict[str, Any] = {"until": until.isoformat()}
    if person is not None:
        asked["person"] = person.pk
    elif given is not None:
        asked |= {"role": given.role_id, "game": given.game_id, "team": given.team_id, "language": given.language, "topic": given.topic_id}
    subject = person or (given.role if given else None)
    where: dict[str, Any] = {"part": sides_of(given)} if given else {}
    note_audit("staff.seeing_began", by=by, subject=subject, request=request, name=str(subject), until=until, **where)
    request.session[KEY] = asked


def end(request: HttpRequest, by: User, *, why: str) -> None:
    """Be oneself again. `why` ("asked", "over", "gone", "signed_out") goes to the audit with it."""
    asked = request.session.pop(KEY, None)
    if asked:
        subject = ("staff.user", asked["person"]) if "person" in asked else ("staff.role", asked.get("role"))
        note_audit("staff.seeing_ended", by=by, subject=subject, request=request, reason=why)


def lend(request: HttpRequest, by: User) -> Seeing | None:
    """Lend this request's person the grants of whom they see the desk as; None where they are, or are again, themselves."""
    asked = request.session.get(KEY)
    if asked is None:
        return None
    until, found = datetime.fromisoformat(asked["until"]), _asked_for(asked) if has_everywhere(by, Right.SEE_AS) else None
    if found is None or until <= now():
        end(request, by, why="gone" if found is None else "over")
        return None
    name, where, grants = found
    lent, left_out = _shared(grants, by)
    by.lend(lent)
    return Seeing(name, where, until, left_out)


def _asked_for(asked: dict[str, Any]) -> tuple[str, str, tuple[HeldGrant, ...]] | None:
    """The name, where, and the grants as they are now; None where there is no such colleague or role any more."""
    if "person" in asked:
        person = User.objects.filter(pk=asked["person"], is_active=True).first()
        return (person.name, "", person.held_grants()) if person else None
    sides = {f"{side}_id": asked[side] for side in ("game", "team", "topic")}
    role = Role.objects.filter(pk=asked["role"]).first()
    if role is None:
        return None
    given = Grant(role=role, language=asked["language"], **sides)
    where = where_words(sides_of(given))
    return role.name, where, (HeldGrant(frozenset(role.rights), parts_of([given])[0], needs_second_factor=False),)


def _shared(grants: Iterable[HeldGrant], by: User) -> tuple[tuple[HeldGrant, ...], tuple[Right, ...]]:
    """What of these grants `by` holds too, and the rights of which something is left out. The second factor stays the looker's own."""
    parts: dict[Part, set[str]] = {}
    left_out: set[str] = set()
    for grant in grants:
        for right in grant.rights:
            scope = scope_for(by, right)
            if scope.everything:
                parts.setdefault(grant.part, set()).add(right)
                continue
            for held in scope.parts:
                if shared := grant.part.shared_with(held):
                    parts.setdefault(shared, set()).add(right)
            if not any(grant.part.lies_in(held) for held in scope.parts):
                left_out.add(right)
    lent = tuple(HeldGrant(frozenset(rights), part, by.needs_second_factor) for part, rights in parts.items())
    return lent, tuple(right for right in registered() if right in left_out) if left_out else ()
