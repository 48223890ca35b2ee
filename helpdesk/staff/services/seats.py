"""Who sits in a team or a department: rows that join one person to one of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from helpdesk.staff.models import User


def seat(seats: QuerySet[Any], members: Iterable[User], **of: Any) -> tuple[list[int], list[int]]:
    """Make these people, and nobody else, have a seat. `seats` are the rows that there are, `of` is what a new one belongs to.

    Returns the ids of those who joined and of those who left.
    """
    wanted, seated = {user.pk for user in members}, set(seats.values_list("user_id", flat=True))
    joined, left = sorted(wanted - seated), sorted(seated - wanted)
    seats.filter(user__in=left).delete()
    seats.bulk_create(seats.model(user_id=pk, **of) for pk in joined)
    return joined, left
