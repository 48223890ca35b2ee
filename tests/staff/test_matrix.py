"""The matrix rights × roles: marks are changed, who gains and who loses is shown, and only what was looked at is saved."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from helpdesk.audit.models import AuditEntry
from helpdesk.staff.models import Grant, Role, User
from helpdesk.staff.rights import ANY, Right, registered
from helpdesk.staff.services import people
from helpdesk.staff.services.review import Meanwhile, do_seen, newest, preview
from helpdesk.staff.services.roles import GIVE, Cell, change_roles, give_role
from helpdesk.staff.templatetags.staff_pages import audit_data
from helpdesk.studio.models import Topic
from tests.factories.desk import make_game
from tests.factories.staff import GrantFactory, RoleFactory, TeamFactory, UserFactory, join, somebody

pytestmark = pytest.mark.django_db
MATRIX = "staff:roles"


@pytest.fixture
def vera() -> User:
    return somebody(Right.MANAGE_STAFF, Right.MANAGE_ROLES, Right.SEE_AUDIT, name="Vera Holm")


@pytest.fixture
def desk(client: Client, vera: User) -> Client:
    client.force_login(vera)
    return client


@pytest.fixture
def agent() -> Role:
    return RoleFactory.create(name="Agent", rights=[Right.REPLY, Right.VIEW])


def text(answer: Any) -> str:
    """What stands on a page, in one line."""
    main = answer.content.decode().partition("<main")[2]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main)))


def fields(answer: Any) -> dict[str, list[str]]:
    """What the form of the matrix or of a review would post."""
    main = answer.content.decode().partition("<main")[2]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", main):
        said = dict(re.findall(r'(name|value|type)="([^"]*)"', tag))
        if "name" not in said:
            continue  # a switch of the page's own
        if said["type"] == "hidden" or (re.search(r"\bchecked\b", tag) and not re.search(r"\bdisabled\b", tag)):
            found.setdefault(said["name"], []).append(unescape(said["value"]))
    return found


def mark(posted: dict[str, list[str]], role: Role, right: str, *, on: bool) -> dict[str, list[str]]:
    value = f"{role.pk}:{right}"
    posted["is"] = [one for one in posted.get("is", []) if one != value] + [value] * on
    return posted


def test_marks_are_reviewed_and_then_saved(desk: Client, agent: Role) -> None:
    emil, nora = UserFactory.create(name="Emil Falk"), UserFactory.create(name="Nora Berg")
    lead = RoleFactory.create(name="Lead", rights=[Right.REPLY])
    GrantFactory.create(user=emil, role=agent, game=make_game("emberfall"), language="de")
    GrantFactory.create(user=nora, role=agent)
    GrantFactory.create(user=nora, role=lead)
    page = reverse(MATRIX)

    wanted = mark(mark(fields(desk.get(page)), agent, Right.SEE_PLAYER_PAYMENTS, on=True), agent, Right.REPLY, on=False)
    shown = desk.post(page, wanted)

    agent.refresh_from_db()
    assert agent.rights == [Right.REPLY, Right.VIEW] and not AuditEntry.objects.filter(action="staff.role_changed").exists()
    said = text(shown)
    assert "See purchases 2 people gain it Emil Falk Agent, in Emberfall, German Nora Berg Agent, everywhere" in said
    assert "Answer players 1 person loses it Emil Falk Agent, in Emberfall, German" in said
    assert "1 person keeps it by another grant Nora Berg Lead, everywhere" in said

    saved = desk.post(page, fields(shown) | {"seen": shown.context["review"].seen})
    agent.refresh_from_db()
    assert saved.status_code == 302 and set(agent.rights) == {Right.VIEW, Right.SEE_PLAYER_PAYMENTS}
    assert AuditEntry.objects.get(action="staff.role_changed").data["changes"]["rights"] == [
        [Right.REPLY, Right.VIEW], [Right.VIEW, Right.SEE_PLAYER_PAYMENTS],
    ]  # fmt: skip


def test_what_others_changed_while_one_looked_is_told_and_nothing_is_saved(desk: Client, agent: Role) -> None:
    nora = somebody(Right.MANAGE_ROLES, name="Nora Berg")
    GrantFactory.create(role=agent)
    page = reverse(MATRIX)
    shown = desk.post(page, mark(fields(desk.get(page)), agent, Right.NOTE, on=True))
    change_roles([Cell(agent.pk, Right.BULK, True)], by=nora)

    late = desk.post(page, fields(shown) | {"seen": shown.context["review"].seen})

    agent.refresh_from_db()
    assert late.status_code == 409 and set(agent.rights) == {Right.VIEW, Right.REPLY, Right.BULK}
    assert "Meanwhile others have changed something" in text(late)
    assert "Nora Berg changed a role Agent rights: + Change many tickets at once" in text(late)

    desk.post(page, fields(late) | {"seen": late.context["review"].seen})
    agent.refresh_from_db()
    assert set(agent.rights) == {Right.VIEW, Right.REPLY, Right.BULK, Right.NOTE}


def test_a_matrix_that_is_old_takes_nothing_back(desk: Client, agent: Role) -> None:
    """What Nora ticked after Vera's page was drawn is not unticked by Vera's marks elsewhere."""
    nora, page = somebody(Right.MANAGE_ROLES, name="Nora Berg"), reverse(MATRIX)
    old = fields(desk.get(page))
    change_roles([Cell(agent.pk, Right.BULK, True), Cell(agent.pk, Right.REPLY, False)], by=nora)

    desk.post(page, mark(old, agent, Right.NOTE, on=True))

    agent.refresh_from_db()
    assert set(agent.rights) == {Right.VIEW, Right.BULK, Right.NOTE}


def test_back_from_the_review_the_marks_are_as_one_had_set_them(desk: Client, agent: Role) -> None:
    GrantFactory.create(role=agent)
    page = reverse(MATRIX)
    shown = desk.post(page, mark(fields(desk.get(page)), agent, Right.NOTE, on=True))

    again = desk.post(page, fields(shown) | {"again": "1"})

    assert f"{agent.pk}:{Right.NOTE}" in fields(again)["is"]
    assert fields(again)["was"] == fields(desk.get(page))["was"]


def test_what_a_role_may_give_stands_in_a_matrix_of_its_own(desk: Client, agent: Role) -> None:
    emil = UserFactory.create(name="Emil Falk")
    GrantFactory.create(user=emil, role=agent)
    page = reverse(MATRIX)

    shown = desk.post(page, mark(fields(desk.get(f"{page}?of={GIVE}")), agent, ANY, on=True))
    assert "May give to others: Every right, also those that come later 1 person gains it Emil Falk Agent, everywhere" in text(shown)
    desk.post(page, fields(shown) | {"seen": shown.context["review"].seen})

    agent.refresh_from_db()
    assert (agent.may_grant, set(agent.rights)) == ([ANY], {Right.REPLY, Right.VIEW})


def test_marks_that_one_may_not_give_are_shut_and_are_refused_when_they_are_sent(client: Client, agent: Role) -> None:
    nora = somebody(Right.MANAGE_ROLES, name="Nora Berg")
    Role.objects.filter(grants__user=nora).update(may_grant=[Right.NOTE])
    client.force_login(nora)
    page = reverse(MATRIX)
    drawn = client.get(page)
    assert re.search(rf'value="{agent.pk}:{Right.VIEW}"[^>]*disabled', drawn.content.decode())

    client.post(page, mark(fields(drawn), agent, Right.NOTE, on=True))
    refused = client.post(page, mark(fields(client.get(page)), agent, Right.BULK, on=True))

    agent.refresh_from_db()
    assert set(agent.rights) == {Right.VIEW, Right.REPLY, Right.NOTE}
    assert "Your roles do not let you give or take this there: Change many tickets at once." in refused.content.decode()


NONSENSE = [
    {}, {"is": ["", ":", "x:y", "1", "99999999999999999999:ticket.view", "\x00:\x00"], "was": ["", " ", "x y"]},
    {"of": ["rights; DROP"], "is": ["7:ticket.fly"]}, {"seen": ["x"], "is": ["0:ticket.view"]}, {"was": ["999 ticket.view"]},
]  # fmt: skip


@pytest.mark.parametrize("posted", NONSENSE)
def test_nonsense_changes_nothing(posted: dict[str, list[str]], desk: Client, agent: Role) -> None:
    before = list(Role.objects.values())

    assert desk.post(reverse(MATRIX), posted).status_code == 200

    assert list(Role.objects.values()) == before


def test_forty_roles_cost_as_many_queries_as_three_and_can_be_sent(desk: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(reverse(MATRIX)).status_code == 200
        return len(queries)

    RoleFactory.create_batch(3, rights=registered())
    few = cost()
    RoleFactory.create_batch(37, rights=registered())
    assert cost() == few

    posted = fields(desk.get(reverse(MATRIX)))
    assert len(posted["is"]) > 1000
    assert "Nothing was changed" in desk.post(reverse(MATRIX), posted).content.decode()


def test_roles_stand_by_their_names(desk: Client) -> None:
    for name in ("Lead", "Agent", "Quality"):
        RoleFactory.create(name=name, rights=[Right.VIEW])

    assert [role.name for role, _marks in desk.get(reverse(MATRIX)).context["matrix"].columns][:3] == ["Agent", "Lead", "Quality"]


def test_a_preview_leaves_no_trace(vera: User, agent: Role) -> None:
    emil = UserFactory.create(name="Emil")
    before = list(Grant.objects.values()), AuditEntry.objects.count()

    review = preview(lambda: give_role(emil, agent, by=vera))

    assert (list(Grant.objects.values()), AuditEntry.objects.count()) == before
    assert [entry.action for entry in review.noted] == ["staff.role_given"]
    assert not emil.held_grants()


def test_a_grant_is_reviewed_before_it_is_given_and_before_it_is_taken(desk: Client, agent: Role) -> None:
    emil = UserFactory.create(name="Emil Falk")
    GrantFactory.create(user=emil, role=RoleFactory.create(name="Reader", rights=[Right.VIEW]))
    give = reverse("staff:give_role", args=[emil.pk])

    shown = desk.post(give, {"role": agent.pk, "game": make_game("emberfall").pk})
    assert not emil.grants.filter(role=agent).exists()
    assert "role: Agent, in Emberfall" in text(shown)
    assert "See tickets 1 person has it already by another grant Emil Falk Reader, everywhere" in text(shown)
    assert "Answer players 1 person gains it Emil Falk Agent, in Emberfall" in text(shown)
    assert f'<option value="{agent.pk}" selected' in desk.post(give, fields(shown) | {"again": "1"}).content.decode()
    desk.post(give, fields(shown) | {"seen": shown.context["review"].seen})

    take = reverse("staff:take_role", args=[emil.pk, emil.grants.get(role=agent).pk])
    shown = desk.post(take)
    assert "1 person loses it Emil Falk Agent, in Emberfall" in text(shown) and emil.grants.filter(role=agent).exists()
    desk.post(take, fields(shown) | {"seen": shown.context["review"].seen})
    assert not emil.grants.filter(role=agent).exists()


def test_what_is_held_in_part_beside_it_is_said(desk: Client, agent: Role) -> None:
    emil, game = UserFactory.create(name="Emil Falk"), make_game("emberfall")
    grant = GrantFactory.create(user=emil, role=agent)
    GrantFactory.create(user=emil, role=agent, game=game)

    shown = desk.post(reverse("staff:take_role", args=[emil.pk, grant.pk]))

    assert "1 person loses it Emil Falk Agent, everywhere (beside it: Agent, in Emberfall)" in text(shown)


def test_a_role_is_dropped_only_after_one_saw_who_loses_it(desk: Client, vera: User, agent: Role) -> None:
    emil = UserFactory.create(name="Emil Falk")
    GrantFactory.create(user=emil, role=agent)
    people.deactivate(emil, by=vera)
    drop = reverse("staff:drop_role", args=[agent.pk])

    shown = desk.post(drop)
    assert "1 person loses it Emil Falk closed Agent, everywhere" in text(shown) and Role.objects.filter(pk=agent.pk).exists()
    desk.post(drop, {"seen": shown.context["review"].seen})

    assert not Role.objects.filter(pk=agent.pk).exists() and not emil.grants.exists()


def test_what_touches_nobody_is_done_at_once(desk: Client, agent: Role) -> None:
    desk.post(reverse("staff:role", args=[agent.pk]), {"name": "Operator"})

    agent.refresh_from_db()
    assert agent.name == "Operator" and set(agent.rights) == {Right.REPLY, Right.VIEW}


def test_a_page_of_one_role_that_is_old_takes_nothing_back(desk: Client, agent: Role) -> None:
    page = reverse("staff:role", args=[agent.pk])
    change_roles([Cell(agent.pk, Right.BULK, True)], by=somebody(Right.MANAGE_ROLES, name="Nora Berg"))

    desk.post(page, {"name": "Agent", "was": f"{Right.REPLY} {Right.VIEW}", "rights_work": [Right.VIEW, Right.NOTE]})

    agent.refresh_from_db()
    assert set(agent.rights) == {Right.VIEW, Right.NOTE, Right.BULK}


def test_who_gives_up_a_right_is_told_so(desk: Client, vera: User) -> None:
    other = somebody(Right.MANAGE_STAFF, Right.MANAGE_ROLES, name="Nora Berg")
    own = vera.grants.get()

    shown = desk.post(reverse("staff:take_role", args=[vera.pk, own.pk]))
    assert "you lose rights yourself" in text(shown) and "Vera Holm you Role" in text(shown)
    shown = desk.post(reverse("staff:take_role", args=[other.pk, other.grants.get().pk]))
    assert "you lose rights yourself" not in text(shown)


def test_whose_time_is_planned_by_whom_is_shown_before_a_team_changes(desk: Client) -> None:
    anna, emil, nora = (UserFactory.create(name=name) for name in ("Anna Krylova", "Emil Falk", "Nora Berg"))
    night = join(TeamFactory.create(name="Night"), nora)
    GrantFactory.create(user=anna, role=RoleFactory.create(name="Planner", rights=[Right.PLAN_SHIFTS]), team=night)
    page, wanted = reverse("staff:team", args=[night.pk]), {"name": "Night", "members": [emil.pk], "answering_takes": "on"}

    shown = desk.post(page, wanted)
    assert "Anna Krylova plans shifts and absences (Planner, team Night) from now on of: Emil Falk no longer of: Nora Berg" in text(shown)
    assert set(night.members.all()) == {nora}
    desk.post(page, fields(shown) | {"seen": shown.context["review"].seen})

    assert set(night.members.all()) == {emil}
    assert desk.post(page, wanted | {"name": "Night shift"}).status_code == 302  # of no consequence to anybody


PARTS = {
    (): ("Agent, everywhere", "Agent, везде"),
    ("game",): ("Agent, in Emberfall", "Agent, в игре Emberfall"),
    ("language", "game"): ("Agent, in Emberfall, German", "Agent, в игре Emberfall, немецкий"),
    ("game", "team", "language", "topic"): (
        "Agent, in Emberfall, team Night, German, topic Payments and below",
        "Agent, в игре Emberfall, команда «Night», немецкий, тема «Payments» и ниже",
    ),
}


@pytest.mark.parametrize("sides", PARTS)
def test_a_grant_is_said_in_the_same_words_everywhere(sides: tuple[str, ...], desk: Client, vera: User, agent: Role) -> None:
    whole: dict[str, Any] = {
        "game": make_game("emberfall"), "team": TeamFactory.create(name="Night"), "language": "de",
        "topic": Topic.objects.create(slug="payments", name="Payments"),
    }  # fmt: skip
    emil = UserFactory.create(name="Emil Falk")
    give_role(emil, agent, by=vera, **{side: whole[side] for side in sides})
    english, russian = PARTS[sides]

    (said,) = [new for _name, _old, new in audit_data(AuditEntry.objects.get(action="staff.role_given").data)]
    assert said == english
    page = text(desk.get(reverse("staff:person", args=[emil.pk])))
    assert english in page and f"Answer players {english.partition(', ')[2]} Agent" in page
    with translation.override("ru"):
        (said,) = [new for _name, _old, new in audit_data(AuditEntry.objects.get(action="staff.role_given").data)]
    assert said == russian


def test_what_somebody_may_do_is_found_by_right_by_game_and_by_role(desk: Client, agent: Role) -> None:
    emil = UserFactory.create(name="Emil Falk")
    GrantFactory.create(user=emil, role=agent, game=make_game("emberfall"))
    GrantFactory.create(user=emil, role=RoleFactory.create(name="Reader", rights=[Right.VIEW]))
    page = reverse("staff:person", args=[emil.pk])

    def found(words: str) -> str:
        return text(desk.get(page, {"can": words})).partition("What this person can do and see")[2].partition("About the person")[0]

    assert "See tickets in Emberfall Agent See tickets everywhere Reader" in found("")
    assert "Cannot: Write notes for colleagues;" in found("")
    assert "Answer players" in found("EMBER") and "Cannot" not in found("EMBER")
    assert "Cannot: See purchases" in found("purchases") and "See tickets" not in found("purchases")
    assert "Nothing here speaks of that." in found("no such thing")


def test_a_preview_that_was_undone_is_no_change_to_look_at_again(vera: User, agent: Role) -> None:
    emil = UserFactory.create()
    seen = preview(lambda: give_role(emil, agent, by=vera)).seen
    preview(lambda: give_role(emil, agent, by=vera))

    do_seen(lambda: give_role(emil, agent, by=vera), seen)
    with pytest.raises(Meanwhile):
        do_seen(lambda: change_roles([Cell(agent.pk, Right.BULK, True)], by=vera), seen)

    agent.refresh_from_db()
    assert newest() > seen and Right.BULK not in agent.rights
