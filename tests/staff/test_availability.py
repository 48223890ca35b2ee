"""Who can be reckoned with: one answer out of shifts, absences and stepping away, the same three queries for one person or for forty."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from helpdesk.audit.models import AuditEntry
from helpdesk.base.bounds import LATEST
from helpdesk.base.clock import now
from helpdesk.base.errors import DomainError
from helpdesk.staff.availability import State, availability
from helpdesk.staff.models import Absence, Away, Shift, User
from helpdesk.staff.rights import Right
from helpdesk.staff.services.away import come_back, go_away
from helpdesk.staff.services.planning import Span, cancel_absence, plan_absence, plan_shifts
from tests.conftest import Travel
from tests.factories.staff import UserFactory, somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(travel: Travel) -> User:
    return somebody(Right.VIEW, Right.PLAN_SHIFTS, name="Vera Lind")


def nine_to_five(user: User, day: int, by: User) -> Shift:
    begin = datetime(2026, 10, day, 9, tzinfo=UTC)
    return plan_shifts([Span(user, begin, begin + timedelta(hours=8))], by=by).made[0]


def state(user: User, at: datetime | None = None) -> State:
    return availability([user], at)[user.pk]


def test_who_is_not_planned_by_shifts_is_here(anna: User, travel: Travel) -> None:
    assert state(anna) == State() and str(state(anna)) == ""


def test_a_plan_says_who_is_on_shift_and_when_the_next_one_begins(anna: User, lead: User, travel: Travel) -> None:
    nine_to_five(anna, 5, lead)
    assert state(anna).here

    travel.forward(hours=8)
    nine_to_five(anna, 7, lead)
    assert state(anna) == State("off", datetime(2026, 10, 7, 9, tzinfo=UTC))
    assert str(state(anna)) == "off shift until 7 Oct 09:00"
    travel.forward(days=3)
    assert str(state(anna)) == "off shift"
    travel.forward(days=7)
    assert state(anna).here, "nobody plans by shifts any more"


def test_an_absence_counts_in_the_persons_own_days(anna: User, lead: User, travel: Travel) -> None:
    User.objects.filter(pk=anna.pk).update(timezone="Pacific/Auckland")  # there it is 22:00 already
    anna.refresh_from_db()
    plan_absence(anna, kind=Absence.Kind.ILL, first_day=date(2026, 10, 6), last_day=date(2026, 10, 7), by=lead)

    assert state(anna).here
    travel.forward(hours=2)
    assert state(anna) == State("absent", datetime(2026, 10, 7, 11, tzinfo=UTC), date(2026, 10, 7))
    assert str(state(anna)) == "absent until 7 Oct 2026", "nobody is told why"
    travel.forward(days=2)
    assert state(anna).here


def test_a_person_steps_away_and_returns(anna: User, travel: Travel) -> None:
    go_away(anna, until=now() + timedelta(hours=1))
    assert str(state(anna)) == "away until 10:00"
    anna.refresh_from_db()
    assert anna.is_away

    travel.forward(minutes=20)
    go_away(anna)
    assert str(state(anna)) == "away"
    anna.refresh_from_db()
    assert anna.away_until == LATEST
    travel.forward(minutes=20)
    come_back(anna)
    come_back(anna)

    assert state(anna).here and not User.objects.get(pk=anna.pk).is_away
    spans = [(one.since.minute, one.ended_at.minute if one.ended_at else None) for one in Away.objects.order_by("pk")]
    assert spans == [(0, 20), (20, 40)]
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == ["staff.away", "staff.away", "staff.back"]


def test_what_is_over_by_itself_keeps_its_end(anna: User, travel: Travel) -> None:
    go_away(anna, until=now() + timedelta(hours=1))
    travel.forward(hours=3)
    assert state(anna).here
    assert state(anna, now() - timedelta(hours=2, minutes=30)).kind == "away", "the past can be read"
    anna.refresh_from_db()
    assert not anna.is_away

    come_back(anna)

    assert Away.objects.get().ended_at == Away.objects.get().until
    assert not AuditEntry.objects.filter(action="staff.back").exists()


@pytest.mark.parametrize("ahead", [timedelta(minutes=-1), timedelta(), timedelta(days=32)])
def test_away_until_yesterday_or_for_months_is_refused(ahead: timedelta, anna: User, travel: Travel) -> None:
    with pytest.raises(DomainError):
        go_away(anna, until=now() + ahead)
    assert not Away.objects.exists()


def test_an_absence_counts_more_than_stepping_away_and_that_more_than_the_plan(anna: User, lead: User, travel: Travel) -> None:
    nine_to_five(anna, 6, lead)
    go_away(anna)
    assert state(anna).kind == "away"

    absence = plan_absence(anna, kind=Absence.Kind.OTHER, first_day=date(2026, 10, 5), last_day=date(2026, 10, 5), by=lead)
    assert state(anna).kind == "absent"
    cancel_absence(absence, by=lead)
    come_back(anna)
    assert state(anna).kind == "off"


def test_forty_people_cost_as_much_as_one(lead: User, travel: Travel, django_assert_num_queries: Any) -> None:
    people = UserFactory.create_batch(40)
    for person in people[:10]:
        nine_to_five(person, 6, lead)
        plan_absence(person, kind=Absence.Kind.HOLIDAY, first_day=date(2026, 10, 5), last_day=date(2026, 10, 9), by=lead)
    for person in people[10:20]:
        go_away(person)

    with django_assert_num_queries(3):
        states = availability(people)
    with django_assert_num_queries(0):
        assert availability([]) == {}

    assert [sum(one.kind == kind for one in states.values()) for kind in ("absent", "away", "here")] == [10, 10, 20]


def test_the_database_itself_keeps_one_thing_at_a_time(anna: User, boris: User, lead: User, travel: Travel) -> None:
    first = nine_to_five(anna, 6, lead)
    facts = {"planned_at": now(), "planned_by": lead}
    Shift.objects.create(user=boris, begins_at=first.begins_at, ends_at=first.ends_at, **facts)
    Shift.objects.create(user=anna, begins_at=first.ends_at, ends_at=first.ends_at + timedelta(hours=1), **facts)

    with pytest.raises(IntegrityError, match="one_shift_at_a_time"), transaction.atomic():
        Shift.objects.create(user=anna, begins_at=first.begins_at + timedelta(hours=7), ends_at=first.ends_at, **facts)
    with pytest.raises(IntegrityError, match="shift_has_a_length"), transaction.atomic():
        Shift.objects.create(user=anna, begins_at=now(), ends_at=now() + timedelta(hours=25), **facts)
    days = {"first_day": date(2026, 10, 7), "last_day": date(2026, 10, 8), "kind": "other"}
    Absence.objects.create(user=anna, **days, **facts)
    with pytest.raises(IntegrityError, match="one_absence_at_a_time"), transaction.atomic():
        Absence.objects.create(user=anna, **days | {"first_day": date(2026, 10, 8)}, **facts)


def test_the_switch_in_the_menu_and_on_the_account(client: Client, lead: User) -> None:
    client.force_login(lead)

    client.post(reverse("staff:away"), {"length": "hour", "next": "/account/"})
    page = client.get("/account/").content.decode()
    assert "You are away. Press when you are here again." in page and "You are away until 10:00." in page
    back = client.post(reverse("staff:away"), {"do": "back", "next": "/account/"})
    assert back["Location"] == "/account/"
    assert "You are away. Press" not in client.get("/account/").content.decode()

    client.post(reverse("staff:away"), {"length": "day"})
    assert Away.objects.get(ended_at=None).until == datetime(2026, 10, 6, tzinfo=UTC)
    client.post(reverse("staff:away"), {"length": ""})
    assert Away.objects.get(ended_at=None).until is None
    for wrong in ({"until": "2026-10-01T08:00"}, {"until": "soon"}, {"length": "ever"}):
        client.post(reverse("staff:away"), wrong)
    page = client.get("/account/").content.decode()
    assert "That moment has passed." in page and page.count('role="alert"') == 3
    assert Away.objects.count() == 3
