"""What somebody typed, as people read it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from helpdesk.staff.models import Team, User
from helpdesk.studio.models import Tag, Topic
from tests.conftest import Travel
from tests.factories.desk import make_game
from tickets.search.language import Asked, parse, told
from tickets.search.language.tree import leaves


def words(typed: str, reader: User) -> list[str]:
    return told(part for part in leaves(parse(typed, reader).tree) if isinstance(part, Asked))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("status:new,waiting", "New, Waiting"),
        ("lang:de", "Deutsch"),
        ("lang:xx", "xx"),
        ("with:me", "Olga Ward"),
        ("with:nobody,me", "nobody, Olga Ward"),
        ("waits:yes", "yes"),
        ("player_name:anna", "anna"),
        ("replies:3", "3"),
        ("replies:>3", "more than 3"),
        ("replies:>=3", "3 or more"),
        ("replies:<3", "less than 3"),
        ("replies:<=3", "3 or less"),
        ("replies:3..5", "3 to 5"),
        ("replies:3..", "3 or more"),
        ("replies:..5", "5 or less"),
        ("replies:1,3..5", "1, 3 to 5"),
        ("waiting:>4h", "longer than 4 h ago"),
        ("waiting:<1d12h", "less than 1 d 12 h ago"),
        ("waiting:4h..2d", "4 h to 2 d ago"),
        ("waiting:none", "empty"),
        ("created:2026-10-01", "1 Oct 2026"),
        ("created:>2026-10-01", "after 1 Oct 2026"),
        ("created:>=2026-10-01", "from 1 Oct 2026"),
        ("created:<=2026-10-01", "until 1 Oct 2026"),
        ("created:<2026-10", "before 2026-10"),
        ("created:2026-10-01..2026-10-03", "1 Oct 2026 to 3 Oct 2026"),
        ("created:today", "today"),
        ("pending_until:<+2d", "before +2d"),
    ],
)
def test_a_condition_in_words(olga: User, travel: Travel, typed: str, read: str) -> None:
    assert words(typed, olga)[:1] == [read]


def test_names_of_rows_are_known_and_of_those_that_are_gone_cost_one_query(olga: User) -> None:
    make_game("emberfall")
    topic, tag, team = (
        Topic.objects.create(slug="loot", name="Lost loot"),
        Tag.objects.create(name="vip"),
        Team.objects.create(name="Night"),
    )
    asked = parse(f"game:emberfall topic:loot tag:vip,none team:{team.pk} with:me (author:me OR draft:nobody)", olga)
    parts = [part for part in leaves(asked.tree) if isinstance(part, Asked)]

    with CaptureQueriesContext(connection) as queries:
        assert told(parts) == ["Emberfall", topic.name, f"{tag.name}, empty", "Night", "Olga Ward", "Olga Ward", "nobody"]
        assert told(parse("replies:3 status:new", olga).tops) == ["3", "New"]

        assert len(queries) == 0  # they were read together with the ids
        gone = parse("tag:4711,4712 team:4713", olga).tops
        before = len(queries)
        assert told(part for part in gone if isinstance(part, Asked)) == ["4711, 4712", "4713"]

    assert len(queries) == before + 1


def test_a_row_that_has_gone_is_told_by_its_number(olga: User) -> None:
    assert words("tag:4711", olga) == ["4711"]


def test_it_is_told_in_the_readers_language(olga: User) -> None:
    with translation.override("ru"):
        assert words("ждёт:>4ч статус:новое оценка:>3 метка:нет", olga)[:2] == ["больше 4 ч назад", "Новое"]
