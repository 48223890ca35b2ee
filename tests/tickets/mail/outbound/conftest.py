"""Tickets that are answered by mail."""

from __future__ import annotations

import pytest

from tests.factories.desk import make_game, make_player, make_ticket, newest_question
from tickets.actors import operator
from tickets.models import Message
from tickets.services import outbox
from tickets.services.reply import OutgoingMessage, send_reply


@pytest.fixture
def mailed(db, travel):
    """A ticket of Tamsin that came by mail."""
    game = make_game("tideborn", name="tideborn", timezone="Europe/London")
    return make_ticket(
        "The gift never came.",
        game=game,
        player=make_player("Tamsin", "tamsin@mail.example"),
        channel="mail",
        subject="Gift for my daughter",
    )


@pytest.fixture
def reply(anna, travel):
    """Anna's reply to a ticket; it leaves when the undo window is over."""

    def written(ticket, text="Hi Tamsin,\n\nit is on its way.", **more) -> Message:
        message = send_reply(ticket, OutgoingMessage(text, answers_upto=newest_question(ticket), **more), by=operator(anna))
        travel.forward(seconds=20)
        return message

    return written


@pytest.fixture
def left(reply):
    """A reply that has been tried."""

    def tried(ticket, **more) -> Message:
        message = reply(ticket, **more)
        outbox.send_due()
        message.refresh_from_db()
        return message

    return tried
