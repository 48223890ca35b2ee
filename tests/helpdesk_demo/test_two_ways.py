"""The older past is written as rows, the newer one is played through the services. Both must come to the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from helpdesk.demo.load import loop, reset
from helpdesk.demo.stories import stories
from tickets.lifecycle import waiting
from tickets.models import Event, Message, Ticket, Timer
from tickets.surveys.models import Survey

UNTIL = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)
COUNT, SEED = 20, 11


@pytest.fixture
def no_mishaps(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Mishaps, tracking and raw mails belong to the last days, which are always played."""
    monkeypatch.setattr(loop, "stories", lambda *given, **more: (replace(story, mishap="") for story in stories(*given, **more)))
    monkeypatch.setattr("helpdesk.demo.load.acts.TRACKED", timedelta())
    monkeypatch.setattr("helpdesk.demo.load.acts.BY_DOOR", timedelta())
    monkeypatch.setattr(loop, "STEP", timedelta(minutes=1))
    yield


def _told() -> dict[str, Any]:
    """What stands in the tables, by subject, without ids and without the minutes that the loop's steps cost."""
    told: dict[str, Any] = {}
    for ticket in Ticket.objects.select_related("player", "assignee", "topic", "team", "follows").order_by("pk"):
        messages = Message.objects.filter(ticket=ticket).order_by("at", "pk")
        events = Event.objects.filter(ticket=ticket).order_by("pk")
        told[f"{ticket.subject} {'follow-up' if ticket.follows else ''}"] = {
            "ticket": (
                ticket.status,
                ticket.player.name,
                ticket.assignee and ticket.assignee.email,
                ticket.topic and ticket.topic.slug,
                ticket.topic_by_machine,
                ticket.team and ticket.team.slug,
                ticket.waiting_since,
                ticket.first_reply_at,
                ticket.last_player_message_at,
                ticket.pending_on,
                ticket.pending_until,
                ticket.preview,
                ticket.language,
                ticket.game_id is not None,
                ticket.contact_id is not None,
                ticket.created_at,
                sorted(ticket.tags.values_list("name", flat=True)),
            ),
            "messages": [
                (
                    m.kind,
                    m.purpose,
                    m.state,
                    m.author_kind,
                    m.author_name,
                    m.text.replace(ticket.number, "#"),
                    m.then_status,
                    m.then_pending_on,
                    m.language,
                    m.subject,
                    m.to_address,
                    m.from_address,
                    bool(m.answers_upto),
                    bool(m.cause_event_id),
                    bool(m.text_version_id),
                    m.attempts,
                    bool(m.message_id),
                )
                for m in messages
            ],
            "events": [
                (
                    e.kind,
                    e.status,
                    e.status_before,
                    e.actor_kind,
                    bool(e.actor_id),
                    bool(e.message_id),
                    bool(e.assignee_id),
                    bool(e.topic_id),
                    bool(e.team_id),
                    e.language,
                    e.channel,
                    e.version,
                    sorted(e.data),
                    e.data.get("purpose"),
                    e.data.get("by_machine"),
                    e.data.get("score"),
                )
                for e in events
            ],
            "timers": sorted(Timer.objects.filter(ticket=ticket).values_list("kind", "rule__from_status", "freezes")),
            "surveys": [
                (s.score, s.comment, s.language, s.reply_author_id is not None) for s in Survey.objects.filter(ticket=ticket).order_by("pk")
            ],
            "last": ticket.last_event_id == events.last().pk,
        }
    return told


@pytest.mark.django_db
def test_entering_a_story_and_playing_it_come_to_the_same(no_mishaps: None, tmp_path: Any, settings: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    loop.load(count=COUNT, seed=SEED, until=UNTIL, tell=lambda line: None, played=timedelta(days=90))
    played = _told()
    reset.clear()

    loop.load(count=COUNT, seed=SEED, until=UNTIL, tell=lambda line: None, played=timedelta())
    entered = _told()

    assert waiting.wrong(list(Ticket.objects.all())) == []
    odd = {name for name in played if name not in entered} | {name for name in entered if name not in played}
    assert odd == set()
    for name, facts in entered.items():
        for part, told in facts.items():
            assert told == played[name][part], (name, part)
