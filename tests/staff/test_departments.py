"""Departments: looked after by whoever looks after the people, named by everybody."""

from __future__ import annotations

import pytest
from django.urls import reverse

from helpdesk.audit.models import AuditEntry
from helpdesk.base.errors import DomainError
from helpdesk.staff.models import DepartmentMember, User
from helpdesk.staff.rights import Right
from helpdesk.staff.services.departments import change_department, department_named, make_department, set_archived
from helpdesk.studio.models import Department, Game
from helpdesk.studio.selectors import departments_of
from tests.factories.desk import make_game
from tests.factories.staff import MOVES, UserFactory, somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def vera() -> User:
    return somebody(Right.MANAGE_STAFF, name="Vera Lind")


def named(words: str, game: Game, by: User) -> Department:
    return department_named(words, game=game, by=by, field="pending_on")


def test_a_department_is_made_changed_and_put_aside_on_its_page(client, vera: User) -> None:
    emil, nora = UserFactory.create(name="Emil"), UserFactory.create(name="Nora")
    client.force_login(vera)

    client.post(reverse("staff:new_department"), {"name": "  Billing ", "place": 2, "members": [emil.pk]})
    billing = Department.objects.get()
    assert (billing.name, billing.game, billing.place) == ("Billing", None, 2)
    page = client.get(reverse("staff:departments")).content.decode()
    assert "Billing" in page and "1 person" in page

    client.post(reverse("staff:department", args=[billing.pk]), {"name": "Payments", "place": 2, "members": [nora.pk]})
    client.post(reverse("staff:archive_department", args=[billing.pk]), {"archived": "1"})
    billing.refresh_from_db()
    assert billing.name == "Payments" and billing.archived_at
    assert list(DepartmentMember.objects.values_list("user", flat=True)) == [nora.pk]
    assert "archived" in client.get(reverse("staff:department", args=[billing.pk])).content.decode()

    client.post(reverse("staff:archive_department", args=[billing.pk]), {"archived": "0"})
    told = list(AuditEntry.objects.order_by("pk").values_list("action", "data"))
    assert [action.rpartition(".")[2] for action, _data in told] == [
        "department_made", "department_changed", "department_archived", "department_reopened",
    ]  # fmt: skip
    assert told[1][1] == {"changes": {"name": ["Billing", "Payments"]}, "joined": [nora.pk], "left": [emil.pk]}


def test_one_name_means_one_department(client, vera: User) -> None:
    emberfall, ashvale = make_game(), make_game("ashvale")
    make_department(name="Billing", by=vera)
    guild = make_department(name="Guild", game=emberfall, by=vera)
    client.force_login(vera)

    for name, game in (("billing", None), ("Billing", emberfall), ("guild", None), ("GUILD", emberfall), (" \n ", None)):
        with pytest.raises(DomainError):
            make_department(name=name, game=game, by=vera)
    with pytest.raises(DomainError, match="already"):
        change_department(guild, name="Billing", members=[], place=0, by=vera)
    answer = client.post(reverse("staff:new_department"), {"name": "billing", "place": 0})
    assert answer.status_code == 422 and "already a department" in answer.content.decode()

    assert make_department(name="Guild", game=ashvale, by=vera) != guild
    assert [each.name for each in departments_of(ashvale)] == ["Billing", "Guild"]


def test_a_department_is_found_by_its_name_where_it_may_owe(vera: User) -> None:
    emberfall, ashvale = make_game(), make_game("ashvale")
    olga = somebody(Right.VIEW, *MOVES)
    billing, guild = make_department(name="Billing", by=vera), make_department(name="Guild", game=emberfall, by=vera)

    assert named(" BILLING", ashvale, olga) == billing
    assert named("guild", emberfall, olga) == guild
    with pytest.raises(DomainError, match="only: Billing. ") as refusal:
        named("Guild", ashvale, olga)
    assert refusal.value.field == "pending_on"
    set_archived(billing, True, by=vera)
    for who in (olga, vera):
        with pytest.raises(DomainError, match="archived"):
            named("billing", ashvale, who)


def test_who_looks_after_them_makes_one_by_naming_it(vera: User) -> None:
    emberfall = make_game()
    partly = somebody(Right.MANAGE_STAFF, game=emberfall)

    with pytest.raises(DomainError, match="no department “Legal”"):
        named("Legal", emberfall, partly)
    legal = named("Legal", emberfall, vera)

    assert (legal.name, legal.game) == ("Legal", None)
    assert named("legal", make_game("ashvale"), partly) == legal
    assert AuditEntry.objects.get(action="staff.department_made").actor_id == vera.pk


def test_the_pages_are_for_whoever_looks_after_people_everywhere(client) -> None:
    billing = make_department(name="Billing", by=UserFactory.create())
    client.force_login(somebody(Right.MANAGE_STAFF, game=make_game()))

    for page in ("departments", "new_department"):
        assert client.get(reverse(f"staff:{page}")).status_code == 403
    assert client.post(reverse("staff:archive_department", args=[billing.pk]), {"archived": "1"}).status_code == 403
