"""Who may see a ticket is listed with the reason for each; asked by those who look after people or roles."""

from __future__ import annotations

from typing import Any

import pytest

from helpdesk.staff.models import Team, User
from helpdesk.staff.rights import Right, scope_for
from helpdesk.studio.models import Topic
from players.models import CardClass
from tests.factories.desk import make_game, make_ticket
from tests.factories.staff import RoleFactory, somebody
from tests.tickets.desk.conftest import Desk
from tickets.access import may
from tickets.desk.ticket import onlookers as room
from tickets.desk.ticket.onlookers import onlookers
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket(db: None) -> Ticket:
    """German, about a lost purchase, of the team Billing."""
    made = make_ticket(language="de")
    team = Team.objects.create(name="Billing", slug="billing")
    money = Topic.objects.create(slug="money", name="Money")
    lost = Topic.objects.create(slug="lost", name="Lost purchase", parent=money)
    Ticket.objects.filter(pk=made.pk).update(team=team, topic=lost)
    return Ticket.objects.get(pk=made.pk)


def test_each_is_listed_with_the_role_and_where_it_holds(ticket: Ticket, desk: Desk) -> None:
    boss = somebody(Right.VIEW, Right.MANAGE_STAFF, name="Anna Head")
    reader = RoleFactory.create(name="Reader", rights=[Right.VIEW, Right.SEE_NOTES])
    payer = RoleFactory.create(name="Payer", rights=[Right.SEE_PLAYER, Right.SEE_PLAYER_PAYMENTS])
    gerda = somebody(name="Gerda Stern")
    gerda.grants.create(role=reader, game=ticket.game, language="de")
    gerda.grants.create(role=payer, team=ticket.team)

    page = desk(boss).get(f"/tickets/{ticket.number}/who/").content.decode()
    (found,) = [one for one in onlookers(ticket).people if one.user == gerda]

    assert [(way.role, way.where) for way in found.ways] == [("Payer", "team Billing"), ("Reader", "Emberfall, language de")]
    assert [list(way.rights) for way in found.ways] == [[Right.SEE_PLAYER, Right.SEE_PLAYER_PAYMENTS], [Right.VIEW, Right.SEE_NOTES]]
    for words in ("Gerda Stern", "Anna Head", "Payer", "team Billing", "Emberfall, language de", "See purchases"):
        assert words in page


def test_it_says_of_everybody_just_what_every_page_asks(ticket: Ticket) -> None:
    """Whatever part a role is given for: the list and the door agree about each person and each right."""
    CardClass.objects.create(slug="sanctions", name="Sanctions")
    money, elsewhere = Topic.objects.get(slug="money"), Topic.objects.create(slug="bugs", name="Bugs")
    parts: list[dict[str, Any]] = [
        {}, {"game": ticket.game}, {"game": make_game("ashvale")}, {"team": ticket.team}, {"language": "de"}, {"language": "ru"},
        {"topic": money}, {"topic": ticket.topic}, {"topic": elsewhere}, {"game": ticket.game, "topic": money, "language": "de"},
    ]  # fmt: skip
    for part in parts:
        somebody(Right.VIEW, Right.REPLY, "player.see_class.sanctions", **part)
    somebody(Right.REPLY)
    closed = somebody(Right.VIEW)
    User.objects.filter(pk=closed.pk).update(is_active=False)

    found = {one.user.pk: one.rights for one in onlookers(ticket).people}

    for user in User.objects.all():
        assert (user.pk in found) is may(user, ticket, Right.VIEW)
        if user.pk in found:
            assert found[user.pk] == {right for right in room.asked_rights() if may(user, ticket, right)}
    assert dict(onlookers(ticket).counts)[Right.VIEW] == len(found) == 7


def test_what_is_not_shown_is_counted_and_found_by_name(ticket: Ticket, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    boss = somebody(Right.VIEW, Right.MANAGE_ROLES, name="Anna Head")
    for name in ("Boris Lind", "Zoe Adler"):
        somebody(Right.VIEW, name=name)
    monkeypatch.setattr(room, "MOST_PEOPLE", 2)
    page = f"/tickets/{ticket.number}/who/"

    every, zoe = desk(boss).get(page).content.decode(), desk(boss).get(f"{page}?q=zoe").content.decode()

    assert "Zoe Adler" not in every and "1 more is not shown" in every
    assert "Zoe Adler" in zoe and "Boris Lind" not in zoe


def test_it_costs_the_same_for_three_or_thirty(ticket: Ticket, django_assert_max_num_queries: Any) -> None:
    for number in range(30):
        somebody(Right.VIEW, game=ticket.game if number % 2 else None, topic=ticket.topic if number % 3 else None)

    with django_assert_max_num_queries(4):
        assert onlookers(ticket).total == 30


def test_only_who_looks_after_people_asks(ticket: Ticket, desk: Desk) -> None:
    page = f"/tickets/{ticket.number}/"
    clerk, boss = somebody(Right.VIEW), somebody(Right.VIEW, Right.MANAGE_ROLES)
    here = somebody(Right.VIEW, Right.MANAGE_STAFF, game=ticket.game)
    assert not scope_for(here, Right.MANAGE_STAFF).nothing

    assert f"{page}who/" in desk(boss).get(page).content.decode()
    for who in (clerk, here):
        assert f"{page}who/" not in desk(who).get(page).content.decode()
        assert desk(who).get(f"{page}who/").status_code == 403
