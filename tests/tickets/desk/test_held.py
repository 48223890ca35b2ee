"""Looking a held reply over: it is given back, or another text leaves."""

from __future__ import annotations

import pytest

from helpdesk.staff.rights import Right
from tests.factories.desk import make_ticket, newest_question
from tests.factories.staff import somebody
from tests.tickets.desk.conftest import DAILY, Desk
from tickets.actors import operator
from tickets.models import Hold, Message
from tickets.services.reply import OutgoingMessage, send_reply

pytestmark = pytest.mark.django_db


def test_a_held_reply_is_looked_over_in_its_dialog(desk: Desk) -> None:
    ticket, newcomer = make_ticket(), somebody(*DAILY, name="Nora Vale")
    message = send_reply(ticket, OutgoingMessage("Read the manual.", answers_upto=newest_question(ticket)), by=operator(newcomer))
    Message.objects.filter(pk=message.pk).update(state="held")
    Hold.objects.create(message=message, gate="tests.mentor", reason="A mentor reads it first.", approves=True)
    mentor = desk(somebody(Right.VIEW, Right.REPLY, Right.RELEASE_HELD))
    address = f"/tickets/{ticket.number}/messages/{message.pk}/held/"
    assert "Look it over" in mentor.get(f"/tickets/{ticket.number}/").content.decode()
    assert "Read the manual." in mentor.get(address).content.decode()

    silent = mentor.post(address, {"text": "Here is how it goes.", "why": ""})
    assert silent.status_code == 422 and "Here is how it goes." in silent.content.decode()
    assert mentor.post(address, {"text": "Read the manual.", "why": "Kinder.", "do": "return"}).status_code == 302

    message.refresh_from_db()
    assert (message.state, message.holds.get().why) == ("returned", "Kinder.")
    author = desk(newcomer).get(f"/tickets/{ticket.number}/").content.decode()
    assert "It was given back to you" in author and "Kinder." in author
    assert mentor.get(address).status_code == 302  # there is nothing to look over any more
    assert desk(somebody(Right.VIEW, Right.REPLY)).get(address).status_code == 403
