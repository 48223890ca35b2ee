"""Operators, their teams and roles, when they work, what they are told, and the letters that go to them."""

from __future__ import annotations

from helpdesk.staff.models.hours import Absence, Away, Shift, WorkSession
from helpdesk.staff.models.people import (
    DepartmentMember,
    Grant,
    HeldGrant,
    Language,
    MailCopies,
    Membership,
    Notice,
    Role,
    StaffMail,
    StaffMailState,
    Team,
    Theme,
    User,
    UserManager,
    parts_of,
)

__all__ = [
    "Absence",
    "Away",
    "DepartmentMember",
    "Grant",
    "HeldGrant",
    "Language",
    "MailCopies",
    "Membership",
    "Notice",
    "Role",
    "Shift",
    "StaffMail",
    "StaffMailState",
    "Team",
    "Theme",
    "User",
    "UserManager",
    "WorkSession",
    "parts_of",
]
