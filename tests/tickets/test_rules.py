"""The life cycle's rules: the game's own before the general, disabled, changed while silence runs."""

from __future__ import annotations

from typing import Any

import pytest

from helpdesk.base.errors import DomainError
from helpdesk.staff.models import User
from helpdesk.studio.models import Game
from tests.conftest import Travel
from tests.factories.desk import make_game, make_ticket, player_writes
from tests.tickets.deeds import answer, hours_pass, rule_for
from tickets.lifecycle.rules import Rules, read_once
from tickets.models import LifecycleRule, Message, Status, Ticket, Timer, Trigger
from tickets.services.rules import change_rule, counts, remove_rule

pytestmark = pytest.mark.django_db


def change(rule: LifecycleRule, **new: Any) -> int:
    facts = {"hours": rule.hours, "to_status": rule.to_status, "notice_key": rule.notice_key, "enabled": rule.enabled, "rearm": False}
    return change_rule(rule, **facts | new)


def own_rule(game: Game, status: Status = Status.ANSWERED, hours: int = 24, **new: Any) -> LifecycleRule:
    rule = LifecycleRule(game=game, from_status=status, trigger=Trigger.SILENCE, to_status=Status.RESOLVED)
    change(rule, hours=hours, **new)
    return rule


def test_the_games_own_rule_stands_before_the_general_one(anna: User, travel: Travel) -> None:
    own_rule(make_game("ashvale"))
    there, here = make_ticket(game=make_game("ashvale")), make_ticket()
    answer(there, anna, travel)
    answer(here, anna, travel)

    hours_pass(travel, 25, there, here)

    assert (there.status, here.status) == (Status.RESOLVED, Status.ANSWERED)


def test_a_disabled_own_rule_silences_the_general_one(anna: User, travel: Travel) -> None:
    own_rule(make_game("ashvale"), enabled=False)
    ticket = make_ticket(game=make_game("ashvale"))
    answer(ticket, anna, travel)

    hours_pass(travel, 1000, ticket)

    assert ticket.status == Status.ANSWERED


def test_a_rule_disabled_while_silence_runs_moves_nothing(anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    answer(ticket, anna, travel)

    change(rule_for(Status.ANSWERED), enabled=False)
    hours_pass(travel, 100, ticket)

    assert ticket.status == Status.ANSWERED


def test_without_a_rule_for_it_the_players_message_leaves_the_status_but_he_waits(anna: User, travel: Travel) -> None:
    change(rule_for(Status.ANSWERED, "player_message"), enabled=False)
    ticket = make_ticket()
    answer(ticket, anna, travel)

    player_writes(ticket)
    hours_pass(travel, 100, ticket)

    assert ticket.status == Status.ANSWERED
    assert ticket.waiting_since is not None


def test_a_changed_rule_leaves_running_silences_their_time(anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    answer(ticket, anna, travel)

    assert change(rule_for(Status.ANSWERED), hours=5) == 0
    hours_pass(travel, 71, ticket)
    assert ticket.status == Status.ANSWERED

    hours_pass(travel, 1, ticket)
    assert ticket.status == Status.RESOLVED


def test_a_rule_changed_with_rearm_counts_from_when_the_silence_began(anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    answer(ticket, anna, travel)
    hours_pass(travel, 10, ticket)

    assert change(rule_for(Status.ANSWERED), hours=12, rearm=True) == 1
    hours_pass(travel, 1.9, ticket)
    assert ticket.status == Status.ANSWERED

    hours_pass(travel, 0.2, ticket)
    assert ticket.status == Status.RESOLVED


def test_the_question_before_rearming_names_how_many(anna: User, travel: Travel) -> None:
    own_rule(make_game("ashvale"))
    for game in ("emberfall", "emberfall", "ashvale"):
        answer(make_ticket(game=make_game(game)), anna, travel)

    assert counts(rule_for(Status.ANSWERED)) == 2


def test_a_new_own_rule_takes_running_silences_over(anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    answer(ticket, anna, travel)

    own_rule(ticket.game, hours=200)
    hours_pass(travel, 100, ticket)
    assert ticket.status == Status.ANSWERED

    hours_pass(travel, 101, ticket)
    assert ticket.status == Status.RESOLVED


def test_a_new_shorter_own_rule_is_due_when_the_old_one_would_have_been(anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    answer(ticket, anna, travel)

    own_rule(ticket.game, hours=10)
    hours_pass(travel, 73, ticket)

    assert ticket.status == Status.RESOLVED


def test_removing_the_own_rule_gives_its_tickets_back_to_the_general_one(anna: User, travel: Travel) -> None:
    ticket = make_ticket()
    rule = own_rule(ticket.game, hours=200)
    answer(ticket, anna, travel)

    assert remove_rule(rule) == 1
    hours_pass(travel, 73, ticket)

    assert ticket.status == Status.RESOLVED


def test_the_general_rule_cannot_be_removed(db: None) -> None:
    with pytest.raises(DomainError):
        remove_rule(rule_for(Status.ANSWERED))


def test_enabling_a_rule_with_rearm_reaches_tickets_that_have_no_timer(anna: User, travel: Travel) -> None:
    rule = rule_for(Status.ANSWERED)
    change(rule, enabled=False)
    ticket = make_ticket()
    answer(ticket, anna, travel)
    assert not Timer.objects.filter(ticket=ticket).exists()

    change(rule, enabled=True, rearm=True)
    hours_pass(travel, 73, ticket)

    assert ticket.status == Status.RESOLVED


@pytest.mark.parametrize(
    ("status", "trigger", "to", "hours"),
    [
        (Status.ANSWERED, "silence", Status.RESOLVED, None),
        (Status.ANSWERED, "silence", Status.CLOSED, 5),
        (Status.ANSWERED, "silence", Status.PENDING, 5),
        (Status.ANSWERED, "silence", "nowhere", 5),
        (Status.ANSWERED, "player_message", Status.CLOSED, None),
        (Status.NEW, "operator_reply", Status.PENDING, None),
        (Status.NEW, "operator_reply", Status.CLOSED, None),
    ],
)
def test_a_rule_that_could_never_move_anything_is_refused(status: Status, trigger: str, to: str, hours: int | None, db: None) -> None:
    with pytest.raises(DomainError):
        change(rule_for(status, trigger), to_status=to, hours=hours)


def test_a_reply_may_resolve_where_the_rule_says_so(anna: User, travel: Travel) -> None:
    change(rule_for(Status.NEW, "operator_reply"), to_status=Status.RESOLVED)
    ticket = make_ticket()

    message = answer(ticket, anna, travel)

    assert (message.state, ticket.status) == (Message.State.SENT, Status.RESOLVED)


def test_rules_that_are_read_once_are_those_of_the_beginning_and_no_longer() -> None:
    rule = rule_for(Status.ANSWERED)

    with read_once():
        LifecycleRule.objects.filter(pk=rule.pk).update(enabled=False)
        assert Rules.load().silence(Ticket(status=Status.ANSWERED)) == rule

    assert Rules.load().silence(Ticket(status=Status.ANSWERED)) is None
