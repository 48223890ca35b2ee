"""The two months, played: move the clock, play the turns, fire what is due, bring the deliveries, answer the surveys.

The games have nothing in common but the studio, so each is played in a process of its own, with a clock of its own.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from multiprocessing import get_context
from random import Random

from django.db import connection, connections

from helpdesk.base import clock
from helpdesk.demo.crew import BY_KEY
from helpdesk.demo.load import costs, hours, letters, transport
from helpdesk.demo.load.acts import Matter, Stage
from helpdesk.demo.load.costs import Costs
from helpdesk.demo.load.studio import GAMES, Studio, open_studio
from helpdesk.demo.stories import Story, stories
from helpdesk.staff import staff_mail
from helpdesk.staff.models import Notice, User
from helpdesk.staff.notices import see
from tickets import drain, timers
from tickets.mail.inbound import inbox
from tickets.mail.inbound.inbox import InboundMail
from tickets.mail.models import MailSource
from tickets.models import Delivery, Lane, Message, Ticket, Timer
from tickets.search import indexing
from tickets.services import outbox
from tickets.services.blocks import block_player
from tickets.surveys import services as surveys
from tickets.surveys.models import Survey

STORIES = 1000
STEP = timedelta(hours=1)
TOLD_EVERY = timedelta(days=12)
UNSEEN = timedelta(days=2)  # so long nobody has looked at his notices
Tell = Callable[[str], None]
aloud: Tell = partial(print, flush=True)


@dataclass(frozen=True, slots=True)
class Played:
    """What came of one game: how many acts by their kind, how many seconds by room."""

    done: Counter[str]
    seconds: dict[str, float]


def load(*, count: int, seed: int, until: datetime, tell: Tell = aloud, apart: bool = True) -> Counter[str]:
    """Make the studio and play its two months up to `until`; returns how many acts there were of each kind.

    `apart`: each game in a process of its own, which sees what is committed; else one after the other in this one.
    """
    with transport.nobody_listens(), transport.by(transport.NOWHERE):
        with clock.travel(until - timedelta(days=61)):
            studio = open_studio()
        hours.plan(studio, since=until - timedelta(days=61), until=until)
        tell(f"The studio stands: {len(studio.users)} people, {len(studio.games)} games.")
        play = partial(_play, studio, count=count, seed=seed, until=until, tell=tell)
        played = _side_by_side(play, studio.games) if apart else [play(game) for game in studio.games]
        with clock.travel(until - UNSEEN):
            for user in studio.users.values():
                see(user, pks=Notice.objects.filter(user=user, at__lt=clock.now()).values_list("pk", flat=True))
        with clock.travel(until):
            while staff_mail.send_due():  # to the crew, and to nowhere: the players' mailbox opens empty
                pass
            indexing.follow()
    tell(costs.line([game.seconds for game in played]))
    return sum((game.done for game in played), Counter())


def _side_by_side(play: Callable[[str], Played], games: Iterable[str]) -> list[Played]:
    connections.close_all()  # a forked process would speak on ours
    with ProcessPoolExecutor(2, mp_context=get_context("fork")) as lanes:
        return list(lanes.map(play, games))


def _play(studio: Studio, game: str, *, count: int, seed: int, until: datetime, tell: Tell) -> Played:
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")  # a load that is cut short is begun again anyway
    stage = Stage(studio, until=until, rng=Random(f"{seed} {game}"), costs=Costs())
    _Loop(stage, game, [story for story in stories(count, seed, until=until) if story.game == game], tell).run()
    return Played(stage.done, stage.costs.told())


class _Loop:
    """One game's stories, in the order of their time."""

    def __init__(self, stage: Stage, game: str, plays: list[Story], tell: Tell) -> None:
        self.stage, self.tell, self.name, self.game = stage, tell, game, stage.studio.games[game].pk
        self.turns: list[tuple[datetime, int, Matter]] = [(story.opened, story.number, Matter(story)) for story in plays]
        heapq.heapify(self.turns)
        self.ratings: list[tuple[datetime, int]] = []
        self.last_survey = 0

    def run(self) -> None:
        until = self.stage.until
        start = now = told = min((at for at, _number, _matter in self.turns), default=until) - timedelta(hours=1)
        while now < until:
            timer = self._next_timer() or until
            ahead = min([timer, until, *(queue[0][0] for queue in (self.turns, self.ratings) if queue)])
            now = min(start + STEP * (1 + (ahead - start) // STEP), until)  # over the quiet hours in one stride
            while self.turns and self.turns[0][0] <= now:
                at, number, matter = heapq.heappop(self.turns)
                with clock.travel(at):
                    self.stage.play(matter)
                if matter.turn < len(matter.story.turns):
                    heapq.heappush(self.turns, (matter.story.turns[matter.turn].at, number, matter))
            with clock.travel(now):
                self._settle(now, timers_are_due=timer <= now)
            if now - told >= TOLD_EVERY or now == until:
                told = now
                self._report(now)

    def _next_timer(self) -> datetime | None:
        waiting = Timer.objects.filter(ticket__game=self.game, due_at__isnull=False, parked_at=None)
        return waiting.order_by("due_at").values_list("due_at", flat=True).first()

    def _settle(self, now: datetime, *, timers_are_due: bool) -> None:
        """What workers and beat would have done by now, and the players with their surveys."""
        costs = self.stage.costs
        if timers_are_due:
            with costs.of("life cycle"):
                timers.fire_due(game=self.game)
        with costs.of("deliveries"):
            while self._heard():
                if Message.objects.filter(state=Message.State.QUEUED, leaves_at__lte=now).exists():
                    with costs.of("mail out"):
                        outbox.send_due(game=self.game)
                    self._ask_for_ratings()
        while self.ratings and self.ratings[0][0] <= now:
            with costs.of("surveys"):
                self._rate(*heapq.heappop(self.ratings))

    def _heard(self) -> int:
        """What was brought to its subscribers."""
        return sum(drain.drain(lane, game=self.game, around=self.stage.costs.of) for lane in Lane) if Delivery.objects.exists() else 0

    def _ask_for_ratings(self) -> None:
        """Some of those who were asked just now will answer."""
        for survey in Survey.objects.filter(pk__gt=self.last_survey, ticket__game=self.game).order_by("pk"):
            self.last_survey = survey.pk
            rating = self.stage.matters[survey.ticket_id].story.rating
            if rating:
                heapq.heappush(self.ratings, (survey.created_at + rating.after, survey.pk))

    def _rate(self, at: datetime, pk: int) -> None:
        survey = Survey.objects.select_related("ticket__player").get(pk=pk)
        rating = self.stage.matters[survey.ticket_id].story.rating
        assert rating is not None
        with clock.travel(at):
            surveys.rate(survey, score=rating.score, comment=rating.comment)
        self.stage.done["rating"] += 1

    def _report(self, now: datetime) -> None:
        done = self.stage.done
        self.tell(f"  {self.name}, {now:%d %B}: {done['message']} messages, {done['reply']} replies, {done['rating']} ratings")


def odd_mails(until: datetime) -> None:
    """What else lies in the mailboxes: not all of it becomes a ticket."""
    for number, raw in enumerate(letters.odd_mails(GAMES["emberfall"]["address"])):
        _comes(raw, f"demo-odd-{number}", at=until - timedelta(hours=3 + 2 * number))


def unwelcome(until: datetime) -> None:
    """A player was blocked two days ago, and has written twice since."""
    ticket = Ticket.objects.filter(channel="mail", contact__isnull=False, created_at__lt=until - timedelta(days=3)).latest("created_at")
    with transport.nobody_listens(), clock.travel(until - timedelta(days=2)):
        by = User.objects.get(email=BY_KEY["boris"].email)
        block_player(
            ticket.player, on=ticket, until=until + timedelta(days=12), why="Insults Mei and Pavel by name, after two warnings", by=by
        )
    for number, raw in enumerate(letters.unwelcome_mails(ticket)):
        _comes(raw, f"demo-unwelcome-{number}", at=until - timedelta(hours=30 - 21 * number))


def _comes(raw: bytes, key: str, *, at: datetime) -> None:
    with transport.nobody_listens(), clock.travel(at):
        row = inbox.store(InboundMail(raw, MailSource.PIPE, key))
        inbox.process(row.pk)
