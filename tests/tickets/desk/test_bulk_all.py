"""One thing for all that match a view: a job, whose tickets are fixed by the click and which can be taken back."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from helpdesk.audit.models import AuditEntry
from helpdesk.base import clock
from helpdesk.base.jobs import running, verbs
from helpdesk.base.jobs.models import Job, JobPart
from helpdesk.staff.models import Grant, User
from helpdesk.staff.rights import Right
from helpdesk.studio.models import Department
from tests.conftest import Travel
from tests.factories.desk import make_game, make_ticket, player_writes
from tests.factories.staff import somebody
from tests.tickets.deeds import kinds
from tests.tickets.desk.conftest import DAILY, Desk
from tickets.actors import operator
from tickets.desk.queue import bulk_jobs
from tickets.lifecycle.machine import PendingInfo
from tickets.lifecycle.waiting import wrong
from tickets.models import Status, Ticket
from tickets.services.assign import assign
from tickets.services.edit import set_status
from tickets.services.merge import merge

pytestmark = pytest.mark.django_db
STATUS = "?status=all"


@pytest.fixture
def greta(db: None) -> User:
    return somebody(*DAILY, Right.BULK, name="Greta Blum")


def ask(client: Client, act: str, query: str = STATUS, seen: int = 10**9) -> str:
    """The question that is asked first."""
    answer = client.post(f"/tickets/picked/{query}", {"do": act, "all": "1", "seen": seen}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def start(client: Client, act: str, query: str = STATUS, **more: Any) -> str:
    """The question is answered; the queue after it."""
    page = ask(client, act, query, **more)
    said = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    answer = client.post(f"/tickets/picked/{query}", said, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def job_page(client: Client) -> str:
    return client.get(f"/jobs/{Job.objects.latest('pk').pk}/").content.decode()


def now(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def now_user(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_all_that_match_are_changed_and_the_page_says_so(greta: User, erik: User, desk: Desk) -> None:
    tickets = [make_ticket() for _number in range(27)]
    assign(tickets[0], to=erik, by=operator(erik))
    client = desk(greta)
    asked = ask(client, "assign:me")
    assert "Take: 27 tickets?" in asked
    assert "1 is with a colleague now: Erik Holm." in asked
    assert "those on other pages too" in asked

    queue = start(client, "assign:me")
    assert f'hx-get="/jobs/{Job.objects.get().pk}/"' in queue
    assert running.run_due() == 1

    assert {now(ticket).assignee for ticket in tickets} == {greta}
    assert kinds(tickets[0])[-1] == "ticket.assigned"
    page = job_page(client)
    for told in ("Take: 27 tickets", "27 of 27", "changed: 27", "done", "Take all of it back"):
        assert told in page
    assert AuditEntry.objects.filter(action="jobs.started").values_list("data__things", flat=True).get() == 27


def test_who_looks_at_the_view_alone_is_meant(greta: User, desk: Desk) -> None:
    ember, tide = make_game("emberfall"), make_game("tideborn")
    meant, other = make_ticket(game=ember), make_ticket(game=tide)

    start(desk(greta), "assign:me", "?status=all&game=emberfall")
    running.run_due()

    assert (now(meant).assignee, now(other).assignee) == (greta, None)


def test_nobody_gets_tickets_that_came_after_the_question(greta: User, desk: Desk) -> None:
    there, client = make_ticket(), desk(greta)
    page = ask(client, "assign:me")
    between = make_ticket()
    said = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    client.post(f"/tickets/picked/{STATUS}", said)
    after = make_ticket()

    running.run_due()

    assert [now(ticket).assignee for ticket in (there, between, after)] == [greta, None, None]


def test_a_second_press_starts_nothing_more(greta: User, desk: Desk) -> None:
    make_ticket()
    client = desk(greta)
    said = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', ask(client, "assign:me")))

    for _press in range(2):
        client.post(f"/tickets/picked/{STATUS}", said)

    assert Job.objects.count() == 1


def test_what_is_refused_is_named_with_its_reason(greta: User, desk: Desk) -> None:
    open_one, closed, written = make_ticket(), make_ticket(), make_ticket()
    Ticket.objects.filter(pk=closed.pk).update(status=Status.CLOSED)
    client, seen = desk(greta), written.last_event_id
    player_writes(now(written), "One more thing!")
    start(client, "status:resolved", seen=seen)

    running.run_due()

    page = job_page(client)
    assert (now(open_one).status, now(written).status) == (Status.RESOLVED, Status.NEW)
    assert "Why 2 were refused" in page
    assert "A ticket that is “Closed” cannot become “Resolved” this way." in page
    assert "The player has written meanwhile." in page
    assert f'href="/tickets/{closed.number}/">{closed.number}</a>' in page


def test_reasons_are_said_in_the_language_of_who_asked(greta: User, desk: Desk) -> None:
    User.objects.filter(pk=greta.pk).update(language="ru")
    Ticket.objects.filter(pk=make_ticket().pk).update(status=Status.CLOSED)
    client = desk(now_user(greta))
    start(client, "status:resolved")

    running.run_due()

    (reason,) = JobPart.objects.get().refused
    assert "нельзя" in reason or "не может" in reason, reason


def test_the_right_is_asked_for_each_ticket_when_its_turn_comes(desk: Desk) -> None:
    ember, tide = make_game("emberfall"), make_game("tideborn")
    greta = somebody(*DAILY, Right.BULK, name="Greta Blum", game=ember)
    grants = Grant.objects.filter(user=greta)
    more = somebody(*DAILY, Right.BULK, name="Other", game=tide)
    Grant.objects.filter(user=more).update(user=greta)
    kept, lost = make_ticket(game=ember), make_ticket(game=tide)
    client = desk(now_user(greta))
    start(client, "assign:me")
    grants.filter(game=tide).delete()

    running.run_due()

    assert (now(kept).assignee, now(lost).assignee) == (greta, None)
    assert "passed over: 1" in job_page(client)


def test_what_was_merged_since_is_left_alone(greta: User, erik: User, desk: Desk) -> None:
    one = make_ticket()
    two = make_ticket(player=one.player, game=one.game)
    start(desk(greta), "assign:me")
    merge(now(two), into=now(one), by=operator(erik))

    running.run_due()

    job = Job.objects.get()
    assert (now(one).assignee, job.changed, job.skipped) == (greta, 1, 1)


def test_it_can_be_taken_back_where_nobody_changed_it_since(greta: User, erik: User, desk: Desk) -> None:
    fresh, pending, touched, written = make_ticket(), make_ticket(), make_ticket(), make_ticket()
    billing = Department.objects.create(name="Billing")
    said = PendingInfo("Billing", clock.now() + timedelta(days=2), "in two days", billing.pk)
    set_status(pending, Status.PENDING, by=operator(erik), pending=said)
    client = desk(greta)
    start(client, "status:resolved")
    running.run_due()
    assert {now(one).status for one in (fresh, pending, touched, written)} == {Status.RESOLVED}
    assert "in two days" not in str(list(JobPart.objects.values())) + str(list(Job.objects.values()))
    set_status(now(touched), Status.IN_PROGRESS, by=operator(erik))
    player_writes(now(written), "It is gone again!")
    first = Job.objects.get()

    client.post(f"/tickets/picked/jobs/{first.pk}/back/")
    running.run_due()

    assert (now(fresh).status, now(pending).status) == (Status.NEW, Status.PENDING)
    assert PendingInfo.of(now(pending)) == said
    assert (now(touched).status, now(written).status) == (Status.IN_PROGRESS, Status.WAITING)
    assert wrong([now(one) for one in (fresh, pending, touched, written)]) == []
    page = job_page(client)
    assert "Taking back: Resolved: 4 tickets" in page
    assert "It has changed since; nothing was taken back there." in page
    assert "Take all of it back" not in client.get(f"/jobs/{first.pk}/").content.decode()
    client.post(f"/tickets/picked/jobs/{first.pk}/back/")
    assert Job.objects.count() == 2


def test_after_ten_minutes_it_is_too_late(greta: User, desk: Desk, travel: Travel) -> None:
    make_ticket()
    client = desk(greta)
    start(client, "assign:me")
    running.run_due()
    travel.forward(minutes=11)

    page = client.post(f"/tickets/picked/jobs/{Job.objects.get().pk}/back/", follow=True).content.decode()

    assert "It is too late to take that back." in page
    assert Job.objects.count() == 1


def test_it_is_paused_let_go_on_and_cancelled_and_the_rest_stays(greta: User, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "SLICE", 0.0)
    monkeypatch.setattr(verbs, "PART", 2)
    tickets = [make_ticket() for _number in range(6)]
    client = desk(greta)
    start(client, "assign:me")
    job = Job.objects.get()

    client.post(f"/jobs/{job.pk}/pause/")
    assert running.run_due() == 0
    assert "Go on" in job_page(client)
    client.post(f"/jobs/{job.pk}/resume/")
    monkeypatch.setattr(running, "Turn", OneStep)
    running.run_due(seconds=1)
    fragment = client.post(f"/jobs/{job.pk}/cancel/", headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in fragment and "Somebody cancelled it." in fragment
    assert "hx-trigger" not in fragment
    assert running.run_due(seconds=1) == 0
    assert [now(ticket).assignee for ticket in tickets] == [greta, greta, None, None, None, None]
    assert list(AuditEntry.objects.filter(action__startswith="jobs.").order_by("pk").values_list("action", flat=True)) == [
        "jobs.started",
        "jobs.pause",
        "jobs.resume",
        "jobs.cancel",
    ]


class OneStep:
    """A turn that is over after one look at a job."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.looks = 1 if seconds else 0

    def lasts(self) -> bool:
        self.looks -= 1
        return self.looks >= 0


