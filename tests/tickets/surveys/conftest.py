"""A survey that is ready to be answered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from helpdesk.base import clock
from tests.factories.desk import make_game, make_player, make_ticket
from tickets import drain, timers
from tickets.actors import operator
from tickets.models import Lane
from tickets.services import outbox
from tickets.services.reply import OutgoingMessage, send_reply
from tickets.surveys.models import Survey


@pytest.fixture
def ask(db, the_post, travel, anna):
    """Ask a player about a ticket that Anna has resolved; gives the survey."""

    def asked(language: str = "en", **look) -> Survey:
        game = make_game(**look) if look else make_game()
        ticket = make_ticket(game=game, player=make_player("Tamsin"), language=language)
        question = ticket.messages.get().pk
        send_reply(ticket, OutgoingMessage("Here they are.", answers_upto=question, then_status="resolved"), by=operator(anna))
        for hours in (1, 24):
            travel.forward(hours=hours)
            outbox.send_due()
            drain.drain(Lane.NOW)
            drain.drain(Lane.BULK)
            timers.fire_due()
            drain.drain(Lane.BULK)
        outbox.send_due()
        drain.drain(Lane.NOW)
        assert clock.now() - ticket.created_at >= timedelta(hours=25)
        return Survey.objects.select_related("ticket__game").latest("pk")

    return asked
