"""One loop in one process: move the clock, play the turns, fire what is due, bring the deliveries, answer the surveys."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from django.db import transaction

from helpdesk.base import clock
from helpdesk.demo.load import letters, transport
from helpdesk.demo.load.acts import Matter, Stage
from helpdesk.demo.load.books import Books
from helpdesk.demo.load.history import History
from helpdesk.demo.load.studio import open_studio
from helpdesk.demo.stories import Story, stories
from helpdesk.staff import staff_mail
from tickets import drain, timers
from tickets.mail import inbox
from tickets.mail.inbox import InboundMail
from tickets.mail.models import MailSource
from tickets.models import Lane, Timer
from tickets.services import outbox
from tickets.surveys import services as surveys
from tickets.surveys.models import Survey

STEP = timedelta(minutes=20)
PLAYED = timedelta(days=4)
Tell = Callable[[str], None]


def load(*, count: int, seed: int, until: datetime, tell: Tell, played: timedelta = PLAYED) -> Stage:
    """The whole two months up to `until`; what began within `played` goes through the services, what began before into the books."""
    began = time.monotonic()
    plays = list(stories(count, seed, until=until))
    past = [story for story in plays if until - story.opened > played]
    plays = plays[len(past) :]
    start = (past or plays)[0].opened - timedelta(hours=1)
    with transport.nobody_listens(), transport.by(transport.NOWHERE), clock.travel(start):
        stage = Stage(open_studio(), until=until, seed=seed)
        tell(f"The studio stands: {len(stage.studio.users)} people, {len(stage.studio.games)} games.")
        if past:
            books = Books(stage.studio, Random(seed))
            with transaction.atomic():
                rows = History(books, past, until=until).enter()
            stage.know(books)
            tell(f"{len(past)} older stories are entered, {rows} rows ({time.monotonic() - began:.0f} s).")
        tell(f"Playing the last {len(plays)} …")
        _Loop(stage, plays, tell, began).run(plays[0].opened - timedelta(hours=1) if plays else until)
    return stage


class _Loop:
    def __init__(self, stage: Stage, plays: list[Story], tell: Tell, began: float) -> None:
        self.stage, self.tell, self.began = stage, tell, began
        self.turns: list[tuple[datetime, int, Matter]] = [(story.opened, story.number, Matter(story)) for story in plays]
        heapq.heapify(self.turns)
        self.ratings: list[tuple[datetime, int]] = []
        self.last_survey, self.shown = 0, -1

    def run(self, start: datetime) -> None:
        now, until = start, self.stage.until
        while now < until:
            now = min(start + STEP * (1 + (self._next(until) - start) // STEP), until)  # over the quiet hours in one stride
            while self.turns and self.turns[0][0] <= now:
                at, number, matter = heapq.heappop(self.turns)
                with clock.travel(at):
                    self.stage.play(matter)
                if matter.turn < len(matter.story.turns):
                    heapq.heappush(self.turns, (matter.story.turns[matter.turn].at, number, matter))
            with clock.travel(now):
                self._settle(now)
            self._report(now, start)
        with clock.travel(until):
            self._odd_mails()
            self._settle(until)
            while staff_mail.send_due():  # to the crew, and to nowhere: the players' mailbox opens empty
                pass

    def _next(self, until: datetime) -> datetime:
        """When something happens again: a turn, a timer, a rating."""
        timer = Timer.objects.filter(due_at__isnull=False).order_by("due_at").values_list("due_at", flat=True).first()
        ahead = [timer, *(queue[0][0] for queue in (self.turns, self.ratings) if queue)]
        return min([moment for moment in ahead if moment is not None] + [until])

    def _settle(self, now: datetime) -> None:
        """What workers and beat would have done by now."""
        timers.fire_due()
        for lane in Lane:
            drain.drain(lane)
        if outbox.send_due():
            drain.drain(Lane.NOW)
        self._surveys(now)

    def _surveys(self, now: datetime) -> None:
        for survey in Survey.objects.filter(pk__gt=self.last_survey).order_by("pk"):
            self.last_survey = survey.pk
            matter = self.stage.matters.get(survey.ticket_id)
            rating = matter.story.rating if matter else None
            if rating:
                heapq.heappush(self.ratings, (survey.created_at + rating.after, survey.pk))
        while self.ratings and self.ratings[0][0] <= now:
            at, pk = heapq.heappop(self.ratings)
            survey = Survey.objects.select_related("ticket").get(pk=pk)
            rating = self.stage.matters[survey.ticket_id].story.rating
            assert rating is not None
            with clock.travel(at):
                surveys.rate(survey, score=rating.score, comment=rating.comment)
            self.stage.done["rating"] += 1

    def _odd_mails(self) -> None:
        for number, raw in enumerate(letters.odd_mails(self.stage.studio.games["emberfall"].address)):
            with clock.travel(self.stage.until - timedelta(hours=3 + 2 * number)):
                row = inbox.store(InboundMail(raw, MailSource.PIPE, f"demo-odd-{number}"))
                inbox.process(row.pk)

    def _report(self, now: datetime, start: datetime) -> None:
        day = (now - start) // timedelta(days=1)
        if day != self.shown:
            self.shown, done = day, self.stage.done
            counted = f"{done['message']} messages, {done['reply']} replies, {done['rating']} ratings"
            self.tell(f"  {now:%d %B}: {counted} ({time.monotonic() - self.began:.0f} s)")
