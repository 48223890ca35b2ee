"""The demo's commands: a small studio, twice asked for, and never where real players are."""

from __future__ import annotations

from collections import Counter
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from helpdesk.demo import logins
from helpdesk.demo.crew import CREW
from helpdesk.staff.availability import availability
from helpdesk.staff.models import Shift, User
from helpdesk.studio.models import Game
from players.models import Player
from tickets.desk.saved_views.models import FIRST_NAMES, SavedView
from tickets.mail.models import RawMail
from tickets.models import Delivery, Event, LifecycleRule, Message, Ticket, Timer
from tickets.services.blocks import kept_aside


def _load(*more: str) -> str:
    out = StringIO()
    call_command("demo_load", "--tickets", "30", "--one-process", *more, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_a_studio_comes_stays_and_comes_anew(tmp_path: Any, settings: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    rules = LifecycleRule.objects.count()

    assert "ready" in _load()
    tickets = set(Ticket.objects.values_list("number", flat=True))
    assert len(tickets) >= 30
    assert set(Game.objects.values_list("slug", flat=True)) == {"emberfall", "tideborn"}
    assert Delivery.objects.count() == 0
    assert not Timer.objects.exclude(error="").exists()
    assert Message.objects.filter(kind="reply", state="queued").count() == 0
    assert Counter(Ticket.objects.values_list("language", flat=True)).keys() >= {"en", "ru"}
    assert Counter(RawMail.objects.exclude(message_id__gt=0).values_list("outcome", flat=True)) == {"park": 4, "ignore": 1}
    assert [kept_aside(player) for player in Player.objects.filter(blocked_until__isnull=False)] == [2]
    states = availability(User.objects.all())
    assert Counter(state.kind for state in states.values()) >= Counter(absent=1, away=1)
    assert 80 < Shift.objects.count() < 120
    assert Event.objects.filter(kind="ticket.opened").count() == len(tickets)

    assert "already" in _load()
    assert set(Ticket.objects.values_list("number", flat=True)) == tickets

    _load("--reset", "--seed", "8")
    assert set(Ticket.objects.values_list("number", flat=True)).isdisjoint(tickets)
    assert LifecycleRule.objects.count() == rules
    assert Counter(SavedView.objects.values_list("ours", flat=True)) == {True: len(FIRST_NAMES), False: 3}
    assert len(logins.offered()) == len(CREW) == 12
    for login in logins.offered():
        assert User.objects.get(email=login.email).check_password(login.password)


@pytest.mark.django_db
def test_it_keeps_its_hands_off_a_desk_that_somebody_uses(anna: User) -> None:
    with pytest.raises(CommandError, match="not of the demo"):
        call_command("demo_load", "--reset")

    assert User.objects.filter(pk=anna.pk).exists()


@pytest.mark.django_db
def test_there_is_no_demo_in_production(settings: Any) -> None:
    settings.HELPDESK_ENV = "production"

    for command in ("demo_load", "demo_logins"):
        with pytest.raises(CommandError, match="HELPDESK_ENV"):
            call_command(command)
