"""People of the studio for tests, named after nobody."""

from __future__ import annotations

from typing import Any

import factory
from factory.django import DjangoModelFactory

from helpdesk.base.clock import now
from helpdesk.staff.models import Grant, Membership, Role, Team, User
from helpdesk.staff.rights import ANY, Right
from helpdesk.studio.models import Topic

PASSWORD = "a long walk by the sea"

MOVES = (Right.SET_STATUS, Right.SET_PENDING, Right.SET_RESOLVED, Right.SET_CLOSED)


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User

    name = factory.Sequence(lambda n: f"Operator {n}")
    email = factory.Sequence(lambda n: f"operator{n}@studio.example")
    created_at = factory.LazyFunction(now)

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        return model_class.objects.create_user(kwargs.pop("email"), kwargs.pop("password", PASSWORD), **kwargs)


class TeamFactory(DjangoModelFactory[Team]):
    class Meta:
        model = Team

    name = factory.Sequence(lambda n: f"Team {n}")
    slug = factory.Sequence(lambda n: f"team-{n}")


class RoleFactory(DjangoModelFactory[Role]):
    """Who looks after roles may give every right, as a desk's first administrator; others none, unless a test says so."""

    class Meta:
        model = Role

    name = factory.Sequence(lambda n: f"Role {n}")
    slug = factory.Sequence(lambda n: f"role-{n}")
    rights = factory.LazyFunction(list)
    may_grant = factory.LazyAttribute(lambda role: [ANY] if Right.MANAGE_ROLES in role.rights else [])


class GrantFactory(DjangoModelFactory[Grant]):
    class Meta:
        model = Grant

    user = factory.SubFactory(UserFactory)
    role = factory.SubFactory(RoleFactory)
    topic = None
    topic_slug = factory.LazyAttribute(lambda grant: grant.topic.slug if grant.topic else "")


def somebody(
    *rights: Right,
    name: str = "",
    game: Any = None,
    team: Team | None = None,
    language: str = "",
    topic: Topic | None = None,
    **fields: Any,
) -> User:
    """An operator who holds exactly `rights`: for everything, or for the part that is named."""
    if name:
        fields |= {"name": name, "email": f"{name.split(maxsplit=1)[0].lower()}@studio.example"}
    user: User = UserFactory.create(**fields)
    if rights:
        role = RoleFactory.create(rights=list(rights))
        GrantFactory.create(user=user, role=role, game=game, team=team, language=language, topic=topic)
    return user


def join(team: Team, *users: User) -> Team:
    """Put people into a team."""
    Membership.objects.bulk_create(Membership(team=team, user=user) for user in users)
    return team