def test_nobody_stops_a_job_of_somebody_else_but_who_manages_them(greta: User, desk: Desk) -> None:
    make_ticket()
    start(desk(greta), "assign:me")
    job = Job.objects.get()
    stranger, boss = desk(somebody(*DAILY, Right.BULK, name="Sten")), desk(somebody(Right.MANAGE_DELIVERIES, name="Vera Holm"))

    for door in ("", "pause/", "file/"):
        answer = stranger.post(f"/jobs/{job.pk}/{door}") if door else stranger.get(f"/jobs/{job.pk}/")
        assert answer.status_code == 404
    assert stranger.post(f"/tickets/picked/jobs/{job.pk}/back/").status_code == 404
    assert "Take: 1 ticket" not in stranger.get("/jobs/?all=1").content.decode()
    page = boss.get("/jobs/?all=1").content.decode()
    assert "Take: 1 ticket" in page and "Greta Blum" in page
    boss.post(f"/jobs/{job.pk}/pause/")
    assert Job.objects.get().state == "paused"


def test_too_many_are_refused_in_words_and_not_cut(greta: User, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verbs, "MOST", 2)
    for _number in range(3):
        make_ticket()

    assert "More than 2 tickets match. Narrow the filter" in ask(desk(greta), "assign:me")
    assert not Job.objects.exists()


