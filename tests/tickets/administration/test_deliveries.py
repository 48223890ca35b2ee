"""Parked deliveries: seen, tried again, or given up with a reason."""

from __future__ import annotations

import pytest
from django.urls import reverse

from helpdesk.audit.models import AuditEntry
from helpdesk.base import clock
from helpdesk.staff.rights import Right
from tests.factories.desk import make_ticket
from tests.factories.staff import somebody
from tickets.models import Delivery, Ticket

pytestmark = pytest.mark.django_db


def parked(ticket: Ticket, subscriber: str = "toy.echo", **more: object) -> Delivery:
    facts = {"parked_at": clock.now(), "error": "ConnectionError: the index is away", "attempts": 7} | more
    return Delivery.objects.create(event=ticket.events.latest("pk"), subscriber=subscriber, lane="bulk", ticket_id=ticket.pk, **facts)


def test_they_are_seen_with_their_reason_and_what_waits_behind(client) -> None:
    ticket = make_ticket()
    parked(ticket)
    earlier = ticket.events.earliest("pk")
    Delivery.objects.get_or_create(event=earlier, subscriber="toy.echo", lane="bulk", ticket_id=ticket.pk)
    client.force_login(somebody(Right.MANAGE_DELIVERIES))

    page = client.get(reverse("administration:deliveries")).content.decode()

    assert "the index is away" in page and ticket.number in page


def test_the_picked_ones_are_tried_again(client) -> None:
    one, other = parked(make_ticket()), parked(make_ticket())
    client.force_login(somebody(Right.MANAGE_DELIVERIES))

    client.post(reverse("administration:replay"), {"delivery": one.pk})

    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.parked_at, one.attempts, other.attempts) == (None, 0, 7)
    assert AuditEntry.objects.get(action="deliveries.replayed").data["deliveries"] == [one.pk]


def test_all_of_a_subscriber_are_tried_again_at_once(client) -> None:
    for _turn in range(3):
        parked(make_ticket())
    left = parked(make_ticket(), subscriber="facts")
    client.force_login(somebody(Right.MANAGE_DELIVERIES))

    client.post(reverse("administration:replay"), {"subscriber": "toy.echo"})

    assert list(Delivery.objects.filter(parked_at__isnull=False)) == [left]


def test_one_is_given_up_only_with_a_reason(client) -> None:
    delivery = parked(make_ticket())
    client.force_login(somebody(Right.MANAGE_DELIVERIES))
    url = reverse("administration:drop_delivery", args=[delivery.pk])

    assert client.post(url, {"reason": " "}).status_code == 422
    assert Delivery.objects.filter(pk=delivery.pk).exists()

    client.post(url, {"reason": "The index is rebuilt tonight"})
    assert not Delivery.objects.filter(pk=delivery.pk).exists()
    entry = AuditEntry.objects.get(action="deliveries.dropped")
    assert (entry.data["error"], entry.remark.text) == ("ConnectionError", "The index is rebuilt tonight")


def test_what_is_not_parked_cannot_be_dropped(client) -> None:
    delivery = parked(make_ticket(), parked_at=None)
    client.force_login(somebody(Right.MANAGE_DELIVERIES))

    assert client.post(reverse("administration:drop_delivery", args=[delivery.pk]), {"reason": "x"}).status_code == 404


def test_a_stranger_finds_none(client) -> None:
    delivery = parked(make_ticket())
    client.force_login(somebody(Right.VIEW, Right.MANAGE_MAIL))

    assert client.get(reverse("administration:deliveries")).status_code == 403
    assert client.post(reverse("administration:replay"), {"delivery": delivery.pk}).status_code == 403
    assert client.post(reverse("administration:drop_delivery", args=[delivery.pk]), {"reason": "x"}).status_code == 403


def test_the_list_costs_the_same_for_one_or_fifty(client, django_assert_max_num_queries) -> None:
    for _turn in range(20):
        parked(make_ticket())
    client.force_login(somebody(Right.MANAGE_DELIVERIES))

    with django_assert_max_num_queries(10):
        client.get(reverse("administration:deliveries"))
