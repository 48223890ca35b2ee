"""Why a ticket is put on hold: a reason of the studio's list, which brings its own day and is told in the history."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from helpdesk.base.errors import DomainError
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from helpdesk.studio.capabilities import switch
from helpdesk.studio.models import Department, Mode, Reason
from tests.conftest import Travel
from tests.factories.desk import make_game, make_ticket
from tests.factories.staff import MOVES, somebody
from tests.tickets.deeds import kinds, put, reply
from tickets.actors import operator
from tickets.models import Event, Message, Status, Ticket
from tickets.past import state_at
from tickets.services import outbox
from tickets.services.edit import set_status
from tickets.services.take_back import Standing, take_back

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("the_post")]
IN_PROGRESS, PENDING = Status.IN_PROGRESS, Status.PENDING


@pytest.fixture
def patch(db: None) -> Reason:
    return Reason.objects.create(list="hold", name="Waits for a patch", default_hours=40)


@pytest.fixture
def logs(db: None) -> Reason:
    return Reason.objects.create(list="hold", name="The logs are read")


@pytest.fixture
def olga(db: None) -> User:
    return somebody(Right.VIEW, *MOVES, Right.REPLY, Right.BULK, name="Olga Ward")


def test_a_reason_brings_the_day_that_nobody_named(anna: User, patch: Reason, travel: Travel) -> None:
    ticket, named = make_ticket(), travel.moment + timedelta(hours=3)

    put(ticket, IN_PROGRESS, anna, reason=patch.pk)
    other = put(make_ticket(), PENDING, anna, reason=patch.pk, until=named)

    assert (ticket.hold_reason, ticket.pending_until) == (patch, travel.moment + timedelta(hours=40))
    assert ticket.promised_until == ticket.pending_until
    assert other.pending_until == named


def test_leaving_the_hold_clears_it_and_the_log_remembers(anna: User, logs: Reason) -> None:
    ticket = put(make_ticket(), IN_PROGRESS, anna, reason=logs.pk)
    held = Event.objects.get(pk=ticket.last_event_id)
    assert held.data == {"reason": logs.pk}

    put(ticket, Status.WAITING, anna)

    assert ticket.hold_reason is None
    assert (state_at(ticket, held).hold_reason_id, state_at(ticket).hold_reason_id) == (logs.pk, None)


def test_another_reason_is_a_move_and_the_same_is_none(anna: User, patch: Reason, logs: Reason) -> None:
    ticket = put(make_ticket(), IN_PROGRESS, anna, reason=logs.pk)
    for _twice in range(2):
        put(ticket, IN_PROGRESS, anna, reason=patch.pk, until=ticket.pending_until)

    assert kinds(ticket).count("ticket.moved") == 2
    assert ticket.hold_reason == patch


def test_a_reason_of_another_game_or_list_and_an_archived_one_are_refused(anna: User, patch: Reason, travel: Travel) -> None:
    ticket, ashvale = make_ticket(), make_game("ashvale")
    wrong = [
        Reason.objects.create(list="hold", name="Guild war", game=ashvale),
        Reason.objects.create(list="skip", name="Not my language"),
        Reason.objects.create(list="hold", name="Old", archived_at=travel.moment),
    ]
    for reason in wrong:
        with pytest.raises(DomainError, match="not given any more") as refused:
            put(ticket, IN_PROGRESS, anna, reason=reason.pk)
        assert refused.value.field == "hold_reason"

    put(ticket, IN_PROGRESS, anna, reason=patch.pk)
    Reason.objects.update(archived_at=travel.moment)
    put(ticket, PENDING, anna, reason=patch.pk)  # its own may stay
    assert ticket.hold_reason == patch


def test_where_the_studio_demands_one_nobody_goes_on_hold_without(client: Client, anna: User, olga: User, patch: Reason) -> None:
    ticket = make_ticket()
    switch("reasons.hold", ticket.game, Mode.ON)
    client.force_login(olga)

    with pytest.raises(DomainError, match="Say why"):
        reply(ticket, anna, then_status="in_progress")
    answered = client.post(reverse("desk:status", args=[ticket.number]), {"status": "in_progress"})
    assert (answered.status_code, list(answered.context["form"].errors)) == (422, ["hold_reason"])

    put(ticket, IN_PROGRESS, anna, reason=patch.pk)
    put(ticket, Status.WAITING, anna)  # no hold, no reason
    assert ticket.status == Status.WAITING


def test_the_dialog_and_the_composer_offer_them_with_their_days(
    client: Client, olga: User, patch: Reason, logs: Reason, travel: Travel
) -> None:
    ticket = make_ticket()
    Department.objects.create(name="Billing")
    client.force_login(olga)

    for name in ("desk:status", "desk:ticket"):
        page = client.get(reverse(name, args=[ticket.number])).content.decode()
        assert f'<option value="{logs.pk}">The logs are read</option>' in page
        assert f'<option value="{patch.pk}">Waits for a patch · ' in page
        assert '<option value="Billing"></option>' in page

    client.post(reverse("desk:status", args=[ticket.number]), {"status": "in_progress", "hold_reason": patch.pk, "pending_told": "Soon."})
    ticket.refresh_from_db()
    assert (ticket.status, ticket.hold_reason, ticket.pending_told) == (IN_PROGRESS, patch, "Soon.")
    page = client.get(reverse("desk:ticket", args=[ticket.number])).content.decode()
    assert "Waits for a patch" in page and "We look again by" in page and ": Waits for a patch" in page


def test_a_reply_brings_its_reason_when_it_leaves(client: Client, olga: User, patch: Reason, travel: Travel) -> None:
    ticket = make_ticket()
    client.force_login(olga)
    said = {"mode": "reply", "text": "We look into it.", "then": "in_progress", "hold_reason": patch.pk, "seen": ticket.last_event_id}

    client.post(reverse("desk:reply", args=[ticket.number]), said | {"upto": ticket.messages.get().pk})
    message = Message.objects.get(kind="reply")
    assert (message.then_hold_reason, message.then_pending_until) == (patch, travel.moment + timedelta(hours=40))

    travel.forward(seconds=16)
    outbox.send_due()
    ticket.refresh_from_db()
    assert (ticket.status, ticket.hold_reason) == (IN_PROGRESS, patch)


def test_what_the_form_began_with_is_no_other_day(client: Client, anna: User, olga: User, travel: Travel) -> None:
    until = travel.moment + timedelta(hours=5, seconds=17)
    ticket = put(make_ticket(), IN_PROGRESS, anna, until=until)
    client.force_login(olga)
    url = reverse("desk:status", args=[ticket.number])
    shown = client.get(url).context["form"]["pending_until"].value()

    client.post(url, {"status": "in_progress", "pending_until": shown.strftime("%Y-%m-%dT%H:%M")})

    ticket.refresh_from_db()
    assert (ticket.pending_until, kinds(ticket).count("promise.made")) == (until, 1)


def test_many_are_put_on_hold_for_one_reason_and_taken_back(client: Client, anna: User, olga: User, patch: Reason) -> None:
    Reason.objects.create(list="hold", name="Guild war", game=make_game("ashvale"))
    one, two = put(make_ticket(), PENDING, anna, reason=patch.pk), make_ticket()
    client.force_login(olga)
    asked = {"do": "status:in_progress", "pick": [one.number, two.number], "seen": two.last_event_id}
    page = client.post(reverse("desk:picked"), asked).content.decode()
    assert "Waits for a patch" in page and "Guild war" not in page

    client.post(reverse("desk:picked"), asked | {"sure": "1", "reason": patch.pk})
    assert set(Ticket.objects.values_list("status", "hold_reason")) == {("in_progress", patch.pk)}

    client.post(reverse("desk:unpicked"))
    one.refresh_from_db()
    assert (one.status, one.hold_reason, one.pending_on) == (PENDING, patch, "billing")
    assert state_at(one).hold_reason_id == patch.pk


def test_taking_back_brings_the_reason_of_a_hold_again(anna: User, logs: Reason) -> None:
    ticket = put(make_ticket(), IN_PROGRESS, anna, reason=logs.pk)
    stood = Standing.of(ticket)
    set_status(ticket, Status.RESOLVED, by=operator(anna))
    ticket.refresh_from_db()

    take_back(replace(stood, upto=ticket.last_event_id), ticket, by=operator(anna))

    ticket.refresh_from_db()
    assert (ticket.status, ticket.hold_reason) == (IN_PROGRESS, logs)
