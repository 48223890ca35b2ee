"""A scope says the same in SQL, in Elasticsearch and in Python, whatever grants it was folded from."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.staff.models import User
from helpdesk.staff.rights import RIGHT_GROUPS, Part, Right, Scope, has_everywhere, has_right, rights_of, scope_for, scope_of
from tests.factories.staff import GrantFactory, RoleFactory, TeamFactory, UserFactory, somebody

games, teams = st.sampled_from([None, 1, 2]), st.sampled_from([None, 1, 2])
languages, trees = st.sampled_from(["", "en", "ru"]), st.sampled_from([(), (1,), (2, 1), (3,)])  # 1 lies beneath 2
part = st.builds(Part, game_id=games, team_id=teams, language=languages, topics=trees)
parts = st.lists(part, max_size=4)
rows = st.builds(dict, game_id=games, team_id=teams, language=languages, topic_id=st.sampled_from([None, 1, 2, 3]))


def found_by_sql(scope: Scope, row: dict[str, Any]) -> bool:
    """What PostgreSQL would answer: only IN and = over columns that may be NULL, joined by AND and OR."""

    def holds(q: Any) -> bool:
        if isinstance(q, tuple):
            column, _sep, look = q[0].partition("__")
            value = None if column == "pk" else row[column]
            return value is not None and (value in q[1] if look == "in" else value == q[1])
        answers = [holds(child) for child in q.children]
        answer = (any(answers) if q.connector == "OR" else all(answers)) if answers else True
        return answer != q.negated

    return holds(scope.q())


def found_by_es(query: dict[str, Any], row: dict[str, Any]) -> bool:
    ((kind, body),) = query.items()
    if kind in {"match_all", "match_none"}:
        return kind == "match_all"
    if kind == "bool" and "should" in body:
        return sum(found_by_es(part, row) for part in body["should"]) >= body["minimum_should_match"]
    if kind == "bool":
        return all(found_by_es(part, row) for part in body["filter"])
    ((field, wanted),) = body.items()
    return row[field] in wanted


@given(parts, rows)
def test_sql_elasticsearch_and_python_agree(held: list[Part], row: dict[str, Any]) -> None:
    scope = scope_of(held)

    allowed = scope.allows(**row)

    assert found_by_sql(scope, row) == allowed
    assert found_by_es(scope.es(topic="topic_id"), row) == allowed


@given(part, part, rows)
def test_what_lies_in_a_part_is_not_seen_outside_it(one: Part, other: Part, row: dict[str, Any]) -> None:
    if one.lies_in(other) and scope_of([one]).allows(**row):
        assert scope_of([other]).allows(**row)
    assert one.lies_in(one) and one.lies_in(Part())
    assert not Part().lies_in(one) or one == Part()


@given(parts, parts, rows)
def test_another_grant_never_takes_anything_away(some: list[Part], more: list[Part], row: dict[str, Any]) -> None:
    if scope_of(some).allows(**row):
        assert scope_of([*some, *more]).allows(**row)


@pytest.mark.django_db
def test_the_database_finds_what_the_scope_allows(django_assert_num_queries) -> None:
    emil, nora = UserFactory.create(name="Emil", language="en"), UserFactory.create(name="Nora", language="ru")
    scope = scope_of([Part(game_id=emil.pk), Part(game_id=nora.pk, language="ru")])

    with django_assert_num_queries(1):
        found = set(User.objects.filter(scope.q(game="pk", language="language")))

    assert found == {emil, nora}
    assert not User.objects.filter(Scope().q()).exists()


@pytest.mark.django_db
def test_grants_add_up_and_cost_one_query(django_assert_num_queries) -> None:
    nora = somebody(Right.VIEW, Right.REPLY, name="Nora Berg", language="ru")
    night = TeamFactory.create()
    GrantFactory.create(user=nora, role=RoleFactory.create(rights=[Right.VIEW]), team=night)

    with django_assert_num_queries(1):
        view, reply, bulk = (scope_for(nora, right) for right in (Right.VIEW, Right.REPLY, Right.BULK))

    assert view.allows(language="ru") and view.allows(team_id=night.pk) and not view.allows(language="en")
    assert reply.allows(language="ru") and not reply.allows(team_id=night.pk)
    assert bulk.nothing
    assert rights_of(nora) == {Right.VIEW, Right.REPLY}
    assert has_right(nora, Right.VIEW) and not has_everywhere(nora, Right.VIEW)


@pytest.mark.django_db
def test_who_has_left_or_never_came_holds_nothing() -> None:
    nora = somebody(Right.VIEW, is_active=False)

    assert scope_for(nora, Right.VIEW).nothing
    assert not has_right(AnonymousUser(), Right.VIEW)


@pytest.mark.django_db
def test_a_right_that_no_longer_exists_opens_nothing() -> None:
    nora = UserFactory.create()
    GrantFactory.create(user=nora, role=RoleFactory.create(rights=["ticket.fly", Right.VIEW]))

    assert rights_of(nora) == {Right.VIEW}


def test_every_right_stands_in_exactly_one_group() -> None:
    grouped = [right for _label, rights in RIGHT_GROUPS for right in rights]

    assert sorted(grouped) == sorted(Right)
