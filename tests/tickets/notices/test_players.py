"""A rule of the life cycle may tell the player what happened: once, in his language, and never to a machine."""

from __future__ import annotations

import pytest

from helpdesk.base.models import Text
from helpdesk.base.texts import write
from players.models import Address
from players.services import mark_address
from tests.factories.desk import make_game, make_ticket, newest_question
from tickets import drain, timers
from tickets.actors import operator
from tickets.events import deliver
from tickets.models import Event, Lane, LifecycleRule, Message
from tickets.services import outbox
from tickets.services.reply import OutgoingMessage, send_reply

pytestmark = pytest.mark.django_db


def go_on(travel, **amount):
    travel.forward(**amount)
    outbox.send_due()
    timers.fire_due()
    for lane in (Lane.NOW, Lane.BULK):
        drain.drain(lane)
    outbox.send_due()


@pytest.fixture
def silent(the_post, travel, anna):
    """A ticket whose player falls silent after Anna's answer."""
    LifecycleRule.objects.filter(from_status="answered", trigger="silence").update(notice_key="notice.resolved")

    def made(**more):
        ticket = make_ticket(**more)
        send_reply(ticket, OutgoingMessage("Here they are.", answers_upto=newest_question(ticket)), by=operator(anna))
        go_on(travel, seconds=20)
        return ticket

    return made


def notices(ticket):
    return list(Message.objects.filter(ticket=ticket, purpose=Message.Purpose.NOTICE))


def test_silence_resolves_and_the_player_is_told_in_his_language(silent, travel):
    ticket = silent(language="ru")

    go_on(travel, hours=72)

    (notice,) = notices(ticket)
    ticket.refresh_from_db()
    assert ticket.status == "resolved"
    assert f"считаем обращение {ticket.number} решённым" in notice.text
    assert (notice.state, notice.author_kind) == (Message.State.SENT, "system")
    assert notice.text_version_id


def test_without_a_text_in_the_rule_nothing_is_said(silent, travel):
    LifecycleRule.objects.update(notice_key="")
    ticket = silent()

    go_on(travel, hours=72)

    assert notices(ticket) == []


def test_a_move_is_told_once_however_often_it_is_heard(silent, travel):
    ticket = silent()
    go_on(travel, hours=72)

    deliver("notices.players", Event.objects.filter(ticket=ticket, kind="ticket.moved"))
    go_on(travel, seconds=1)

    assert len(notices(ticket)) == 1


def test_a_games_own_words_stand_before_those_for_all(silent, travel):
    game = make_game("tideborn")
    text = Text.objects.create(key="notice.resolved", scope=game.text_scope, label="x", placeholders=["number"])
    write(text, language="en", subject="All quiet", body="Fair winds, {number}!", author_id=None)
    ticket = silent(game=game)

    go_on(travel, hours=72)

    (notice,) = notices(ticket)
    assert (notice.subject, notice.text) == ("All quiet", f"Fair winds, {ticket.number}!")


def test_a_key_nobody_wrote_words_for_stops_nothing(silent, travel):
    LifecycleRule.objects.filter(trigger="silence").update(notice_key="notice.nobody_wrote_it")
    ticket = silent()

    go_on(travel, hours=72)

    ticket.refresh_from_db()
    assert (ticket.status, notices(ticket)) == ("resolved", [])


def test_an_address_that_bounced_is_left_alone(silent, travel):
    ticket = silent()
    mark_address(ticket.contact.address, Address.State.BOUNCED, reason="550")

    go_on(travel, hours=72)

    assert notices(ticket) == []
    unsent = Event.objects.get(ticket=ticket, kind="message.unsent")  # and the history says so
    assert unsent.data == {"purpose": "notice", "why": "unreachable"}


def test_a_notice_answers_nothing_and_moves_nothing(silent, travel):
    ticket = silent()
    go_on(travel, hours=72)
    ticket.refresh_from_db()

    moves = Event.objects.filter(ticket=ticket, kind="ticket.moved").count()
    go_on(travel, hours=1)

    assert Event.objects.filter(ticket=ticket, kind="ticket.moved").count() == moves
