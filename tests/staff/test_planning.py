"""Shifts and absences are planned by whoever looks after the people, or by a lead for a team; what was planned is never rewritten."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from helpdesk.audit.models import AuditEntry
from helpdesk.base.clock import now
from helpdesk.base.errors import Conflict, DomainError, NotAllowed
from helpdesk.staff.models import Absence, Shift, Team, User
from helpdesk.staff.rights import Right
from helpdesk.staff.services import planning
from helpdesk.staff.services.planning import Span, cancel_absence, cancel_shift, people_of, plan_absence, plan_shifts
from tests.conftest import Travel
from tests.factories.desk import make_game
from tests.factories.staff import TeamFactory, join, somebody

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def team(anna: User, travel: Travel) -> Team:
    return join(TeamFactory.create(name="Payments"), anna)


@pytest.fixture
def lead(team: Team) -> User:
    return somebody(Right.VIEW, Right.PLAN_SHIFTS, name="Vera Lind", team=team)


def span(user: User, day: int, hour: int = 9, hours: float = 8) -> Span:
    begin = datetime(2026, 10, day, hour, tzinfo=UTC)
    return Span(user, begin, begin + hours * HOUR)


def planned() -> list[tuple[int, int, float]]:
    """Day, hour and length of what is planned."""
    shifts = Shift.objects.filter(cancelled_at=None)
    return [(one.begins_at.day, one.begins_at.hour, (one.ends_at - one.begins_at) / HOUR) for one in shifts]


def test_a_lead_plans_for_the_team_and_for_nobody_else(anna: User, boris: User, lead: User) -> None:
    assert list(people_of(lead)) == [anna]
    assert boris in people_of(somebody(Right.MANAGE_STAFF)) and boris in people_of(somebody(Right.PLAN_SHIFTS))
    assert not people_of(somebody(Right.PLAN_SHIFTS, game=make_game())).exists(), "a game has no people"

    with pytest.raises(NotAllowed):
        plan_shifts([span(anna, 6), span(boris, 6)], by=lead)
    with pytest.raises(NotAllowed):
        plan_absence(boris, kind=Absence.Kind.ILL, first_day=date(2026, 10, 6), last_day=date(2026, 10, 6), by=lead)
    assert not Shift.objects.exists() and not Absence.objects.exists()


@pytest.mark.parametrize(("day", "hours"), [(6, 0), (6, -1), (6, 24.1)])
def test_a_shift_lasts_a_day_at_most(day: int, hours: float, anna: User, lead: User) -> None:
    with pytest.raises(DomainError, match="24 hours"):
        plan_shifts([span(anna, day, hours=hours)], by=lead)


def test_a_year_from_now_nobody_plans(anna: User, lead: User) -> None:
    far = datetime(2028, 1, 1, tzinfo=UTC)
    with pytest.raises(DomainError, match="more than a year"):
        plan_shifts([Span(anna, far, far + HOUR)], by=lead)
    for days in ((date(2026, 10, 6), date(2028, 1, 1)), (date(2024, 10, 6), date(2026, 10, 6))):
        with pytest.raises(DomainError, match="more than a year"):
            plan_absence(anna, kind=Absence.Kind.ILL, first_day=days[0], last_day=days[1], by=lead)


def test_what_overlaps_is_left_out_and_said(anna: User, lead: User) -> None:
    done = plan_shifts([span(anna, 6), span(anna, 6, 16), span(anna, 6, 17, 4), span(anna, 7)], by=lead)

    assert [one.begins_at.hour for one in done.left_out] == [16]
    assert planned() == [(6, 9, 8), (6, 17, 4), (7, 9, 8)]
    entry = AuditEntry.objects.get(action="staff.shifts_planned")
    assert (entry.data["people"], entry.data["count"]) == ([anna.pk], 3)


def test_a_cancelled_shift_stays_to_be_read_and_what_was_worked_of_it_stays_planned(anna: User, lead: User, travel: Travel) -> None:
    ahead, running = plan_shifts([span(anna, 7), span(anna, 5, 8)], by=lead).made
    travel.forward(hours=2)

    cancel_shift(ahead, by=lead)
    cancel_shift(running, by=lead)
    with pytest.raises(Conflict):
        cancel_shift(running, by=lead)

    assert planned() == [(5, 8, 3)]
    kept = Shift.objects.get(pk=running.pk)
    assert (kept.ends_at, kept.cancelled_at, kept.cancelled_by) == (datetime(2026, 10, 5, 16, tzinfo=UTC), now(), lead)
    assert plan_shifts([span(anna, 7)], by=lead).made, "the day is free again"


def test_whoever_comes_back_early_has_been_absent_until_then(anna: User, lead: User, travel: Travel) -> None:
    ill = plan_absence(anna, kind=Absence.Kind.ILL, first_day=date(2026, 10, 5), last_day=date(2026, 10, 16), by=lead)
    with pytest.raises(DomainError, match="already"):
        plan_absence(anna, kind=Absence.Kind.OTHER, first_day=date(2026, 10, 16), last_day=date(2026, 10, 17), by=lead)
    with pytest.raises(DomainError, match="before the first"):
        plan_absence(anna, kind=Absence.Kind.OTHER, first_day=date(2026, 10, 18), last_day=date(2026, 10, 17), by=lead)

    travel.forward(days=3)
    cancel_absence(ill, by=lead)

    held = Absence.objects.get(cancelled_at=None)
    assert (held.first_day, held.last_day, held.kind) == (date(2026, 10, 5), date(2026, 10, 7), "ill")
    told = str(list(AuditEntry.objects.values_list("data", flat=True)))
    assert "ill" not in told, "the audit has more readers than the plan"


def test_a_week_is_copied_at_the_hours_of_the_planners_clock(client: Client, anna: User, lead: User) -> None:
    """On 25 October the clocks of Riga go back: nine o'clock stays nine o'clock."""
    User.objects.filter(pk=lead.pk).update(timezone="Europe/Riga")
    client.force_login(User.objects.get(pk=lead.pk))
    form = {"week": "2026-10-19", "person": anna.pk, "begins": "09:00", "ends": "17:00"}
    client.post(reverse("staff:add_shifts"), form | {"days": ["0", "4"]})
    client.post(reverse("staff:add_shifts"), form | {"week": "2026-10-26", "begins": "12:00", "days": ["4"]})
    assert planned() == [(19, 6, 8), (23, 6, 8), (30, 10, 5)]

    page = client.post(reverse("staff:copy_week"), {"week": "2026-10-26"}, follow=True).content.decode()

    assert planned() == [(19, 6, 8), (23, 6, 8), (26, 7, 8), (30, 10, 5)]
    assert "1 shift is planned." in page and "1 is left out" in page and "Anna Krylova, 30 Oct 09:00" in page
    empty = client.post(reverse("staff:copy_week"), {"week": "2027-02-01"}, follow=True).content.decode()
    assert "Nobody of them has a shift" in empty


def test_the_page_of_a_week(client: Client, anna: User, boris: User, lead: User) -> None:
    client.force_login(lead)
    night = {"week": "2026-10-05", "person": anna.pk, "begins": "22:00", "ends": "06:00", "days": ["1"]}
    answer = client.post(reverse("staff:add_shifts"), night)
    assert answer["Location"] == "/shifts/?week=2026-10-05"
    plan_absence(anna, kind=Absence.Kind.ILL, first_day=date(2026, 10, 8), last_day=date(2026, 10, 9), by=lead)
    shift = Shift.objects.get()
    assert (shift.begins_at, shift.ends_at) == (datetime(2026, 10, 6, 22, tzinfo=UTC), datetime(2026, 10, 7, 6, tzinfo=UTC))

    page = client.get("/shifts/?week=2026-10-07").content.decode()
    assert "22:00–06:00" in page and page.count("ill\n") == 2 and "Boris" not in page
    assert "22:00–06:00" not in client.get("/shifts/?week=2026-10-14").content.decode()
    assert "22:00–06:00" in client.get("/shifts/?week=never&team=x").content.decode(), "what is no week is this one"
    wrong = client.post(reverse("staff:add_shifts"), night | {"person": boris.pk})
    assert wrong.status_code == 422 and Shift.objects.count() == 1
    assert client.post(reverse("staff:add_shifts"), night | {"ends": "22:00", "days": ["2"]}).status_code == 302, "around the clock"

    client.post(reverse("staff:cancel_shift", args=[shift.pk]), {"week": "2026-10-05"})
    assert "22:00–06:00" not in client.get("/shifts/?week=2026-10-07").content.decode()


def test_colleagues_see_who_works_and_not_why_somebody_is_absent(client: Client, anna: User, boris: User, lead: User, team: Team) -> None:
    plan_shifts([span(anna, 6)], by=lead)
    plan_absence(anna, kind=Absence.Kind.ILL, first_day=date(2026, 10, 8), last_day=date(2026, 10, 8), by=lead)
    reader = somebody(Right.VIEW, name="Tom Reader")
    client.force_login(reader)

    page = client.get("/shifts/?week=2026-10-05").content.decode()

    assert "09:00–17:00" in page and "absent" in page and "ill\n" not in page and "Plan shifts" not in page
    shift, absence = Shift.objects.get(), Absence.objects.get()
    for name, pk in (("cancel_shift", shift.pk), ("cancel_absence", absence.pk), ("add_absence", anna.pk)):
        assert client.post(reverse(f"staff:{name}", args=[pk])).status_code == 403
    assert client.get(reverse("staff:plan", args=[anna.pk])).status_code == 403
    assert client.get(reverse("staff:plan", args=[reader.pk])).status_code == 200, "one's own is no secret"
    client.force_login(somebody(Right.PLAN_SHIFTS, team=TeamFactory.create()))
    assert client.post(reverse("staff:cancel_shift", args=[shift.pk])).status_code == 404
    assert client.post(reverse("staff:add_absence", args=[anna.pk])).status_code == 403


def test_a_persons_plan_is_kept_on_their_page(client: Client, anna: User, travel: Travel) -> None:
    boss = somebody(Right.MANAGE_STAFF, name="Ingrid Boss")
    client.force_login(boss)
    days = {"kind": "holiday", "first_day": "2026-10-05", "last_day": "2026-10-09"}

    assert client.post(reverse("staff:add_absence", args=[anna.pk]), days).status_code == 302
    again = client.post(reverse("staff:add_absence", args=[anna.pk]), days)
    assert again.status_code == 422 and "is entered as absent" in again.content.decode()
    plan_shifts([span(anna, 12)], by=boss)

    page = client.get(reverse("staff:person", args=[anna.pk])).content.decode()
    assert "absent until 9 Oct 2026" in page and "holiday" in page and "09:00–17:00" in page
    client.post(reverse("staff:cancel_absence", args=[Absence.objects.get().pk]))
    again = client.post(reverse("staff:cancel_absence", args=[Absence.objects.get().pk]), follow=True)
    assert "not planned any more" in again.content.decode()
    assert "cancelled by Ingrid Boss" in client.get(reverse("staff:plan", args=[anna.pk])).content.decode()


def test_two_leads_plan_the_same_evening(anna: User, lead: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes second waits for the person's row and then sees what the first one planned."""
    waited, lock = [], planning._lock

    def while_another_plans(ids: set[int], by: User) -> None:
        if not waited:
            waited.append(True)
            plan_shifts([span(anna, 6, 16)], by=by)
        lock(ids, by)

    monkeypatch.setattr(planning, "_lock", while_another_plans)
    done = plan_shifts([span(anna, 6)], by=lead)

    assert (done.made, len(done.left_out)) == ([], 1)
    assert planned() == [(6, 16, 8)]
