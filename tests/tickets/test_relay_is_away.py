"""The relay is away: one message looks for it, the others wait behind; for two days, with growing pauses and one notice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from smtplib import SMTPAuthenticationError, SMTPConnectError, SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected
from socket import gaierror
from ssl import SSLError

import pytest
from django.test import Client
from django.urls import reverse

from helpdesk.base import relay
from helpdesk.base.errors import Conflict
from helpdesk.staff import alarms, staff_mail
from helpdesk.staff.models import Notice, StaffMail, User
from helpdesk.staff.rights import Right
from tests.conftest import Travel
from tests.factories.desk import Post, make_ticket, post
from tests.factories.staff import somebody
from tests.tickets.deeds import kinds, reply
from tickets.channels import Away, Outcome, Retry, Sent
from tickets.models import Message, Ticket
from tickets.services import outbox

pytestmark = pytest.mark.django_db
State = Message.State
GONE = Away("ConnectionRefusedError: nobody is there")


def queued(anna: User, travel: Travel, count: int) -> list[Message]:
    found = []
    for _n in range(count):
        found.append(reply(make_ticket(), anna))
        travel.forward(seconds=1)
    travel.forward(seconds=16)
    return found


def tried() -> int:
    return sum(Message.objects.values_list("attempts", flat=True))


def test_one_looks_and_the_others_wait_behind_it(anna: User, travel: Travel, the_post: Post) -> None:
    queued(anna, travel, 20)
    the_post.outcomes.extend([GONE] * 20)

    for _tick in range(10):
        outbox.send_due()
        travel.forward(seconds=2)

    assert tried() == 1


def test_each_try_is_anothers_and_the_pauses_grow(anna: User, travel: Travel, the_post: Post) -> None:
    messages = queued(anna, travel, 4)
    the_post.outcomes.extend([GONE] * 500)
    pauses = []

    for _try in range(40):
        outbox.send_due()
        row = relay.away()["post"]
        assert row.next_try_at
        pauses.append((row.next_try_at - travel.moment).total_seconds())
        travel.forward(seconds=pauses[-1])

    assert pauses[0] == 30 and pauses[-1] == 3600 and pauses == sorted(pauses)
    assert min(Message.objects.filter(pk__in=[m.pk for m in messages]).values_list("attempts", flat=True)) >= 5


def test_when_it_is_back_all_leave(anna: User, travel: Travel, the_post: Post) -> None:
    queued(anna, travel, 5)
    the_post.outcomes.append(GONE)
    outbox.send_due()
    travel.forward(seconds=31)

    outbox.send_due()
    outbox.send_due()

    assert (len(the_post.sent), relay.away()) == (5, {})


def test_a_nudge_does_not_pass_by_those_who_wait(anna: User, travel: Travel, the_post: Post) -> None:
    first, second = queued(anna, travel, 2)
    the_post.outcomes.append(GONE)
    outbox.send(first.pk)

    outbox.send(second.pk)

    assert (the_post.sent, tried()) == ([], 1)


def test_a_message_that_is_refused_for_now_says_nothing_of_the_relay(anna: User, travel: Travel, the_post: Post) -> None:
    queued(anna, travel, 3)
    the_post.outcomes.append(Retry("452 mailbox full"))

    outbox.send_due()

    assert (len(the_post.sent), relay.away()) == (2, {})


def test_a_message_for_which_the_door_is_closed_does_not_stop_the_others(
    anna: User, travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = queued(anna, travel, 1)[0]
    sent = []

    def deliver(message: Message, handed: Callable[[], None]) -> Outcome:
        if message.pk == bad.pk:
            return Away("421 too many for this domain", doubtful=True)
        sent.append(message.pk)
        return Sent()

    monkeypatch.setattr(post, "deliver", deliver)
    good = []
    for _tick in range(120):
        outbox.send_due()
        travel.forward(seconds=30)
        if _tick % 10 == 0:
            good.append(reply(make_ticket(), anna).pk)
            travel.forward(seconds=16)
            outbox.send_due()
            assert sent == good

    bad.refresh_from_db()
    assert (bad.state, bad.attempts <= 8, relay.away()) == (State.QUEUED, True, {})


def test_a_door_that_is_closed_to_two_is_closed_to_all(anna: User, travel: Travel, the_post: Post) -> None:
    queued(anna, travel, 10)
    the_post.outcomes.extend([Away("421 going down", doubtful=True)] * 10)

    outbox.send_due()

    assert (tried(), list(relay.away())) == (2, ["post"])


def test_after_two_days_they_fail_with_its_reason_and_their_authors_are_told(anna: User, travel: Travel, the_post: Post) -> None:
    messages = queued(anna, travel, 3)
    the_post.outcomes.extend([GONE] * 500)

    for _hour in range(47):
        outbox.send_due()
        travel.forward(hours=1)
    assert set(Message.objects.filter(kind="reply").values_list("state", flat=True)) == {State.QUEUED}
    for _hour in range(4):
        outbox.send_due()
        travel.forward(hours=1)

    for message in messages:
        message.refresh_from_db()
        assert (message.state, message.error) == (State.FAILED, GONE.reason)
        assert kinds(Ticket.objects.get(pk=message.ticket_id)).count("message.failed") == 1


def test_the_days_in_which_nobody_looked_do_not_count(anna: User, travel: Travel, the_post: Post) -> None:
    (message,) = queued(anna, travel, 1)
    the_post.outcomes.extend([GONE] * 3)
    outbox.send_due()
    travel.forward(days=5)  # all workers were off

    outbox.send_due()
    later = reply(make_ticket(), anna)
    travel.forward(minutes=1)
    outbox.send_due()

    later.refresh_from_db()
    assert later.state == State.QUEUED
    assert relay.away()["post"].away_since == travel.moment - timedelta(minutes=1)
    message.refresh_from_db()
    assert message.state == State.FAILED  # it had its two days


def test_one_notice_when_it_lasts_and_one_when_it_is_over(anna: User, travel: Travel, the_post: Post) -> None:
    chief = somebody(Right.MANAGE_DELIVERIES)
    queued(anna, travel, 2)
    the_post.outcomes.extend([GONE] * 99)

    def told() -> list[str]:
        alarms.watch_relays()
        return list(Notice.objects.filter(user=chief).order_by("pk").values_list("kind", flat=True))

    for _minute in range(29):
        outbox.send_due()
        travel.forward(minutes=1)
        assert told() == []
    for _minute in range(60):
        outbox.send_due()
        travel.forward(minutes=1)
    assert told() == ["desk.relay_away"]

    the_post.outcomes.clear()
    relay.hurry("post")
    outbox.send_due()
    assert told() == told() == ["desk.relay_away", "desk.relay_back"]


def test_letters_wait_with_the_messages(travel: Travel, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[object]) -> None:
    letter = staff_mail.post(to="nora@studio.example", subject="Hello", text="Hello")
    relay.gone("mail", "refused", who="message 1")

    assert (staff_mail.send(letter.pk), staff_mail.send_due(), mailoutbox) == (False, 0, [])
    travel.forward(seconds=31)
    assert staff_mail.send_due() == 1
    assert (relay.away(), StaffMail.objects.get().state) == ({}, "sent")


def test_an_operator_may_try_now_and_reads_why_it_waits(client: Client, travel: Travel, the_post: Post) -> None:
    vera = somebody(Right.VIEW, Right.REPLY, Right.RESEND, name="Vera Lind")
    (message,) = queued(vera, travel, 1)
    the_post.outcomes.append(GONE)
    outbox.send_due()
    client.force_login(vera)
    page = reverse("desk:ticket", args=[message.ticket.number])
    assert "waits for the server, which does not answer since" in client.get(page).content.decode()

    client.post(reverse("desk:try_now", args=[message.ticket.number, message.pk]))
    outbox.send_due()

    assert the_post.sent == [message.pk]
    assert "does not answer" not in client.get(page).content.decode()


def test_the_undo_window_is_not_cut_short(anna: User, travel: Travel, the_post: Post) -> None:
    message = reply(make_ticket(), anna)

    with pytest.raises(Conflict):
        outbox.try_now(message)

    message.refresh_from_db()
    assert message.leaves_at and message.leaves_at > travel.moment


def test_who_looked_and_did_not_come_as_far_as_the_relay_holds_nobody_up(anna: User, travel: Travel, the_post: Post) -> None:
    queued(anna, travel, 3)
    the_post.outcomes.extend([GONE, Retry("a file of it cannot be read")])
    outbox.send_due()
    travel.forward(seconds=31)

    for _tick in range(3):
        outbox.send_due()
        travel.forward(seconds=2)

    assert len(the_post.sent) == 2


@pytest.mark.parametrize(
    ("error", "about_the_relay"),
    [
        (ConnectionRefusedError(), True),
        (OSError(113, "No route to host"), True),
        (gaierror(-2, "Name or service not known"), True),
        (TimeoutError(), True),
        (SSLError("certificate has expired"), True),
        (SMTPServerDisconnected("gone"), True),
        (SMTPConnectError(421, b"too busy"), True),
        (SMTPAuthenticationError(535, b"no"), True),
        (SMTPDataError(451, b"not now"), False),
        (SMTPDataError(421, b"closing"), True),
        (SMTPRecipientsRefused({"a@b.example": (550, b"nobody")}), False),
        (ValueError("a header with a line end"), False),
    ],
    ids=repr,
)
def test_which_errors_of_a_letter_are_about_the_relay(error: Exception, about_the_relay: bool) -> None:
    assert relay.is_unreachable(error) is about_the_relay


def test_who_may_not_send_again_may_not_hurry_either(client: Client, travel: Travel, the_post: Post) -> None:
    vera = somebody(Right.VIEW, Right.REPLY, name="Vera Lind")
    (message,) = queued(vera, travel, 1)
    client.force_login(vera)

    assert client.post(reverse("desk:try_now", args=[message.ticket.number, message.pk])).status_code in {403, 404}
