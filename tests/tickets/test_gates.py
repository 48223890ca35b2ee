"""Gates hold a reply back; it leaves when the last hold is open."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from helpdesk.base.errors import Conflict, DomainError, NotAllowed
from helpdesk.staff.models import User
from helpdesk.studio.models import Department
from tests.conftest import Travel
from tests.factories.desk import Post, make_ticket, newest_question, player_writes
from tests.tickets.deeds import kinds, reply
from tickets.actors import operator
from tickets.gates import GateHold, gate
from tickets.lifecycle.pending import PendingInfo
from tickets.models import Attachment, Draft, Event, Hold, Message, Status
from tickets.past import state_at
from tickets.services import outbox
from tickets.services.attachments import NewFile, keep_files
from tickets.services.drafts import add_file
from tickets.services.held import release, return_to_author, revise
from tickets.services.reply import OutgoingMessage, send_automatic, undo

pytestmark = pytest.mark.django_db
State = Message.State


@gate("studio.mentor", approves=True)
def mentor(message: Message) -> GateHold | None:
    return GateHold("A mentor reads it first.") if message.author_kind == "operator" else None


@gate("studio.lawyer")
def lawyer(message: Message) -> GateHold | None:
    return GateHold("It speaks of refunds.") if "refund" in message.text else None


@pytest.fixture
def gated(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    gates = {one.name: one for one in (mentor, lawyer)}
    settings.REPLY_GATES = list(gates)
    monkeypatch.setattr("tickets.gates.import_string", gates.__getitem__)


def holds(message: Message) -> list[Hold]:
    return list(message.holds.order_by("pk"))


def test_a_held_reply_does_not_leave(gated: None, anna: User, travel: Travel, the_post: Post) -> None:
    ticket = make_ticket()
    message = reply(ticket, anna)

    travel.forward(days=3)
    outbox.send_due()

    message.refresh_from_db()
    assert (message.state, the_post.sent) == (State.HELD, [])
    assert [hold.reason for hold in holds(message)] == ["A mentor reads it first."]
    assert kinds(ticket)[-2:] == ["message.written", "message.held"]


def test_released_it_leaves_at_once_under_its_authors_name(gated: None, anna: User, boris: User, travel: Travel, the_post: Post) -> None:
    ticket = make_ticket()
    message = reply(ticket, anna)

    release(holds(message)[0], by=operator(boris))
    outbox.send_due()

    message.refresh_from_db()
    moved, sent = (Event.objects.get(ticket=ticket, kind=kind) for kind in ("ticket.moved", "message.sent"))
    assert (message.state, message.author_id, message.approver_id) == (State.SENT, anna.pk, boris.pk)
    assert (moved.actor_id, moved.on_behalf_of) == (anna.pk, None)
    assert (sent.data["author"], sent.data["approver"]) == (anna.pk, boris.pk)


def test_it_leaves_when_the_last_hold_is_open(gated: None, anna: User, boris: User, travel: Travel) -> None:
    message = reply(make_ticket(), anna, "You get a refund.")
    first, second = holds(message)

    assert release(first, by=operator(boris)).state == State.HELD
    assert release(second, by=operator(boris)).state == State.QUEUED


def test_nobody_releases_his_own_reply(gated: None, anna: User, travel: Travel) -> None:
    message = reply(make_ticket(), anna)

    with pytest.raises(NotAllowed):
        release(holds(message)[0], by=operator(anna))


def test_two_clicks_release_once(gated: None, anna: User, boris: User, travel: Travel) -> None:
    message = reply(make_ticket(), anna)
    hold = holds(message)[0]
    release(hold, by=operator(boris))

    with pytest.raises(Conflict):
        release(hold, by=operator(boris))


def test_a_held_reply_can_be_called_back_and_then_nobody_releases_it(gated: None, anna: User, boris: User, travel: Travel) -> None:
    message = reply(make_ticket(), anna, "Hello!")
    hold = holds(message)[0]

    undo(message, by=operator(anna))

    assert Draft.objects.get(author=anna).text == "Hello!"
    with pytest.raises(Conflict):
        release(hold, by=operator(boris))


def test_what_the_player_wrote_while_it_was_held_makes_it_stale(
    gated: None, anna: User, boris: User, travel: Travel, the_post: Post
) -> None:
    ticket = make_ticket()
    message = reply(ticket, anna)
    player_writes(ticket)

    release(holds(message)[0], by=operator(boris))
    outbox.send_due()

    message.refresh_from_db()
    assert (message.state, the_post.sent) == (State.STALE, [])


def test_a_held_reply_answers_nothing(gated: None, anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    reply(ticket, anna)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.waiting_since) == (Status.NEW, travel.moment)


def test_a_gate_may_let_machines_pass(gated: None, travel: Travel, the_post: Post) -> None:
    ticket = make_ticket()
    words = OutgoingMessage("Restart the game.", answers_upto=newest_question(ticket))
    message = send_automatic(ticket, words, purpose=Message.Purpose.AUTOMATIC)
    outbox.send_due()

    assert message is not None
    assert the_post.sent == [message.pk]


def test_a_gate_that_is_not_there_stops_the_sending_loudly(settings: Any, anna: User, travel: Travel) -> None:
    settings.REPLY_GATES = ["tickets.nowhere.gate"]

    with pytest.raises((ImportError, ImproperlyConfigured)):
        reply(make_ticket(), anna)

    assert not Message.objects.filter(kind="reply").exists()


def test_who_lets_a_guard_pass_has_approved_nothing(gated: None, settings: Any, anna: User, boris: User, travel: Travel) -> None:
    settings.REPLY_GATES = ["studio.lawyer"]
    message = reply(make_ticket(), anna, "You get a refund.")

    release(holds(message)[0], by=operator(boris))

    message.refresh_from_db()
    assert (message.state, message.approver_id) == (State.QUEUED, None)
    assert (holds(message)[0].outcome, holds(message)[0].ended_by) == ("released", boris.pk)


def test_calling_it_back_is_no_release_by_its_author(gated: None, anna: User, travel: Travel) -> None:
    message = reply(make_ticket(), anna)

    undo(message, by=operator(anna))

    assert [(hold.outcome, hold.ended_by) for hold in holds(message)] == [("withdrawn", anna.pk)]


def test_given_back_its_author_has_the_words_again_and_reads_why(
    gated: None, anna: User, boris: User, travel: Travel, the_post: Post
) -> None:
    ticket = make_ticket()
    message = reply(ticket, anna, "Read the manual.")

    return_to_author(message, by=operator(boris), why=" Be kinder,\nplease. ")
    travel.forward(days=1)
    outbox.send_due()

    message.refresh_from_db()
    assert (message.state, the_post.sent) == (State.RETURNED, [])
    assert [(hold.outcome, hold.why, hold.ended_by) for hold in holds(message)] == [("returned", "Be kinder, please.", boris.pk)]
    assert Draft.objects.get(ticket=ticket, author=anna, kind="reply").text == "Read the manual."
    assert kinds(ticket)[-1] == "message.returned"
    with pytest.raises(Conflict):
        release(holds(message)[0], by=operator(boris))


def test_changed_the_other_text_leaves_under_its_authors_name_with_its_files(
    gated: None, anna: User, boris: User, travel: Travel, the_post: Post
) -> None:
    ticket = make_ticket()
    first = reply(ticket, anna, "Read the manual.", then_status="resolved")
    keep_files(ticket, [NewFile("guide.txt", b"press it")], message=first)

    revised = revise(first, "Here is how it goes.", by=operator(boris), why="Kinder.")
    outbox.send_due()

    first.refresh_from_db()
    revised.refresh_from_db()
    ticket.refresh_from_db()
    assert (first.state, first.text, revised.state, revised.text) == (State.REVISED, "Read the manual.", State.SENT, "Here is how it goes.")
    assert (revised.author_id, revised.author_name, revised.approver_id) == (anna.pk, first.author_name, boris.pk)
    assert (ticket.status, ticket.waiting_since) == (Status.RESOLVED, None)
    assert Attachment.objects.get().message == revised
    assert the_post.sent == [revised.pk]
    past = state_at(ticket)
    assert {pk: (each.state, each.author_id, each.approver_id) for pk, each in past.messages.items() if each.purpose} == {
        first.pk: ("revised", anna.pk, None),
        revised.pk: ("sent", anna.pk, boris.pk),
    }


def test_changed_it_brings_the_status_that_its_author_chose(gated: None, anna: User, boris: User, travel: Travel) -> None:
    ticket, billing, until = make_ticket(), Department.objects.create(name="Billing"), travel.moment + timedelta(days=2)
    owed = {"pending_on": "Billing", "pending_department": billing.pk, "pending_until": until}
    first = reply(ticket, anna, "Read the manual.", then_status="pending", **owed)

    revise(first, "Here is how it goes.", by=operator(boris), why="Kinder.")
    outbox.send_due()

    ticket.refresh_from_db()
    assert (ticket.status, PendingInfo.of(ticket)) == (Status.PENDING, PendingInfo("Billing", until, "", billing.pk))


def test_what_another_gate_holds_it_goes_on_holding(gated: None, anna: User, boris: User, travel: Travel, the_post: Post) -> None:
    first = reply(make_ticket(), anna, "You get a refund.")

    revised = revise(first, "You get all of it back.", by=operator(boris), why="Simpler.")

    assert revised.state == State.HELD
    assert [(hold.gate, hold.outcome) for hold in holds(revised)] == [("studio.lawyer", "")]
    release(holds(revised)[0], by=operator(boris))
    outbox.send_due()
    revised.refresh_from_db()
    assert (revised.state, revised.approver_id) == (State.SENT, boris.pk)


@pytest.mark.parametrize(("text", "why", "field"), [("", "Kinder.", "text"), ("Here.", " ", "why"), ("Here you are.", "Kinder.", "text")])
@pytest.mark.usefixtures("gated", "travel")
def test_a_change_says_why_and_is_one(anna: User, boris: User, text: str, why: str, field: str) -> None:
    first = reply(make_ticket(), anna, "Here you are.")

    with pytest.raises(DomainError) as refusal:
        revise(first, text, by=operator(boris), why=why)

    assert refusal.value.field == field
    first.refresh_from_db()
    assert first.state == State.HELD


def test_nobody_looks_their_own_reply_over(gated: None, anna: User, travel: Travel) -> None:
    first = reply(make_ticket(), anna)

    for deed in (lambda: revise(first, "Better.", by=operator(anna), why="x"), lambda: return_to_author(first, by=operator(anna), why="x")):
        with pytest.raises(NotAllowed):
            deed()


def test_a_gate_sees_the_files_of_a_reply(settings: Any, monkeypatch: pytest.MonkeyPatch, anna: User, travel: Travel) -> None:
    seen: list[list[str]] = []

    @gate("studio.files")
    def looks(message: Message) -> GateHold | None:
        seen.append(list(Attachment.objects.filter(message=message).values_list("name", flat=True)))
        return None

    settings.REPLY_GATES = ["studio.files"]
    monkeypatch.setattr("tickets.gates.import_string", lambda _path: looks)
    ticket = make_ticket()
    add_file(ticket, NewFile("guide.txt", b"press it"), author=anna, kind=Draft.Kind.REPLY)

    reply(ticket, anna)

    assert seen == [["guide.txt"]]
