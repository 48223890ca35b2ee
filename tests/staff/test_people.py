"""Inviting people, giving and taking roles, and never locking the last key in."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from helpdesk.audit.models import AuditEntry
from helpdesk.base import clock
from helpdesk.base.errors import DomainError, NotAllowed
from helpdesk.staff.models import Grant, StaffMail, User
from helpdesk.staff.rights import Right, scope_for
from helpdesk.staff.services import people, roles
from helpdesk.staff.services.review import newest
from helpdesk.studio.models import Topic
from tests.factories.desk import make_game
from tests.factories.staff import RoleFactory, TeamFactory, UserFactory, join, somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def vera() -> User:
    """The administrator: she looks after people and roles."""
    return somebody(Right.MANAGE_STAFF, Right.MANAGE_ROLES, name="Vera Holm")


def test_emil_is_invited_sets_his_password_and_signs_in(client, vera: User) -> None:
    client.force_login(vera)
    facts = {"name": "Emil Falk", "email": "Emil@Studio.example", "language": "ru", "timezone": "Europe/Oslo"}
    answer = client.post(reverse("staff:invite"), facts)
    emil = User.objects.get(email="emil@studio.example")
    assert answer.url == reverse("staff:person", args=[emil.pk])
    assert not emil.has_usable_password()

    (link,) = re.findall(r"http\S+", StaffMail.objects.get(to=emil.email).text)
    door = type(client)()
    page = door.get("/" + link.split("/", 3)[3], follow=True)
    new = "seven herons over water"
    door.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})
    door.post(reverse("account_login"), {"login": emil.email, "password": new})

    assert door.get(reverse("staff:account")).status_code == 200
    assert AuditEntry.objects.get(action="staff.invited").subject_id == emil.pk


def test_the_same_address_is_not_invited_twice(client, vera: User) -> None:
    client.force_login(vera)

    answer = client.post(reverse("staff:invite"), {"name": "V", "email": "VERA@studio.example", "language": "en", "timezone": "UTC"})

    assert answer.status_code == 422
    assert "Somebody with this address is already here." in answer.content.decode()


def test_who_leaves_is_signed_out_at_once(client, vera: User) -> None:
    emil = UserFactory.create(email="emil@studio.example")
    client.post(reverse("account_login"), {"login": emil.email, "password": "a long walk by the sea"})
    assert client.get(reverse("staff:account")).status_code == 200

    people.deactivate(emil, by=vera)

    assert client.get(reverse("staff:account")).status_code == 302
    with pytest.raises(DomainError, match="cannot close your own"):
        people.deactivate(vera, by=vera)


def test_a_role_for_one_game_opens_that_game_alone(client, vera: User) -> None:
    emberfall, tidewake = make_game("emberfall"), make_game("tidewake")
    emil, agent = UserFactory.create(), RoleFactory.create(name="Agent", rights=[Right.VIEW, Right.REPLY])
    client.force_login(vera)

    client.post(reverse("staff:give_role", args=[emil.pk]), {"role": agent.pk, "game": emberfall.pk, "seen": newest()})

    scope = scope_for(User.objects.get(pk=emil.pk), Right.REPLY)
    assert scope.allows(game_id=emberfall.pk) and not scope.allows(game_id=tidewake.pk)
    page = client.get(reverse("staff:person", args=[emil.pk])).content.decode()
    assert "Emberfall" in page
    entry = AuditEntry.objects.get(action="staff.role_given")
    assert (entry.game_id, entry.data["role"]) == (emberfall.pk, "Agent")


def test_a_role_is_limited_to_topics_that_there_are(client, vera: User) -> None:
    payments = Topic.objects.create(slug="payments", name="Payments")
    lost = Topic.objects.create(slug="lost-purchase", name="Lost purchases", parent=payments)
    old = Topic.objects.create(slug="old", name="Old", archived_at=clock.now())
    emil, agent = UserFactory.create(), RoleFactory.create(name="Agent", rights=[Right.VIEW])
    client.force_login(vera)

    for nonsense in ("lost purchase!", "lost-purchase", lost.pk + 1000, old.pk, "x" * 500):
        answer = client.post(reverse("staff:give_role", args=[emil.pk]), {"role": agent.pk, "topic": nonsense})
        assert answer.status_code == 422 and not Grant.objects.filter(user=emil).exists(), nonsense
    with pytest.raises(DomainError, match="archived"):
        roles.give_role(emil, agent, by=vera, topic=old)

    given = {"role": agent.pk, "topic": lost.pk, "seen": newest()}
    page = client.post(reverse("staff:give_role", args=[emil.pk]), given, follow=True).content.decode()
    assert "topic Lost purchases and below" in page and "Payments › Lost purchases" in page
    assert AuditEntry.objects.get(action="staff.role_given").data["part"] == {"topic": "Lost purchases"}


def test_the_same_role_is_given_once_for_the_same_part(vera: User) -> None:
    emil, agent = UserFactory.create(name="Emil"), RoleFactory.create()
    roles.give_role(emil, agent, by=vera)

    with pytest.raises(DomainError, match="already holds"):
        roles.give_role(emil, agent, by=vera)


def test_an_address_that_opens_higher_rights_is_not_turned_to_ones_own(vera: User) -> None:
    olga = somebody(Right.MANAGE_STAFF, name="Olga")
    emil = UserFactory.create()

    with pytest.raises(NotAllowed, match="rights that you may not give"):
        people.change_person(vera, by=olga, email="olga.too@studio.example")
    with pytest.raises(NotAllowed):
        people.deactivate(vera, by=olga)

    assert people.change_person(emil, by=olga, email="emil@studio.example").email_wanted == "emil@studio.example"


ACTS = [
    lambda vera, olga: people.change_person(vera, by=olga, name="Vera the former"),
    lambda vera, olga: people.change_person(vera, by=olga, language="ru"),
    lambda vera, olga: people.sign_out_everywhere(vera, by=olga),
    lambda vera, olga: people.invite_again(vera, by=olga),
    lambda vera, olga: people.deactivate(vera, by=olga),
    lambda vera, olga: people.reactivate(vera, by=olga),
]


@pytest.mark.parametrize("act", ACTS)
def test_nobody_manages_who_holds_rights_he_lacks(vera: User, act) -> None:
    olga = somebody(Right.MANAGE_STAFF, name="Olga")
    before = User.objects.values().get(pk=vera.pk)

    with pytest.raises(NotAllowed, match="rights that you may not give"):
        act(vera, olga)

    assert User.objects.values().get(pk=vera.pk) == before


def test_a_former_administrator_is_not_brought_back_by_who_is_none(client, vera: User) -> None:
    nora = somebody(Right.MANAGE_STAFF, Right.MANAGE_ROLES, name="Nora Berg")
    people.deactivate(nora, by=vera)
    olga = somebody(Right.MANAGE_STAFF, name="Olga")
    client.force_login(olga)

    page = client.get(reverse("staff:person", args=[nora.pk])).content.decode()
    client.post(reverse("staff:person_act", args=[nora.pk]), {"act": "reactivate"})

    assert "can change this account" in page and "Open the account again" not in page
    assert not User.objects.get(pk=nora.pk).is_active
    assert people.reactivate(nora, by=vera).is_active


def links(letter: StaffMail) -> list[str]:
    return ["/" + link.split("/", 3)[3] for link in re.findall(r"http\S+", letter.text)]


def test_another_address_counts_when_somebody_there_says_yes_and_the_former_one_is_told(client, vera: User) -> None:
    emil = UserFactory.create(name="Emil Falk", email="emil@studio.example")
    client.force_login(vera)
    facts = {"name": "Emil Falk", "email": "falk@studio.example", "language": "en", "timezone": "UTC"}
    page = client.post(reverse("staff:person", args=[emil.pk]), facts, follow=True).content.decode()
    emil.refresh_from_db()
    assert (emil.email, emil.email_wanted) == ("emil@studio.example", "falk@studio.example")
    assert "falk@studio.example is to be the new address" in page
    assert "falk@studio.example" in StaffMail.objects.get(to="emil@studio.example").text

    door = type(client)()
    (link,) = links(StaffMail.objects.get(to="falk@studio.example"))
    assert door.get(link).status_code == 200  # a scanner that looks changes nothing
    assert User.objects.get(pk=emil.pk).email == "emil@studio.example"
    door.post(link)

    emil.refresh_from_db()
    assert (emil.email, emil.email_wanted) == ("falk@studio.example", "")
    assert StaffMail.objects.filter(to="emil@studio.example").count() == 2
    assert door.get(link).status_code == door.post(link).status_code == 410
    assert AuditEntry.objects.get(action="staff.address_changed").data["changes"]["email"] == ["emil@studio.example", "falk@studio.example"]


def test_a_new_address_can_be_taken_back_or_asked_for_anew(client, vera: User) -> None:
    emil = UserFactory.create(email="emil@studio.example")
    people.change_person(emil, by=vera, email="one@studio.example")
    people.change_person(emil, by=vera, email="two@studio.example")
    (first,) = links(StaffMail.objects.get(to="one@studio.example"))
    (second,) = links(StaffMail.objects.get(to="two@studio.example"))
    assert client.post(first).status_code == 410

    client.force_login(vera)
    client.post(reverse("staff:person_act", args=[emil.pk]), {"act": "keep_address"})

    assert client.post(second).status_code == 410
    assert User.objects.get(pk=emil.pk).email == "emil@studio.example"


def test_an_address_that_somebody_took_meanwhile_is_refused_at_the_end_too(client, vera: User) -> None:
    emil = UserFactory.create(email="emil@studio.example")
    people.change_person(emil, by=vera, email="shared@studio.example")
    UserFactory.create(email="shared@studio.example")
    (link,) = links(StaffMail.objects.get(to="shared@studio.example"))

    page = client.post(link)

    assert page.status_code == 410
    assert User.objects.get(pk=emil.pk).email == "emil@studio.example"


def test_who_has_no_password_yet_is_invited_at_the_new_address(vera: User) -> None:
    emil = people.invite(email="wrong@studio.example", name="Emil", by=vera)

    people.change_person(emil, by=vera, email="emil@studio.example")

    assert User.objects.get(pk=emil.pk).email == "emil@studio.example"
    assert "/password/reset/key/" in StaffMail.objects.get(to="emil@studio.example").text


def test_a_team_is_made_changed_and_dropped_when_empty(client, vera: User) -> None:
    emil, nora = UserFactory.create(), UserFactory.create()
    client.force_login(vera)
    client.post(reverse("staff:new_team"), {"name": "Ночная смена", "members": [emil.pk, nora.pk]})
    team = emil.teams.get()

    client.post(reverse("staff:drop_team", args=[team.pk]))
    client.post(reverse("staff:team", args=[team.pk]), {"name": "Night", "members": [nora.pk]})
    assert [user.pk for user in team.members.all()] == [nora.pk]
    client.post(reverse("staff:team", args=[team.pk]), {"name": "Night", "members": []})
    client.post(reverse("staff:drop_team", args=[team.pk]))

    assert not emil.teams.model.objects.filter(pk=team.pk).exists()
    told = AuditEntry.objects.filter(action__startswith="staff.team").order_by("pk").values_list("action", flat=True)
    assert list(told) == ["staff.team_made", "staff.team_changed", "staff.team_changed", "staff.team_dropped"]


def test_the_list_of_people_costs_the_same_for_two_or_forty(client, vera: User, django_assert_max_num_queries) -> None:
    night = TeamFactory.create()
    for _turn in range(40):
        join(night, somebody(Right.VIEW))
    client.force_login(vera)

    with django_assert_max_num_queries(9):
        client.get(reverse("staff:people"))


PAGES = ["people", "invite", "teams", "new_team", "roles", "new_role", "games", "new_game", "texts", "audit", "settings"]


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_finds_no_page_of_the_settings(client, page: str) -> None:
    client.force_login(somebody(Right.VIEW, Right.REPLY))

    assert client.get(reverse(f"staff:{page}")).status_code == 403
    assert type(client)().get(reverse(f"staff:{page}")).status_code == 302


def test_a_right_over_people_counts_only_when_held_for_everything(client) -> None:
    client.force_login(somebody(Right.MANAGE_STAFF, game=make_game()))

    assert client.get(reverse("staff:people")).status_code == 403


def test_the_settings_home_lists_only_what_one_may(client) -> None:
    client.force_login(somebody(Right.MANAGE_TEXTS, game=make_game()))

    page = client.get(reverse("staff:settings")).content.decode()

    assert reverse("staff:texts") in page
    assert reverse("staff:people") not in page and reverse("staff:audit") not in page
