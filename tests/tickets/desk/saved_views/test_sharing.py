"""Who sees a view, who may make and change it, and what becomes of it when its owner goes."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from helpdesk.audit.models import AuditEntry
from helpdesk.base.errors import DomainError, NotAllowed
from helpdesk.staff.models import Grant, Role, Team, User
from helpdesk.staff.rights import Right
from helpdesk.staff.services.people import deactivate
from helpdesk.staff.services.roles import drop_role
from helpdesk.staff.services.teams import drop_team
from tests.factories.desk import make_game, make_ticket
from tests.factories.staff import TeamFactory, join, somebody
from tests.tickets.desk.conftest import DAILY, Desk
from tests.tickets.desk.saved_views.conftest import Save
from tickets.desk.saved_views.audience import audiences
from tickets.desk.saved_views.models import SavedView
from tickets.desk.saved_views.rights import SHARE
from tickets.desk.saved_views.selectors import start_of, views_of
from tickets.desk.saved_views.services import begin_with, change_view, drop_view, save_address

pytestmark = pytest.mark.django_db


def role_of(user: User) -> Role:
    return Grant.objects.get(user=user).role


def seen(user: User) -> set[str]:
    return {view.name for view in views_of(user)}


@pytest.fixture
def billing(clara: User) -> Team:
    return join(TeamFactory.create(name="Billing"), clara)


def test_each_sees_their_own_their_teams_their_roles_and_everybodys(clara: User, erik: User, olga: User, billing: Team, save: Save) -> None:
    save("Olga's", olga)
    save("Billing's", olga, whose=f"team:{billing.pk}")
    save("Erik's role", olga, whose=f"role:{role_of(erik).pk}")
    save("Everybody's", olga, whose="all")

    assert seen(clara) == {"Billing's", "Everybody's"}
    assert seen(erik) == {"Erik's role", "Everybody's"}
    assert seen(olga) == {"Olga's", "Everybody's"}


def test_a_link_opens_for_who_may_see_the_view_and_shows_them_what_they_may_see(olga: User, desk: Desk, save: Save) -> None:
    make_ticket(subject="Ours", game=make_game())
    make_ticket(subject="Theirs", game=make_game("ashvale"))
    dana = somebody(Right.VIEW, name="Dana Reed", game=make_game())
    shared, private = save("Everything", olga, "status=all", whose="all"), save("Olga's", olga)

    page = desk(dana).get(shared.link, follow=True).content.decode()

    assert "Ours" in page
    assert "Theirs" not in page
    assert desk(dana).get(private.link).status_code == 404
    for door in ("edit", "save", "move", "drop"):
        assert desk(dana).post(f"/tickets/views/{private.pk}/{door}/").status_code == 404


def test_without_the_right_one_makes_and_changes_ones_own_alone(clara: User, olga: User, desk: Desk, save: Save) -> None:
    shared = save("Refunds", olga, whose="all")

    with pytest.raises(NotAllowed):
        save("Mine for all", clara, whose="all")
    for deed in (
        lambda: change_view(shared, name="X", icon="star", folder="", whose="me", revision=1, by=clara),
        lambda: save_address(shared, asked=QueryDict(), revision=1, by=clara),
        lambda: drop_view(shared, by=clara),
    ):
        with pytest.raises(NotAllowed, match="Save it as a new one of your own"):
            deed()
    page = desk(clara).get(f"/tickets/?status=all&view={shared.pk}").content.decode()
    assert "Save as new…" in page
    assert f"/tickets/views/{shared.pk}/save/" not in page


def test_who_may_share_in_a_part_of_the_work_does_so_with_their_own(billing: Team, save: Save) -> None:
    TeamFactory.create(name="Fair play")
    dana = somebody(*DAILY, SHARE, name="Dana Reed", game=make_game())
    join(billing, dana)

    assert [audience.label for audience in audiences(dana)] == ["Me alone", "Team: Billing", f"Role: {role_of(dana).name}"]
    with pytest.raises(NotAllowed):
        save("For all", dana, whose="all")


def test_sharing_is_told_to_the_audit_without_what_it_asks_for(olga: User, save: Save) -> None:
    view = save("About Ivan", olga, "q=ivan", whose="all")
    save("Olga's own", olga)

    drop_view(view, by=olga)

    entries = AuditEntry.objects.filter(action__startswith="views.").order_by("pk")
    assert [(entry.action, entry.data) for entry in entries] == [
        ("views.made", {"whose": "all"}),
        ("views.dropped", {"whose": "all"}),
    ]


def test_one_begins_with_ones_own_choice_else_with_ones_roles(clara: User, olga: User, desk: Desk, save: Save) -> None:
    mine, everybodys, olgas = save("Mine", clara), save("Everybody's", olga, whose="all"), save("Olga's", olga)
    assert start_of(clara) is None

    begin_with(everybodys, by=olga, role=role_of(clara))
    assert start_of(clara) == everybodys
    begin_with(mine, by=clara)
    assert start_of(clara) == mine
    begin_with(None, by=clara)

    assert start_of(clara) == everybodys
    with pytest.raises(DomainError):
        begin_with(olgas, by=olga, role=role_of(clara))  # its people would not see it
    with pytest.raises(NotAllowed):
        begin_with(everybodys, by=clara, role=role_of(clara))
    assert desk(clara).get("/").headers["Location"] == f"/tickets/?view={everybodys.pk}"


def test_a_beginning_that_one_does_not_see_any_more_is_the_queue(clara: User, olga: User, billing: Team, save: Save) -> None:
    teams = save("Billing's", olga, whose=f"team:{billing.pk}")
    begin_with(teams, by=clara)

    billing.memberships.all().delete()

    assert start_of(clara) is None


def test_a_team_or_role_with_views_is_not_dropped_in_silence(olga: User, save: Save) -> None:
    team, role = TeamFactory.create(name="Night"), Role.objects.create(name="Night", slug="night")
    views = [save("Team's", olga, whose=f"team:{team.pk}"), save("Role's", olga, whose=f"role:{role.pk}")]

    with pytest.raises(DomainError, match="This team still has: views"):
        drop_team(team, by=olga)
    with pytest.raises(DomainError, match="This role still has: views"):
        drop_role(role, by=olga)
    for view in views:
        drop_view(view, by=olga)
    drop_team(team, by=olga)
    drop_role(role, by=olga)

    assert not SavedView.objects.exists()


def test_who_leaves_takes_their_own_views_along_and_leaves_the_shared_ones(clara: User, olga: User, save: Save) -> None:
    save("Olga's", olga)
    save("Everybody's", olga, whose="all")
    keeper = somebody(Right.VIEW, SHARE, Right.MANAGE_ROLES, name="Kim Ash")

    deactivate(olga, by=keeper)

    assert seen(clara) == {"Everybody's"}
    assert set(SavedView.objects.values_list("name", flat=True)) == {"Olga's", "Everybody's"}  # for the day on which she comes back
