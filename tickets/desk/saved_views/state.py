"""What of the queue's address a view keeps, and what of it is no more."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from django.db.models import Model, Q
from django.http import QueryDict
from django.utils.translation import gettext as _

from helpdesk.base.errors import DomainError
from helpdesk.staff.models import Team, User
from helpdesk.studio.models import Department, Game, Reason, Tag, Topic
from tickets.desk.queue.filters import LONGEST_TYPED, SEARCH, TO_ANSWER, Wanted, one_state
from tickets.desk.saved_views.models import LONGEST_ADDRESS
from tickets.filters import Condition
from tickets.search.language.tree import Asked, leaves

HERE = "view"  # the address says by it which view somebody came from
SAID = frozenset({SEARCH, "status", "sort", "columns", "density"})
LONGEST_WORD = 200
ROWS: dict[str, tuple[type[Model], Q]] = {  # whose ids a condition holds, and which of them are still there
    "game": (Game, Q()),
    "assignee": (User, Q(is_active=True)),
    "author": (User, Q(is_active=True)),
    "draft": (User, Q(is_active=True)),
    "team": (Team, Q()),
    "topic": (Topic, Q()),
    "tag": (Tag, Q()),
    "pending_department": (Department, Q()),
    "hold_reason": (Reason, Q()),
}


def kept(asked: QueryDict, reader: User) -> str:
    """The part of an address that is kept, in one way of writing: two that ask for the same in the same words are equal texts.

    DomainError where it is longer than the queue itself would read.
    """
    asked = one_state(asked, reader)
    said = {name: value.strip() for name in asked if name in SAID and (value := asked.get(name)) and value.strip()}
    if said.get("status") == TO_ANSWER:
        del said["status"]
    address = urlencode(sorted(said.items()))
    if len(address) > LONGEST_ADDRESS or any(
        len(value) > (LONGEST_TYPED if name == SEARCH else LONGEST_WORD) for name, value in said.items()
    ):
        raise DomainError(_("This asks for more than a view can keep. Say it shorter."))
    return address


def left_out(wanted: Wanted) -> list[str]:
    """Sentences: what this reader may not ask for or nobody can read, and what was asked for by something that is gone."""
    return [*(f"{piece}: {trouble.sentence}" for piece, trouble in wanted.troubles), *_gone(wanted)]


def _gone(wanted: Wanted) -> Iterable[str]:
    for condition in _conditions(wanted):
        model, there = ROWS.get(condition.field.name, (None, Q()))
        ids = {value for value in condition.values if value is not None}
        if model is None or not ids or model._default_manager.filter(there, pk__in=ids).count() == len(ids):
            continue
        yield _("“%(field)s”: what this asks for is gone, and nothing is found by it.") % {"field": condition.field.label}


def _conditions(wanted: Wanted) -> Iterable[Condition]:
    for leaf in leaves(wanted.box.tree):
        if isinstance(leaf, Asked):
            for case in leaf.cases:
                yield from case.conditions
