"""What an operator may do and see: the rights, the scope in which each is held, and the door that asks for one.

A `Grant` gives a role to a person for everything or for a game, team, language or topic. `scope_for(user, right)` folds the person's
grants into one value, so that list, page, search and export cannot disagree.
"""

from __future__ import annotations

from helpdesk.staff.rights.doors import StaffRequest, requires, to_sign_in
from helpdesk.staff.rights.names import (
    ANY,
    ELSEWHERE,
    EVERY,
    PARTS,
    PLAYERS,
    STUDIO,
    WORK,
    Right,
    RightGroup,
    find,
    groups,
    register,
    register_rows,
    registered,
)
from helpdesk.staff.rights.scope import (
    EVERYWHERE,
    NOWHERE,
    Part,
    Scope,
    has_everywhere,
    has_right,
    rights_of,
    scope_for,
    scope_of,
)

__all__ = [
    "ANY",
    "ELSEWHERE",
    "EVERY",
    "EVERYWHERE",
    "NOWHERE",
    "PARTS",
    "PLAYERS",
    "STUDIO",
    "WORK",
    "Part",
    "Right",
    "RightGroup",
    "Scope",
    "StaffRequest",
    "find",
    "groups",
    "has_everywhere",
    "has_right",
    "register",
    "register_rows",
    "registered",
    "requires",
    "rights_of",
    "scope_for",
    "scope_of",
    "to_sign_in",
]
