"""Which servers of others the desk calls: their state in words, the newest calls, and trying one again at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from helpdesk.audit.models import AuditEntry
from helpdesk.base import clock, outgoing
from helpdesk.base.models import OutgoingCall, OutgoingService
from helpdesk.base.outgoing import Service, service
from helpdesk.staff.rights import Right
from tests.conftest import Travel
from tests.factories.staff import somebody

pytestmark = pytest.mark.django_db
PAGE = "/settings/outgoing/"
Outcome = OutgoingCall.Outcome


@pytest.fixture
def ember() -> Iterator[Service]:
    """A server that a room tells of."""
    told = Service("ember", "Emberfall's server", frozenset({"hooks.ember.example"}))
    before = dict(service._rooms)
    outgoing.register("toy", lambda: [told])
    yield told
    service._rooms.clear()
    service._rooms.update(before)


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(somebody(Right.MANAGE_DELIVERIES, name="Olga"))
    return client


def called(name: str = "ember", outcome: str = Outcome.ANSWERED, count: int = 1, **facts: object) -> None:
    line = {
        "service": name,
        "method": "POST",
        "host": "hooks.ember.example",
        "what": "ticket.opened",
        "outcome": outcome,
        "status": 200,
    } | facts
    OutgoingCall.objects.bulk_create([OutgoingCall(at=clock.now(), **line) for _one in range(count)])


def resting(name: str = "ember", **facts: object) -> None:
    now = clock.now()
    away = {"away_since": now, "failed_at": now, "next_try_at": now + timedelta(minutes=5), "reason": "error 503"}
    OutgoingService.objects.create(name=name, **(away | facts))


def page(desk: Client, query: str = "") -> str:
    return " ".join(desk.get(PAGE + query).content.decode().split())


def test_without_any_server_the_page_says_so(desk: Client) -> None:
    assert "The desk calls nobody" in page(desk)


def test_a_server_that_nobody_has_called_stands_there_with_its_hosts(desk: Client, ember: Service) -> None:
    shown = page(desk)

    assert "Emberfall&#x27;s server" in shown and "hooks.ember.example" in shown and "not called" in shown
    assert "None within the last two weeks." in shown


def test_calls_and_failures_of_a_day_in_words(desk: Client, ember: Service, travel: Travel) -> None:
    called(outcome=Outcome.UNREACHABLE, status=None, count=2)
    travel.forward(hours=25)
    called(count=3)
    called(outcome=Outcome.ERROR, status=503, count=2)
    called(outcome=Outcome.SLOW, status=None)

    shown = page(desk)

    assert "6 calls" in shown and "answered with an error 503: 2" in shown and "too slow: 1" in shown
    assert "in order" in shown and "no connection: 2" not in shown


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, "left alone"),
        ({"next_try_at": clock.now() - timedelta(days=400)}, "the next call looks whether it is back"),
        ({"finder": "somebody"}, "failed once"),
        ({"away_since": None, "next_try_at": None}, "not called"),
    ],
)
def test_each_state_has_its_words(desk: Client, ember: Service, facts: dict[str, object], words: str) -> None:
    resting(**facts)

    assert words in page(desk)


def test_those_in_trouble_stand_first(desk: Client, ember: Service) -> None:
    called("a.works")
    resting("z.away")

    shown = page(desk)

    assert shown.index("z.away") < shown.index("a.works") < shown.index("Emberfall")


def test_it_is_tried_again_at_once_and_the_audit_knows(desk: Client, ember: Service) -> None:
    resting()
    assert "Try again now" in page(desk)

    said = desk.post(reverse("administration:hurry_service", args=["ember"]), follow=True).content.decode()

    assert "The next call goes out" in said and "Try again now" not in page(desk)
    assert outgoing.breaker.may_try("ember", "me")
    entry = AuditEntry.objects.get(action="outgoing.hurried")
    assert entry.data == {"service": "ember"}


@pytest.mark.parametrize("name", ["unknown", "x" * 500, "é"])
def test_what_is_not_left_alone_is_not_hurried(desk: Client, name: str) -> None:
    said = desk.post(reverse("administration:hurry_service", args=[name]), follow=True).content.decode()

    assert "It is not left alone any more." in said and not AuditEntry.objects.filter(action="outgoing.hurried").exists()


def test_the_calls_of_one_server_and_those_that_failed(desk: Client, ember: Service) -> None:
    called(what="one that went well")
    called(outcome=Outcome.GARBLED, what="one without sense")
    called("elsewhere", what="one to another")

    assert all(words in page(desk) for words in ("one that went well", "one without sense", "one to another"))
    of_one = page(desk, "?server=ember")
    assert "one that went well" in of_one and "one to another" not in of_one
    failed = page(desk, "?failed=yes")
    assert "one without sense" in failed and "one that went well" not in failed
    both = page(desk, "?server=ember&failed=yes")
    assert "one without sense" in both and "one that went well" not in both and "one to another" not in both
    assert "one to another" in page(desk, "?server=nobody&after=bent")


def test_a_server_of_a_room_that_is_gone_is_called_by_its_name(desk: Client) -> None:
    called("old.hook")

    assert "old.hook" in page(desk)


def test_many_calls_cost_no_more_than_few(desk: Client, ember: Service, django_assert_max_num_queries) -> None:
    called(count=400)
    called(outcome=Outcome.ERROR, count=100)

    with django_assert_max_num_queries(12):
        shown = page(desk)

    assert "500 calls" in shown and "Older" in shown


def test_it_takes_the_right_for_everything(client: Client) -> None:
    client.force_login(somebody(Right.MANAGE_MAIL, Right.VIEW))

    assert client.get(PAGE).status_code == 403
    assert client.post(reverse("administration:hurry_service", args=["ember"])).status_code == 403
