"""What holds whenever people's rights change: one change at a time, nobody lifts himself, somebody can always give rights back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from helpdesk.base.claims import hold_names
from helpdesk.base.errors import DomainError, NotAllowed
from helpdesk.staff.models import Grant, HeldGrant, User
from helpdesk.staff.rights import ANY, Part, Right, registered

LOCK = "staff.rights"
KEYS = (Right.MANAGE_ROLES, Right.MANAGE_STAFF, ANY)  # with all three, held everywhere, one can repair whatever others did
EVERYWHERE = {"game": None, "team": None, "language": "", "topic_slug": ""}


@contextmanager
def changing(by: User) -> Iterator[None]:
    """Around whatever changes roles, grants or accounts, within its transaction and before the lock of any row.

    Others wait until it ends. What `by` may do is read anew when it begins. When the block is over: NotAllowed if `by` has got a right that
    he did not have; DomainError if KEYS that one person held together are held by nobody any more.
    """
    hold_names(LOCK)
    by.forget_grants()
    had, rings = by.held_grants(), _rings()
    yield
    by.forget_grants()
    if any(not _had(had, grant) for grant in by.held_grants()):
        raise NotAllowed(_("With this you would give yourself a right. A colleague who may give it has to do it."))
    left = _rings()
    for ring in rings:
        if not any(ring <= other for other in left):
            raise DomainError(
                _("Nobody who can sign in would be left who may do this everywhere: %(what)s. Give it to somebody else first.")
                % {"what": "; ".join(str(key.label) for key in KEYS if key in ring)}
            )


def _had(before: Iterable[HeldGrant], grant: HeldGrant) -> bool:
    """Whether all that `grant` gives was held there already, by whatever grants."""
    wide = [held for held in before if grant.part.lies_in(held.part)]
    rights, gives = (frozenset[str]().union(*(getattr(held, field) for held in wide)) for field in ("rights", "may_grant"))
    return grant.rights <= rights and (ANY in gives or grant.may_grant <= gives)


def covers(by: User, names: Iterable[str], part: Part) -> bool:
    """Whether `by` may give all these rights over at least that part: roles that he holds there list them."""
    return not lacking(by, names, part)


def lacking(by: User, names: Iterable[str], part: Part) -> frozenset[str]:
    """Those of the rights that `by` may not give there."""
    listed = frozenset[str]().union(*(held.may_grant for held in by.held_grants() if part.lies_in(held.part)))
    return frozenset() if ANY in listed else frozenset(names) - listed


def demand(by: User, names: Iterable[str], part: Part, *, field: str = "") -> None:
    """NotAllowed, with the names of what is lacking, unless `by` may give these rights there."""
    if missing := lacking(by, names, part):
        labels = {str(right): str(right.label) for right in (ANY, *registered())}
        said = [labels.get(name, name) for name in (*labels, *sorted(missing - set(labels))) if name in missing]
        raise NotAllowed(_("Your roles do not let you give or take this there: %(rights)s.") % {"rights": ", ".join(said)}, field=field)


def able() -> Q:
    """Of people: those who can sign in, by a password or a passkey."""
    passkeys = Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN).values("user")
    return Q(is_active=True) & (~Q(password__startswith=UNUSABLE_PASSWORD_PREFIX) & ~Q(password="") | Q(pk__in=passkeys))


def keepers() -> QuerySet[User]:
    """Those who may change roles everywhere and can sign in."""
    grants = Grant.objects.filter(role__rights__contains=[Right.MANAGE_ROLES], **EVERYWHERE)
    return User.objects.filter(able(), pk__in=grants.values("user"))


def _rings() -> set[frozenset[str]]:
    """Which KEYS people who can sign in hold together; one query."""
    held: dict[int, set[str]] = defaultdict(set)
    grants = Grant.objects.filter(**EVERYWHERE, user__in=User.objects.filter(able()).values("pk"))
    for user, rights, gives in grants.values_list("user", "role__rights", "role__may_grant"):
        held[user] |= {*KEYS[:2]} & {*rights} | {ANY} & {*gives}
    return {frozenset(ring) for ring in held.values() if ring}
