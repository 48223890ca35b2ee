"""Entering stories into the books: each turn at its time, and between them the silences that resolve and close, and the surveys."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

from helpdesk.base.text import one_line
from helpdesk.demo.load.acts import PENDING_DAYS, PICTURES
from helpdesk.demo.load.books import OPERATOR, PLAYER, SYSTEM, UNDO, Books, rule_for, silence_timer
from helpdesk.demo.load.facts import guessed, tag_of, team_of
from helpdesk.demo.load.letters import message_id
from helpdesk.demo.load.pictures import screenshot
from helpdesk.demo.stories import Story, Turn
from helpdesk.staff.models import User
from tickets.lifecycle.machine import OVERDUE
from tickets.mail.addressing import message_id_for
from tickets.models import Attachment, Event, Message, Pledge, Ticket, Timer, Trigger
from tickets.services.attachments import keep_files
from tickets.surveys.invite import KIND as INVITE
from tickets.surveys.invite import OPEN_FOR
from tickets.surveys.models import Survey


@dataclass(slots=True)
class _Matter:
    """A story while it is entered. `calm`: counts up whenever somebody does something, so that an old silence knows it is over."""

    story: Story
    ticket: Ticket = field(init=False)
    question: Message = field(init=False)
    answer: Message | None = None
    touched: bool = False
    calm: int = 0
    silence: Timer | None = None
    invite: Timer | None = None
    overdue: Timer | None = None


class History:
    """Everything of these stories up to `until`, entered in the order of time."""

    def __init__(self, books: Books, stories: Iterable[Story], *, until: datetime) -> None:
        self.books, self.until, self._order = books, until, count()
        self.due: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self.matters: list[_Matter] = []
        for story in stories:
            matter = _Matter(story)
            self.matters.append(matter)
            for number, turn in enumerate(story.turns):
                self._at(turn.at, self._turn(matter, number, turn))

    def enter(self) -> int:
        """Enter all, leave the timers that still run, write. Returns how many rows."""
        while self.due and self.due[0][0] <= self.until:
            at, _order, deed = heapq.heappop(self.due)
            deed(at)
        for matter in self.matters:
            for timer in (matter.silence, matter.invite, matter.overdue):
                if timer is not None:
                    self.books.add(timer)
        return self.books.write()

    def _at(self, at: datetime, deed: Callable[[datetime], None]) -> None:
        heapq.heappush(self.due, (at, next(self._order), deed))

    def _turn(self, matter: _Matter, number: int, turn: Turn) -> Callable[[datetime], None]:
        deed = {"message": self._message, "reply": self._reply, "note": self._note, "status": self._status, "assign": self._assign}[
            turn.kind
        ]
        return lambda at: deed(matter, number, turn)

    def _user(self, turn: Turn) -> User:
        return self.books.studio.users[turn.author]

    def _message(self, matter: _Matter, number: int, turn: Turn) -> None:
        books, story = self.books, matter.story
        follows = matter.ticket if number and matter.ticket.status == "closed" else None
        subject = story.subject if number == 0 else f"Re: {story.subject}"
        fresh = number == 0 or follows is not None
        if fresh:
            matter.ticket = books.ticket_of(story, turn.at, subject=subject, text=turn.text, follows=follows)
        ticket = matter.ticket
        player = (PLAYER, ticket.player_id)
        message: Message = books.add(
            Message(
                ticket=ticket,
                received_in=ticket,
                kind="inbound",
                state="received",
                state_at=turn.at,
                at=turn.at,
                channel=story.channel,
                author_kind=PLAYER,
                author_id=ticket.player_id,
                author_name=story.player.name,
                language=story.language,
                text=turn.text,
                from_address=story.player.email,
                subject=one_line(subject, 300),
                to_address=ticket.game.address,
                message_id=message_id(story, number),
                in_reply_to=matter.answer.message_id if matter.answer else "",
            )
        )
        matter.question = message
        if turn.picture and self.until - turn.at < PICTURES:
            self._picture(story, message)
        if fresh:
            opened: dict[str, Any] = {"follows": follows.pk} if follows else {}
            books.event(ticket, "ticket.opened", turn.at, who=player, message=message, **opened)
            books.event(ticket, "message.received", turn.at, who=player, message=message, automatic=False)
            if follows:
                books.event(follows, "ticket.followed", turn.at, who=player, follow_up=ticket.pk)
                matter.silence = matter.invite = None
            else:
                self._about(matter, turn.at)
            return
        ticket.preview, ticket.last_player_message_at = one_line(turn.text) or ticket.preview, turn.at
        if ticket.waiting_since is None:
            ticket.waiting_since = ticket.waiting_key = turn.at
        books.event(ticket, "message.received", turn.at, who=player, message=message, automatic=False)
        rule = rule_for(books, ticket, Trigger.PLAYER_MESSAGE)
        if rule:
            self._moved(matter, books.move(ticket, rule.to_status, turn.at, who=player, message=message, **books.rule_facts(rule)))

    def _picture(self, story: Story, message: Message) -> None:
        model = _kept(story.game, story.topic, story.number % 3)
        self.books.add(
            Attachment(
                ticket=message.ticket,
                message=message,
                name=f"Screenshot_{20260000 + story.number}.png",
                media_type=model.media_type,
                size=model.size,
                blob_id=model.blob_id,
                preview_id=model.preview_id,
                created_at=message.at,
            )
        )

    def _about(self, matter: _Matter, at: datetime) -> None:
        books, ticket, story = self.books, matter.ticket, matter.story
        if guessed(story):
            ticket.topic, ticket.topic_by_machine = books.studio.topics[story.topic], True
            books.event(ticket, "ticket.topic_set", at, who=(SYSTEM, None), topic=ticket.topic_id, before=None, by_machine=True)
        team = team_of(story)
        if team:
            ticket.team = books.studio.teams[team]
            books.event(ticket, "ticket.team_set", at, who=(SYSTEM, None), team=ticket.team_id, before=None)

    def _touch(self, matter: _Matter, turn: Turn) -> None:
        if matter.touched:
            return
        matter.touched = True
        books, ticket, user = self.books, matter.ticket, self._user(turn)
        who, topic, before = (OPERATOR, user.pk), books.studio.topics[matter.story.topic], ticket.topic_id
        ticket.assignee = user
        books.event(ticket, "ticket.assigned", turn.at, who=who, assignee=user.pk, before=None)
        ticket.topic, ticket.topic_by_machine = topic, False
        books.event(ticket, "ticket.topic_set", turn.at, who=who, topic=topic.pk, before=before, by_machine=False)
        tag = tag_of(matter.story)
        if tag:
            pk = books.studio.tags[tag].pk
            books.tagged.append((ticket.pk, pk))
            books.event(ticket, "ticket.tagged", turn.at, who=who, added=[pk], removed=[])

    def _assign(self, matter: _Matter, _number: int, turn: Turn) -> None:
        self._touch(matter, turn)

    def _note(self, matter: _Matter, _number: int, turn: Turn) -> None:
        user, ticket = self._user(turn), matter.ticket
        note = self.books.add(
            Message(
                ticket=ticket,
                received_in=ticket,
                kind="note",
                state="noted",
                state_at=turn.at,
                at=turn.at,
                channel=ticket.channel,
                author_kind=OPERATOR,
                author_id=user.pk,
                author_name=user.name,
                text=turn.text,
            )
        )
        self.books.event(ticket, "message.noted", turn.at, who=(OPERATOR, user.pk), message=note)

    def _status(self, matter: _Matter, _number: int, turn: Turn) -> None:
        self._touch(matter, turn)
        if matter.ticket.status != turn.then:
            self._moved(matter, self.books.move(matter.ticket, turn.then, turn.at, who=(OPERATOR, self._user(turn).pk)))

    def _reply(self, matter: _Matter, _number: int, turn: Turn) -> None:
        self._touch(matter, turn)
        books, ticket, user = self.books, matter.ticket, self._user(turn)
        if ticket.assignee is None:  # a follow-up: who answers it has it
            ticket.assignee = user
            books.event(ticket, "ticket.assigned", turn.at, who=(OPERATOR, user.pk), assignee=user.pk, before=None, answered=True)
        until = turn.at + timedelta(days=PENDING_DAYS) if turn.pending_on else None
        message = self._outbound(
            matter,
            at=turn.at,
            sent=turn.at + UNDO,
            author_kind=OPERATOR,
            author_id=user.pk,
            author_name=user.shown_to_players,
            text=turn.text,
            answers_upto=matter.question.pk,
            then_status=turn.then,
            then_pending_on=turn.pending_on,
            then_pending_until=until,
            leaves_at=turn.at + UNDO - timedelta(seconds=1),
            purpose="answer",
        )
        matter.answer = message
        books.answered(ticket, turn.at + UNDO)
        if ticket.status == turn.then:
            return
        if turn.then == "pending":
            ticket.pending_on, ticket.pending_until = turn.pending_on, until
        pending: dict[str, Any] = {}
        if turn.pending_on:
            pending = {
                "pledge": books.add(Pledge(ticket=ticket, on=turn.pending_on, at=turn.at + UNDO)).pk,
                "until": until and until.isoformat(),
            }
        self._moved(matter, books.move(ticket, turn.then, turn.at + UNDO, who=(OPERATOR, user.pk), message=message, **pending))

    def _outbound(
        self, matter: _Matter, *, at: datetime, sent: datetime, author_kind: str, author_id: int | None, author_name: str, **more: object
    ) -> Message:
        ticket, who = matter.ticket, (author_kind, author_id)
        message: Message = self.books.add(
            Message(
                ticket=ticket,
                received_in=ticket,
                kind="reply",
                state="sent",
                state_at=sent,
                at=at,
                channel=ticket.channel,
                author_kind=author_kind,
                author_id=author_id,
                author_name=author_name,
                language=ticket.language,
                attempts=1,
                sent_at=sent,
                to_address=matter.story.player.email,
                message_id=message_id_for(f"{self.books.rng.getrandbits(96):024x}", ticket.game.address.rpartition("@")[2]),
                in_reply_to=matter.question.message_id,
                **more,
            )
        )
        self.books.event(ticket, "message.written", at, who=who, message=message, purpose=message.purpose)
        self.books.event(ticket, "message.sent", sent, who=(SYSTEM, None), message=message, purpose=message.purpose)
        return message

    def _moved(self, matter: _Matter, event: Event) -> None:
        """A move starts the silence of the new status, and a resolution the wait for the survey."""
        ticket = matter.ticket
        matter.calm += 1
        matter.silence = silence_timer(self.books, ticket, event, event.at)
        calm = matter.calm
        if matter.silence is not None and matter.silence.due_at is not None:
            self._at(matter.silence.due_at, lambda at: self._silence_over(matter, calm, at))
        matter.overdue = overdue = None
        if ticket.status == "pending" and ticket.pending_until:
            day = ticket.pending_until
            matter.overdue = overdue = Timer(ticket=ticket, kind=OVERDUE, due_at=day, anchor_event_id=event.pk, armed_at=event.at)
            self._at(day, lambda at: self._day_passed(matter, overdue, at))
        if ticket.status == "resolved":
            due = event.at + timedelta(hours=ticket.game.survey_delay_hours)
            matter.invite = invite = Timer(ticket=ticket, kind=INVITE, due_at=due, anchor_event_id=event.pk, armed_at=event.at)
            self._at(due, lambda at: self._invite(matter, invite, event, at))
        elif ticket.status != "closed":
            matter.invite = None

    def _silence_over(self, matter: _Matter, calm: int, at: datetime) -> None:
        rule = self.books.silence_of(matter.ticket.status)
        if matter.calm == calm and rule is not None:
            self._moved(matter, self.books.move(matter.ticket, rule.to_status, at, who=(SYSTEM, None), **self.books.rule_facts(rule)))

    def _day_passed(self, matter: _Matter, overdue: Timer | None, at: datetime) -> None:
        ticket = matter.ticket
        if matter.overdue is overdue and ticket.pending_until:
            matter.overdue = None
            self.books.event(ticket, "ticket.overdue", at, who=(SYSTEM, None), on=ticket.pending_on, until=ticket.pending_until.isoformat())

    def _invite(self, matter: _Matter, invite: Timer, resolution: Event, at: datetime) -> None:
        if matter.invite is not invite or matter.answer is None:
            return
        matter.invite = None
        books, ticket, game = self.books, matter.ticket, matter.ticket.game
        words = books.wordings[ticket.language].filled(
            {"player": ticket.player.name, "game": game.name, "team": game.team_name, "number": ticket.number}
        )
        invitation = self._outbound(
            matter,
            at=at,
            sent=at,
            author_kind=SYSTEM,
            author_id=None,
            author_name=game.team_name,
            text=words.body,
            subject=words.subject,
            text_version_id=words.version_id,
            leaves_at=at,
            purpose="survey",
            cause_event_id=resolution.pk,
        )
        survey = books.add(
            Survey(
                ticket=ticket,
                resolution_event_id=resolution.pk,
                resolved_at=resolution.at,
                language=words.language,
                invitation=invitation,
                reply=matter.answer,
                reply_author_id=matter.answer.author_id,
                created_at=at,
                expires_at=at + OPEN_FOR,
            )
        )
        rating = matter.story.rating
        if rating:
            self._at(at + rating.after, lambda then: self._rated(ticket, survey, matter.story, then))

    def _rated(self, ticket: Ticket, survey: Survey, story: Story, at: datetime) -> None:
        assert story.rating is not None
        survey.score, survey.comment, survey.answered_at, survey.changed_at = story.rating.score, story.rating.comment, at, at
        self.books.event(
            ticket,
            "survey.answered",
            at,
            who=(PLAYER, ticket.player_id),
            survey=survey.pk,
            score=survey.score,
            score_before=None,
            commented=bool(survey.comment),
            resolution=survey.resolution_event_id,
            reply=survey.reply_id,
            author=survey.reply_author_id,
            approver=None,
        )


@cache
def _kept(game: str, topic: str, number: int) -> Attachment:
    """A screenshot once made as any attachment is; its like share the blobs."""
    ticket, message = Ticket(pk=0), Message(pk=0)
    (kept,) = keep_files(ticket, [screenshot(game, topic, number)], message=message)
    Attachment.objects.filter(pk=kept.pk).delete()
    return kept
