"""A click changes one part of what was typed."""

from __future__ import annotations

import pytest

from helpdesk.staff.models import User
from tickets.search.language import parse, with_condition, without


@pytest.mark.parametrize(
    ("text", "values", "after"),
    [
        ("", ["new"], "status:new"),
        ("sword", ["new"], "sword status:new"),
        ("sword OR shield", ["new", "waiting"], "sword OR shield status:new,waiting"),
        ("статус:новое sword", ["closed"], "sword status:closed"),
        ("-status:new sword status:waiting", ["closed"], "sword status:closed"),
        ("sword OR status:new", ["closed"], "sword OR status:new status:closed"),
        ("(status:new) AND sword", ["closed"], "sword status:closed"),
        ("sword OR", ["new"], "status:new sword OR"),
        ("OR sword", ["new"], "status:new sword"),
        ('"lost sword', ["new"], "status:new lost sword"),
        ("sword (shield", ["new"], "status:new sword (shield"),
        ("staus:closed status:waiting sword", ["new"], "status:new sword"),
        ("status:waiting staus:closed sword", ["new"], "status:new staus:closed sword"),
    ],
)
def test_a_condition_is_put_in_place_of_another(olga: User, text: str, values: list[str], after: str) -> None:
    assert with_condition(text, "status", values, olga) == after
    assert [part for part in parse(after, olga).tops if part in parse(f"status:{','.join(values)}", olga).tops]


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("", ""),
        ("status:new", ""),
        ("sword статус:новое,ждёт_ответа shield", "sword shield"),
        ("sword -status:new", "sword"),
        ("(sword status:new)", "sword"),
        ("sword AND status:new AND shield", "sword shield"),
        ("sword OR status:new", "sword OR status:new"),
        ('"lost sword" -(a OR b) created:>"2026-10-01 12:00" status:new', '"lost sword" -(a OR b) created:>"2026-10-01 12:00"'),
        ("status:new sword) status:closed OR", "sword) OR"),
    ],
)
def test_a_condition_is_taken_away(olga: User, text: str, after: str) -> None:
    assert without(text, "status", olga) == after
