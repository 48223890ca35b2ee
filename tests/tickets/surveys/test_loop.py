"""From the resolution to the star on the ticket, through the mail that the player really gets."""

from __future__ import annotations

import re

import pytest
from django.conf import settings

from tests.factories.desk import make_game, make_player, make_ticket, newest_question
from tickets import drain, timers
from tickets.actors import operator
from tickets.models import Lane
from tickets.services import outbox
from tickets.services.reply import OutgoingMessage, send_reply
from tickets.surveys.selectors import rating_of

pytestmark = pytest.mark.django_db


def test_the_player_follows_the_link_of_his_mail_and_the_rating_stands(anna, travel, client, mailoutbox):
    ticket = make_ticket(game=make_game(), player=make_player("Дмитрий"), channel="mail", language="ru")
    send_reply(ticket, OutgoingMessage("Начислили.", answers_upto=newest_question(ticket), then_status="resolved"), by=operator(anna))
    for hours in (1, 24, 1):
        travel.forward(hours=hours)
        outbox.send_due()
        drain.drain(Lane.NOW)
        timers.fire_due()
    drain.drain(Lane.BULK)
    outbox.send_due()

    answer, asked = mailoutbox
    links = re.findall(rf"{re.escape(settings.DESK_URL)}(/survey/\S+\?score=5)", asked.body)
    page = client.get(links[0])
    client.post(links[0].partition("?")[0], {"score": "5", "comment": "Быстро!"})

    assert "/survey/" not in answer.body
    assert asked.subject == "Как вам наша помощь? Emberfall"
    assert "Насколько вы довольны нашей помощью?" in asked.body
    assert re.search(r'value="5"\s+required\s+checked', page.content.decode())
    assert (rating_of(ticket).score, rating_of(ticket).comment) == (5, "Быстро!")
