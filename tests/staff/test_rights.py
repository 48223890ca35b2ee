"""A scope says the same in SQL, in Elasticsearch and in Python, whatever grants it was folded from."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.base.errors import DomainError
from helpdesk.staff import rights
from helpdesk.staff.models import User
from helpdesk.staff.rights import Part, Right, Scope, has_everywhere, has_right, registered, rights_of, scope_for, scope_of
from helpdesk.staff.services.review import newest
from helpdesk.staff.services.roles import Cell, change_role, may_give
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


@pytest.mark.django_db
def test_every_right_stands_in_exactly_one_group() -> None:
    grouped = [right for _group, held in rights.groups() for right in held]

    assert sorted(grouped) == sorted(registered())
    assert [group.key for group, _held in rights.groups()][:4] == ["work", "parts", "players", "studio"]


def test_two_rooms_cannot_have_one_right() -> None:
    with pytest.raises(ValueError, match="two rooms"):
        rights.register(str(Right.VIEW), "See everything", rights.WORK)


def test_a_right_outlives_being_copied() -> None:
    """Conditions of queries are copied, and rights stand in them."""
    copied = deepcopy(Right.VIEW)

    assert (copied, copied.label, copied.group) == ("ticket.view", Right.VIEW.label, rights.WORK)


@pytest.mark.django_db
def test_a_right_of_a_room_that_is_not_here_is_kept_and_shown_and_can_be_taken_out(client: Client) -> None:
    vera = somebody(Right.MANAGE_ROLES, Right.MANAGE_STAFF, name="Vera Holm")
    role = RoleFactory.create(name="Flyers", rights=["ticket.fly", Right.VIEW])
    GrantFactory.create(user=UserFactory.create(), role=role)
    client.force_login(vera)
    page = reverse("staff:role", args=[role.pk])

    matrix, shown = (client.get(address).content.decode() for address in (reverse("staff:roles"), page))
    assert f'value="{role.pk}:ticket.fly"' in matrix and "Of rooms that are not here" in matrix
    assert 'value="ticket.fly"' in shown and "Of rooms that are not here" in shown

    was = {"was": "ticket.fly ticket.view", "seen": newest()}
    client.post(page, was | {"name": "Fliers", "rights_work": [Right.VIEW, Right.NOTE], "rights_elsewhere": ["ticket.fly"]})
    role.refresh_from_db()
    assert (role.name, role.rights) == ("Fliers", [Right.VIEW, Right.NOTE, "ticket.fly"])

    client.post(page, was | {"name": "Fliers", "rights_work": [Right.VIEW, Right.NOTE], "seen": newest()})
    role.refresh_from_db()
    assert role.rights == [Right.VIEW, Right.NOTE]
    with pytest.raises(DomainError, match="ticket.fly"):
        change_role(role, by=vera, cells=[Cell(role.pk, "ticket.fly", on=True)])


@pytest.mark.django_db
def test_nobody_gives_a_right_that_their_roles_do_not_list_though_its_room_is_not_here() -> None:
    """The room may come back."""
    olga, role = somebody(Right.MANAGE_STAFF, Right.VIEW), RoleFactory.create(rights=["ticket.fly", Right.VIEW])

    assert not may_give(olga, role, Part())
