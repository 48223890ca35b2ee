"""The demo's people, as its sign-in page offers them. Their passwords are fixed and public, so they exist in the demo and in tests only."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings

from helpdesk.base.errors import DomainError
from helpdesk.demo.crew import CREW, Member
from helpdesk.staff.models import User

ALLOWED = frozenset({"demo", "test"})


class Login(NamedTuple):
    """One press on the sign-in page."""

    name: str
    role: str
    email: str
    password: str


def demand_demo() -> None:
    """Refuse everywhere but in a demo or a test: public passwords must never open a desk with real players in it."""
    if settings.HELPDESK_ENV not in ALLOWED:
        raise DomainError("The demo studio exists only where HELPDESK_ENV is demo or test.")


def password_of(member: Member) -> str:
    """Fixed, so that it can be printed and pressed."""
    return f"northlight-{member.key}"


def offered() -> list[Login]:
    """Those of the crew who are here and may sign in, in the order of the crew."""
    demand_demo()
    here = set(User.objects.filter(email__in=[member.email for member in CREW], is_active=True).values_list("email", flat=True))
    return [Login(member.name, member.title, member.email, password_of(member)) for member in CREW if member.email in here]