def test_a_view_that_is_not_understood_is_no_view_of_everything(greta: User, desk: Desk) -> None:
    make_ticket()

    page = ask(desk(greta), "assign:me", "?status=all&waits=perhaps")

    assert "?</h1>" not in page
    assert not Job.objects.exists()


def test_a_ticket_over_which_the_desk_stumbles_spoils_no_other(greta: User, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = make_ticket(), make_ticket()
    really = bulk_jobs.do_one

    def do_one(act: Any, ticket: Ticket, *rest: Any) -> Ticket:
        changed = really(act, ticket, *rest)
        if ticket.pk == bad.pk:
            raise ValueError("a row that nobody expected")
        return changed

    monkeypatch.setattr(bulk_jobs, "do_one", do_one)
    client = desk(greta)
    start(client, "assign:me")
    running.run_due()

    assert (now(bad).assignee, now(good).assignee) == (None, greta)
    assert "The desk stumbled over it" in job_page(client)


def test_what_was_begun_can_be_hidden_from_the_queue(greta: User, desk: Desk) -> None:
    make_ticket()
    client = desk(greta)
    assert "Your job goes on." in start(client, "assign:me")

    client.post("/tickets/picked/jobs/hide/")

    assert "Your job goes on." not in client.get("/tickets/").content.decode()
    assert Job.objects.get().state == "waiting"


def test_the_list_of_jobs_costs_the_same_for_one_or_many(greta: User, desk: Desk) -> None:
    client, said = desk(greta), {"act": "assign:me", "seen": 0}
    verbs.start(bulk_jobs.BULK, owner=greta.pk, parameters=said, ids=[1])
    client.get("/jobs/")
    one = queries(lambda: client.get("/jobs/"))
    for number in range(15):
        verbs.start(bulk_jobs.BULK, owner=greta.pk, parameters=said, ids=[number])

    assert queries(lambda: client.get("/jobs/")) == one <= 8


def queries(deed: Any) -> int:
    with CaptureQueriesContext(connection) as seen:
        deed()
    return len(seen)


def test_a_step_costs_so_much_a_ticket_and_the_start_the_same_for_thousands(greta: User, desk: Desk) -> None:
    costs = {}
    for number in (25, 50):
        for _ticket in range(number):
            make_ticket()
        job = verbs.start(bulk_jobs.BULK, owner=greta.pk, parameters={"act": "assign:me", "seen": 0},
                          ids=list(Ticket.objects.filter(assignee=None).values_list("pk", flat=True)))  # fmt: skip
        costs[number] = queries(running.run_due)
        assert Job.objects.get(pk=job.pk).changed == number

    assert costs[50] - costs[25] <= costs[25]
    assert costs[25] <= 25 * 9 + 20
    many = {number: queries(lambda: verbs.start(bulk_jobs.BACK, owner=None, parameters={"of": 1, "act": "assign:me"},
                                                 ids=range(number))) for number in (100, 10_000)}  # fmt: skip # noqa: B023
    assert many[10_000] <= many[100] + 2
