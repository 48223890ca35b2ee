"""Merging moves nothing, so it can be undone; and nobody's question is lost on the way."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from helpdesk.base.errors import NotAllowed
from helpdesk.staff.models import User
from players.models import Player
from tests.conftest import Travel
from tests.factories.desk import Post, make_game, make_player, make_ticket, player_writes, post
from tests.tickets.deeds import answer, facts_hold, hours_pass, kinds, put, reply
from tickets.actors import Actor, operator
from tickets.channels import Outcome, Sent
from tickets.models import Attachment, Draft, Message, Status, Ticket
from tickets.services import outbox
from tickets.services.attachments import NewFile, attach
from tickets.services.drafts import save_draft
from tickets.services.merge import merge, unmerge
from tickets.services.reply import undo
from tickets.services.unseen import Unseen

pytestmark = pytest.mark.django_db


@pytest.fixture
def mira(db: None) -> Player:
    return make_player("Mirabelle")


@pytest.fixture
def by(anna: User) -> Actor:
    return operator(anna)


def fresh(*tickets: Ticket) -> None:
    for ticket in tickets:
        ticket.refresh_from_db()


def shown(ticket: Ticket) -> list[str]:
    return list(Message.objects.filter(ticket=ticket).order_by("pk").values_list("text", flat=True))


def test_the_messages_are_shown_in_the_one_that_stays(mira: Player, by: Actor, travel: Travel) -> None:
    first, second = make_ticket("One", player=mira), make_ticket("Two", player=mira)

    merge(second, into=first, by=by)

    fresh(first, second)
    assert (shown(first), shown(second), second.merged_into_id) == (["One", "Two"], [], first.pk)
    assert Message.objects.get(text="Two").received_in_id == second.pk
    assert (kinds(first)[-1], kinds(second)[-1]) == ("ticket.merged", "ticket.merged")
    assert facts_hold(first, second)


def test_the_one_that_stays_waits_since_the_older_question(mira: Player, by: Actor, travel: Travel) -> None:
    second = make_ticket("Two", player=mira)
    asked = travel.moment
    travel.forward(hours=2)
    first = make_ticket("One", player=mira)

    merge(second, into=first, by=by)

    fresh(first, second)
    assert (first.waiting_since, second.waiting_since) == (asked, None)


def test_an_older_answer_does_not_answer_a_question_that_its_author_never_saw(mira: Player, by: Actor, anna: User, travel: Travel) -> None:
    unanswered = make_ticket("Where is my refund?", player=mira)
    asked = travel.moment
    other = make_ticket("One", player=mira)
    answer(other, anna, travel)

    merge(unanswered, into=other, by=by)

    fresh(other)
    assert (other.waiting_since, other.status) == (asked, Status.WAITING)
    assert facts_hold(other)


def test_nor_does_an_answer_that_came_along_with_the_merged_one(mira: Player, by: Actor, anna: User, travel: Travel) -> None:
    unanswered = make_ticket("Where is my refund?", player=mira)
    asked = travel.moment
    other = make_ticket("One", player=mira)
    answer(other, anna, travel)

    merge(other, into=unanswered, by=by)

    fresh(unanswered)
    assert unanswered.waiting_since == asked
    assert facts_hold(unanswered)


def test_an_answer_after_the_merge_answers_both(mira: Player, by: Actor, anna: User, travel: Travel) -> None:
    first, second, third = (make_ticket(text, player=mira) for text in ("One", "Two", "Three"))
    merge(third, into=second, by=by)
    merge(second, into=first, by=by)

    answer(first, anna, travel)

    assert (first.waiting_since, first.status) == (None, Status.ANSWERED)
    assert facts_hold(first)


def test_a_merged_ticket_rests(mira: Player, by: Actor, anna: User, travel: Travel) -> None:
    first, second = make_ticket("One", player=mira), make_ticket("Two", player=mira)
    answer(second, anna, travel)

    merge(second, into=first, by=by)
    hours_pass(travel, 1000, second)

    assert second.status == Status.ANSWERED


def test_what_the_player_writes_to_a_merged_ticket_goes_to_the_end_of_the_chain(mira: Player, by: Actor, travel: Travel) -> None:
    first, second, third = (make_ticket(text, player=mira) for text in ("One", "Two", "Three"))
    merge(third, into=second, by=by)
    merge(second, into=first, by=by)

    message = player_writes(third, "Four")

    assert (message.ticket_id, message.received_in_id) == (first.pk, first.pk)


def test_a_merge_can_be_taken_back(mira: Player, by: Actor, anna: User, travel: Travel) -> None:
    first, second = make_ticket("One", player=mira), make_ticket("Two", player=mira)
    merge(second, into=first, by=by)
    player_writes(second, "Three")

    unmerge(second, out_of=first, by=by)

    fresh(first, second)
    assert (shown(first), shown(second), second.merged_into_id) == (["One", "Three"], ["Two"], None)
    assert facts_hold(first, second)


def test_taking_the_later_merge_of_a_chain_back_takes_the_earlier_along(mira: Player, by: Actor, travel: Travel) -> None:
    first, second, third = (make_ticket(text, player=mira) for text in ("One", "Two", "Three"))
    merge(third, into=second, by=by)
    merge(second, into=first, by=by)

    unmerge(second, out_of=first, by=by)

    assert (shown(first), shown(second), shown(third)) == (["One"], ["Two", "Three"], [])
    assert facts_hold(first, second, third)


def test_taking_the_earlier_merge_of_a_chain_back_takes_only_its_own(mira: Player, by: Actor, travel: Travel) -> None:
    first, second, third = (make_ticket(text, player=mira) for text in ("One", "Two", "Three"))
    merge(third, into=second, by=by)
    merge(second, into=first, by=by)

    unmerge(third, out_of=second, by=by)

    assert (shown(first), shown(second), shown(third)) == (["One", "Two"], [], ["Three"])
    assert facts_hold(first, second, third)


def test_a_reply_that_waits_to_leave_comes_along(mira: Player, by: Actor, anna: User, travel: Travel, the_post: Post) -> None:
    first, second = make_ticket("One", player=mira), make_ticket("Two", player=mira)
    message = reply(second, anna)

    merge(second, into=first, by=by)
    travel.forward(seconds=16)
    outbox.send_due()

    fresh(first, second)
    assert the_post.sent == [message.pk]
    assert facts_hold(first, second)


def test_a_reply_called_back_after_a_merge_returns_to_the_one_that_stays(mira: Player, by: Actor, anna: User, travel: Travel) -> None:
    first, second = make_ticket("One", player=mira), make_ticket("Two", player=mira)
    message = reply(second, anna)
    merge(second, into=first, by=by)

    draft = undo(message, by=operator(anna))

    assert draft is not None
    assert draft.ticket_id == first.pk


def test_a_merge_while_the_reply_is_on_the_wire_leaves_the_facts_right(
    mira: Player, by: Actor, anna: User, travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = make_ticket("One", player=mira), make_ticket("Two", player=mira)

    def deliver(message: Message, handed: Callable[[], None]) -> Outcome:
        handed()
        merge(second, into=first, by=by)
        return Sent()

    monkeypatch.setattr(post, "deliver", deliver)

    message = answer(second, anna, travel)

    assert (message.state, message.ticket_id) == (Message.State.SENT, first.pk)
    assert facts_hold(first, second)


def test_merging_an_open_question_into_a_resolved_ticket_brings_that_back(mira: Player, by: Actor, anna: User, travel: Travel) -> None:
    resolved = make_ticket("One", player=mira)
    answer(resolved, anna, travel, then_status=Status.RESOLVED)

    merge(make_ticket("Two", player=mira), into=resolved, by=by)
    hours_pass(travel, 1000, resolved)

    assert resolved.status == Status.WAITING


def test_what_is_being_written_comes_along_and_joins_what_stands_there(mira: Player, by: Actor, anna: User, travel: Travel) -> None:
    first, second = make_ticket("One", player=mira), make_ticket("Two", player=mira)
    save_draft(first, author=anna, kind=Draft.Kind.REPLY, text="About the one.")
    draft = save_draft(second, author=anna, kind=Draft.Kind.REPLY, text="About the two.", then_status="resolved")
    attach(second, NewFile("log.txt", b"12:01 crash"), draft=draft)
    save_draft(second, author=anna, kind=Draft.Kind.NOTE, text="Twice, again.")

    merge(second, into=first, by=by)

    drafts = {each.kind: each for each in Draft.objects.all()}
    assert {each.ticket_id for each in drafts.values()} == {first.pk}
    assert (drafts["reply"].text, drafts["reply"].then_status) == ("About the one.\n\nAbout the two.", "resolved")
    assert drafts["note"].text == "Twice, again."
    assert Attachment.objects.get().draft == drafts["reply"] and Attachment.objects.get().ticket == first


@pytest.mark.parametrize("case", ["itself", "another player", "another game", "closed", "merged", "into merged"])
def test_what_does_not_belong_together_is_not_merged(case: str, mira: Player, by: Actor, anna: User, travel: Travel) -> None:
    first, second = make_ticket(player=mira), make_ticket(player=mira)
    match case:
        case "itself":
            second = first
        case "another player":
            second = make_ticket()
        case "another game":
            second = make_ticket(player=mira, game=make_game("ashvale"))
        case "closed":
            put(put(second, Status.RESOLVED, anna), Status.CLOSED, anna)
        case "merged":
            merge(second, into=make_ticket(player=mira), by=by)
        case "into merged":
            merge(first, into=make_ticket(player=mira), by=by)

    with pytest.raises(NotAllowed):
        merge(second, into=first, by=by)


def test_only_what_is_merged_can_be_parted(by: Actor, travel: Travel) -> None:
    with pytest.raises(NotAllowed):
        unmerge(make_ticket(), out_of=make_ticket(), by=by)


def test_a_reply_to_a_ticket_that_was_merged_meanwhile_stops(mira: Player, by: Actor, anna: User, travel: Travel) -> None:
    first, second = make_ticket("One", player=mira), make_ticket("Two", player=mira)
    seen = second.last_event_id
    merge(second, into=first, by=by)

    with pytest.raises(Unseen) as stopped:
        reply(second, anna, seen=seen)

    assert stopped.value.ticket == first
    assert not Message.objects.filter(kind="reply").exists()


def test_a_merge_clicked_twice_is_one(mira: Player, by: Actor, travel: Travel) -> None:
    first, second = make_ticket("One", player=mira), make_ticket("Two", player=mira)

    assert merge(second, into=first, by=by) == merge(second, into=first, by=by) == first

    assert kinds(first).count("ticket.merged") == 1


def test_a_ticket_is_taken_out_of_the_one_it_was_merged_into_and_of_no_other(mira: Player, by: Actor, travel: Travel) -> None:
    first, second, third = (make_ticket(text, player=mira) for text in ("One", "Two", "Three"))
    merge(second, into=first, by=by)

    with pytest.raises(NotAllowed):
        unmerge(second, out_of=third, by=by)

    fresh(second)
    assert second.merged_into_id == first.pk
