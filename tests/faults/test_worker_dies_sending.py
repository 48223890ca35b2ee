"""A worker is killed while a reply is on its way. Before the words are handed over it goes again; after that a human decides."""

from __future__ import annotations

import pytest

from tests.faults.harm import Desk
from tests.live.operator import Operator
from tests.live.waiting import until

pytestmark = pytest.mark.faults


def test_a_reply_that_was_not_handed_over_goes_out_once_later(desk: Desk) -> None:
    numbers = desk.tickets(3, "greeting")
    desk.mailbox.stalling = "greeting"
    replies = [desk.hand.do("write_reply", number=number, text="We look into it.") for number in numbers]
    until(lambda: desk.mailbox.hanging and "sending" in desk.states(replies), "a worker that waits for the mail server's greeting")

    desk.instance.kill("worker")
    desk.mailbox.stalling = ""
    assert desk.arrivals(replies) == [0, 0, 0]
    desk.instance.restart("worker")
    desk.let_leases_lapse()

    assert desk.at_rest(replies) == ["sent"] * 3
    assert desk.arrivals(replies) == [1, 1, 1]
    assert desk.rows.one("SELECT count(*) FROM tickets_event WHERE kind = 'message.sent' AND message_id = ANY(%s)", replies) == 3
    assert set(desk.rows.all("SELECT status FROM tickets_ticket WHERE number = ANY(%s)", numbers)) == {("answered",)}


@pytest.mark.parametrize(("stalling", "arrived"), [("data", 0), ("answer", 1)])
def test_a_reply_that_was_handed_over_is_uncertain_and_never_sent_again(desk: Desk, stalling: str, arrived: int) -> None:
    [number] = desk.tickets(1, stalling)
    desk.mailbox.stalling = stalling
    reply = desk.hand.do("write_reply", number=number, text="Your crystals are back.")
    until(lambda: desk.mailbox.hanging and desk.state(reply) == "handed", f"a worker that hangs at “{stalling}”")

    desk.instance.kill("worker")
    desk.mailbox.stalling = ""
    desk.instance.restart("worker")
    desk.let_leases_lapse()
    until(lambda: desk.state(reply) == "uncertain", "the reply to be called uncertain")
    other = desk.hand.do("write_reply", number=desk.tickets(1, f"after-{stalling}")[0], text="This one goes as always.")

    assert desk.at_rest([other]) == ["sent"]  # the sweep that sent it has passed the uncertain one by
    assert (desk.state(reply), desk.arrivals([reply])) == ("uncertain", [arrived])
    waits, status = desk.rows.all("SELECT waiting_since, status FROM tickets_ticket WHERE number = %s", number)[0]
    assert waits is not None and status == "new"  # what may not have arrived answers nothing


def test_one_process_of_the_worker_dies_and_the_others_go_on(desk: Desk) -> None:
    numbers = desk.tickets(2, "child")
    desk.mailbox.stalling = "answer"
    first = desk.hand.do("write_reply", number=numbers[0], text="Half said")
    until(lambda: desk.mailbox.hanging and desk.state(first) == "handed", "a worker that hangs while it sends")

    desk.kill_children("worker")
    desk.mailbox.stalling = ""
    second = desk.hand.do("write_reply", number=numbers[1], text="Said in full")

    assert desk.at_rest([second]) == ["sent"]
    desk.let_leases_lapse()
    assert desk.at_rest([first, second]) == ["uncertain", "sent"]
    assert desk.arrivals([first, second]) == [1, 1]
    assert desk.instance.alive("worker")


def test_an_operator_sees_the_uncertain_reply_and_settles_it(desk: Desk) -> None:
    [number] = desk.tickets(1, "settle")
    desk.mailbox.stalling = "data"
    reply = desk.hand.do("write_reply", number=number, text="Half of this is gone.")
    until(lambda: desk.state(reply) == "handed" and desk.mailbox.hanging, "a worker that hangs while it sends")
    desk.instance.kill("worker")
    desk.mailbox.stalling = ""
    desk.instance.restart("worker")
    desk.let_leases_lapse()
    until(lambda: desk.state(reply) == "uncertain", "the reply to be called uncertain")

    anna = Operator(desk.instance.url, "anna")
    page = anna.look(f"/tickets/{number}/")
    assert page.status == 200 and f"/messages/{reply}/decide/" in page.text
    said = anna.post(f"/tickets/{number}/messages/{reply}/decide/", {"arrived": "no"})

    assert said.status == 200
    assert desk.at_rest([reply]) == ["sent"]
    assert desk.arrivals([reply]) == [1]  # the second try, and the only one that came through
