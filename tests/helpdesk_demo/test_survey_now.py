"""A survey comes at once where the demo's mailbox asks for it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from helpdesk.base import clock
from helpdesk.demo.management.commands import demo_survey_now
from helpdesk.staff.models import User
from helpdesk.studio.capabilities import switch
from helpdesk.studio.models import Mode
from tests.factories.desk import make_game, make_ticket
from tickets import drain
from tickets.models import Lane, Message, Status, Ticket, Timer
from tickets.surveys.invite import KIND

pytestmark = pytest.mark.django_db


@pytest.fixture
def mail(anna: User, monkeypatch: pytest.MonkeyPatch) -> Message:
    monkeypatch.setattr(demo_survey_now.time, "sleep", lambda _seconds: drain.drain(Lane.NOW))
    message = Message.objects.get(ticket=make_ticket())
    Message.objects.filter(pk=message.pk).update(message_id="<first@players.example>")
    return message


def test_the_ticket_is_resolved_and_the_wait_is_over(mail: Message) -> None:
    call_command("demo_survey_now", "<first@players.example>")

    ticket = Ticket.objects.get()
    timer = Timer.objects.get(ticket=ticket, kind=KIND)
    assert (ticket.status, ticket.waiting_since) == (Status.RESOLVED, None)
    assert timer.due_at is not None
    assert timer.due_at <= clock.now()


def test_it_says_why_not(mail: Message, settings: Any) -> None:
    with pytest.raises(CommandError, match="No ticket"):
        call_command("demo_survey_now", "<nobody@players.example>")
    switch("surveys", make_game(), Mode.OFF)
    with pytest.raises(CommandError, match="asks for no ratings"):
        call_command("demo_survey_now", "<first@players.example>")
    settings.HELPDESK_ENV = "production"
    with pytest.raises(CommandError, match="demo"):
        call_command("demo_survey_now", "<first@players.example>")
