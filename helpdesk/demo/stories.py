"""The demo's stories: who wrote what to whom and when, over sixty days. Deterministic from a seed; no database.

A story is planned as a play is: a first message, then what we did and what the player answered, until the present cuts it off.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from helpdesk.base import clock
from helpdesk.demo import days, phrases
from helpdesk.demo.crew import Member, writers
from helpdesk.demo.people import Profile, date_words, facts, order, profile
from helpdesk.demo.phrases import Opening, Topic, speak
from helpdesk.demo.voices import Voice, asked, first_message, reply, short_message, subject

LANGUAGES = {"en": 0.45, "ru": 0.25, "de": 0.15, "es": 0.15}
GAMES = {"emberfall": 0.58, "tideborn": 0.42}
SILENCE = {"answered": ("resolved", timedelta(hours=72)), "resolved": ("closed", timedelta(hours=96))}
RECENT = timedelta(hours=56)
DEPARTMENTS = {"lost_purchase": "payments", "refund": "payments", "double_charge": "payments", "ban": "fairplay", "harassment": "fairplay"}
OWING = {"payments": "Payments", "fairplay": "Fair play", "game": "Game team"}  # at the desk; players read words of their language

MOODS = {"harassment": "sober", "deletion": "sober", "ideas": "bare"}  # of the answer that settles it
FITTING_THANKS = {"harassment": (2, 7), "how_to": (0, 2, 4, 7)}  # of the list `thanks`; others may say any
SLOW_AGAIN = {"refund": 140.0, "double_charge": 90.0}  # hours until a player misses his money

Kind = Literal["message", "reply", "note", "status", "assign"]
Mishap = Literal["", "failed", "bounced", "uncertain", "automatic", "stale", "draft"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One deed. `then`: the status a reply or a change of status leads to; `pending_on`: who owes an answer then."""

    kind: Kind
    at: datetime
    text: str = ""
    author: str = ""  # key of the crew's member; empty for the player
    then: str = ""
    pending_on: str = ""
    picture: bool = False


@dataclass(frozen=True, slots=True)
class Rating:
    """What the player says in the survey."""

    score: int
    comment: str
    after: timedelta  # since the invitation


@dataclass(frozen=True, slots=True)
class Story:
    """One matter from its first message to where it stands now. `ends`: the status its (last) ticket then has, if no mishap comes in."""

    number: int
    game: str
    language: str
    player: Profile
    topic: str
    subject: str
    turns: tuple[Turn, ...]
    ends: str
    rating: Rating | None = None
    mishap: Mishap = ""
    channel: str = "mail"

    @property
    def opened(self) -> datetime:
        return self.turns[0].at


class _Plot:
    """The play while it is written. What would lie in the future is not written: `open` says whether there is still time."""

    def __init__(self, rng: Random, voice: Voice, *, crew: tuple[Member, ...], opened: datetime, until: datetime, seen: set[str]) -> None:
        self.rng, self.voice, self.until, self.at, self.open, self.seen = rng, voice, until, opened, True, seen
        self.author = rng.choices(crew, [member.share for member in crew])[0]
        self.turns: list[Turn] = []
        self.noted: set[str] = set()
        self.manners = phrases.manners(voice.who.language)

    def _add(self, turn: Turn) -> bool:
        if not self.open or turn.at >= self.until - timedelta(minutes=2):
            self.open = False
            return False
        self.at = turn.at
        self.turns.append(turn)
        return True

    def player(self, part: str, *, hours: float) -> bool:
        at = self.at + timedelta(hours=self.rng.lognormvariate(0, 0.6) * hours)
        if self.open and at >= self.until:
            self.open = False
            return False
        text, picture = short_message(self.voice, part)
        return self._add(Turn("message", at, text, picture=picture))

    def staff(self, turn: Turn, *, hours: float) -> bool:
        """Something we do; while the mail piles up, what is recent may still lie there."""
        if (
            self.open
            and self.turns[-1].kind == "message"
            and self.until - self.at < RECENT
            and self.rng.random() < (0.5 if len(self.turns) == 1 else 0.8)
        ):
            self.open = False
        at = days.at_the_desk(self.rng, self.at + timedelta(hours=max(0.1, self.rng.lognormvariate(0, 0.7) * hours)))
        return self._add(replace(turn, at=at, author=turn.author or self.author.key))

    def answer(self, part: str, *, hours: float, then: str, pending_on: str = "", mood: str = "sober") -> bool:
        first = all(turn.kind != "reply" for turn in self.turns)
        for attempt in range(24):  # the same answer to the same first name shall not stand in two tickets
            text = reply(self.voice, self.author, part, mood=mood, first=first, full_name=attempt > 12)
            if text not in self.seen:
                break
        self.seen.add(text)
        return self.staff(Turn("reply", self.at, text, then=then, pending_on=pending_on), hours=hours)

    def note(self, part: str) -> bool:
        text = speak(part, self.voice.facts | {"operator": self.author.name}, woman=self.author.woman)
        if part in self.noted:
            return self.open
        self.noted.add(part)
        return self.staff(Turn("note", self.at, text), hours=0.3)


def stories(count: int, seed: int, *, until: datetime | None = None) -> Iterator[Story]:
    """`count` stories, by the time of their first message; the same for the same seed and end."""
    rng, until = Random(seed), (until or clock.now()).replace(microsecond=0)
    names: set[str] = set()
    seen: set[str] = set()
    cast: dict[str, list[Profile]] = {}
    for number, (at, game) in enumerate(days.moments(rng, count, games=GAMES, until=until)):
        language = rng.choices(list(LANGUAGES), list(LANGUAGES.values()))[0]
        yield _story(rng, number, at, game, language, until=until, names=names, seen=seen, cast=cast)


def _story(
    rng: Random,
    number: int,
    at: datetime,
    game: str,
    language: str,
    *,
    until: datetime,
    names: set[str],
    seen: set[str],
    cast: dict[str, list[Profile]],
) -> Story:
    known = cast.setdefault(f"{game}.{language}", [])
    if known and rng.random() < 0.14:  # one who has written before, or the brother at the same address
        who = rng.choice(known[-400:])
        if rng.random() < 0.12:
            who = replace(profile(rng, number, game=game, language=language, taken=names), email=who.email)
    else:
        who = profile(rng, number, game=game, language=language, taken=names)
        known.append(who)
    patch = days.patch_at(game, at, until, phrases.world()["games"][game]["patches"])
    swollen = days.swell(game, (until - at).days) > 1
    topic = _topic(rng, language, swollen)
    while True:  # until nobody has said exactly this before
        friend = (
            rng.choice(known).nick
            if len(known) > 3 and rng.random() < 0.5
            else f"{rng.choice(phrases.world()['nick_heads'])}{rng.choice(phrases.world()['nick_tails'])}"
        )
        voice = Voice(rng, who, facts(rng, who, game=game, opened=at, patch=patch, friend=friend))
        blunt = who.tone in {"short", "teen"} or (who.tone == "angry" and rng.random() < 0.7)
        opening = _opening(rng, topic, who.tone, blunt)
        line = subject(voice, opening, plain=topic.calm)
        text, picture = first_message(voice, topic, opening, blunt=blunt)
        if line not in seen and text not in seen:
            break
        if rng.random() < 0.08:
            topic, who = _topic(rng, language, swollen), replace(who, tone=rng.choice(["polite", "plain", "long"]))
    seen |= {line, text}
    plot = _Plot(rng, voice, crew=writers(game, language), opened=at, until=until, seen=seen)
    plot.turns.append(Turn("message", at, text, picture=picture))
    outcome = _play(rng, plot, topic, opening, busy=swollen)
    turns = _unique(plot.turns, seen, voice)
    ends, resolved = ending(turns, until)
    rating = _rating(rng, voice, plot.author, outcome) if resolved and outcome else None
    return Story(number, game, language, who, topic.name, line, turns, ends, rating, _mishap(rng, turns, until))


def _topic(rng: Random, language: str, swollen: bool) -> Topic:
    among = phrases.topics(language)
    return rng.choices(among, [topic.weight * (5 if swollen and topic.peak else 1) for topic in among])[0]


def _opening(rng: Random, topic: Topic, tone: str, blunt: bool) -> Opening:
    if not blunt:
        return rng.choice(topic.openings)
    fitting = [one for one in topic.blunt if (one.text[:1].lower() == one.text[:1]) == (tone != "angry")]
    return rng.choice(fitting or topic.blunt)


def _play(rng: Random, plot: _Plot, topic: Topic, opening: Opening, *, busy: bool) -> str:
    """What follows the first message. Returns how it went: solved, refused or nothing yet."""
    slow = 3.0 if busy else 1.0
    first = rng.choice([1.2, 2.5, 5.0]) * slow
    fresh = plot.until - plot.at < timedelta(days=8)
    _prelude(rng, plot, opening, hours=first, slow=slow)
    if fresh and rng.random() < 0.09:  # somebody is looking into it right now
        plot.staff(Turn("status", plot.at, then="in_progress"), hours=first)
        plot.note(rng.choice([*opening.notes, *plot.manners["general_notes"]]))
        return ""
    if not _asking(rng, plot, opening, hours=first):
        return ""
    if rng.random() < (0.3 if fresh else 0.1):
        first = _elsewhere(rng, plot, topic, opening, hours=first, fresh=fresh)
    return _verdict(rng, plot, topic, opening, hours=first) if first and plot.open else ""


def _prelude(rng: Random, plot: _Plot, opening: Opening, *, hours: float, slow: float) -> None:
    """Before anybody answers: the player asks again, somebody takes the ticket, somebody leaves a note."""
    if rng.random() < 0.12 and hours > 2:
        written = date_words(plot.voice.who.language, plot.at)
        plot.player(speak(rng.choice(plot.manners["nudges"]), {"date": written}, woman=plot.voice.who.woman), hours=9 * slow)
    if rng.random() < 0.16:
        plot.staff(Turn("assign", plot.at), hours=0.4)
    if rng.random() < 0.13:
        plot.note(rng.choice(opening.notes or tuple(plot.manners["general_notes"])))


def _asking(rng: Random, plot: _Plot, opening: Opening, *, hours: float) -> bool:
    """We may have to ask first. False when no answer has come to that."""
    question = asked(plot.voice, opening) if rng.random() < 0.42 else None
    if question is None:
        return plot.open
    if not plot.answer(question[0], hours=hours, then="answered") or rng.random() < 0.2:
        return False
    return plot.player(rng.choice(question[1]), hours=5)


def _elsewhere(rng: Random, plot: _Plot, topic: Topic, opening: Opening, *, hours: float, fresh: bool) -> float:
    """Another department owes an answer. Returns the hours until it has come; nothing when it has not."""
    owes = DEPARTMENTS.get(topic.name, "game")
    wait = speak(rng.choice(plot.manners["reply_wait"]), {"department": plot.manners["departments"][owes]}, woman=plot.author.woman)
    if not plot.answer(wait, hours=hours, then="pending", pending_on=OWING[owes]):
        return 0
    plot.note(rng.choice(opening.notes or tuple(plot.manners["general_notes"])))
    if fresh and rng.random() < 0.55:
        if rng.random() < 0.3:
            plot.player(rng.choice(plot.manners["nudges"]), hours=20)
        return 0
    return 30


def _verdict(rng: Random, plot: _Plot, topic: Topic, opening: Opening, *, hours: float) -> str:
    """The answer that decides the matter, and what the player says to it."""
    mine = phrases.manners(plot.voice.who.language)
    if opening.refused and rng.random() < 0.2:
        if not plot.answer(rng.choice(opening.refused), hours=hours, then=rng.choice(["answered", "resolved"])):
            return ""
        if rng.random() < 0.4 and plot.player(rng.choice([*topic.protests, *topic.protests, *mine["refused_answers"]]), hours=4):
            plot.answer(rng.choice(mine["regret"]), hours=6, then="resolved", mood="bare")
        return "refused"
    if not plot.answer(
        rng.choice(opening.solved),
        hours=hours,
        then=rng.choice(["answered", "answered", "answered", "resolved"]),
        mood=MOODS.get(topic.name, "glad"),
    ):
        return ""
    outcome, luck = "solved", rng.random()
    if luck < 0.17 and opening.again:
        if not plot.player(rng.choice(opening.again), hours=SLOW_AGAIN.get(topic.name, 8)) or not plot.answer(
            rng.choice(mine["reply_again"]), hours=4, then="answered"
        ):
            return outcome
        outcome, luck = "slow", 0.3 if rng.random() < 0.6 else 1
    if 0.17 <= luck < 0.5 and topic.name not in {"ideas", "localisation", "deletion"}:
        fitting = [mine["thanks"][number] for number in FITTING_THANKS.get(topic.name, range(len(mine["thanks"])))]
        thanks = speak(rng.choice(fitting), {"operator": plot.author.first_name(plot.voice.who.language)}, woman=plot.voice.who.woman)
        serious = topic.name == "harassment"
        if plot.player(thanks, hours=7):
            welcome = rng.choice(mine["welcome"][1:2] if serious else mine["welcome"])
            plot.answer(welcome, hours=3, then="resolved", mood="bare" if serious else "brief")
    if opening.followups and rng.random() < 0.05:
        _, resolved = ending(tuple(plot.turns), plot.until)
        if resolved and plot.until - resolved > timedelta(days=6):  # long closed: a follow-up opens
            plot.voice.facts["order"] = order(rng, plot.voice.facts["shop"])
            plot.at = resolved + timedelta(hours=100)
            if plot.player(rng.choice(opening.followups), hours=170):
                plot.answer(rng.choice(mine["reply_again"]), hours=5, then="answered")
    return outcome


def _unique(turns: list[Turn], seen: set[str], voice: Voice) -> tuple[Turn, ...]:
    """No two long texts alike: a second equal one gets the player's name or a number's worth of context."""
    kept = []
    for turn in turns:
        text = turn.text
        if turn.kind == "message" and text in seen and turn is not turns[0]:
            for addition in (voice.facts["nick"], f"{voice.facts['nick']}, {voice.facts['server']}"):
                text = f"{turn.text}\n\n{addition}"
                if text not in seen:
                    break
        elif turn.kind == "note" and text in seen:
            text = f"{turn.text} ({voice.facts['nick']})"
            if text in seen:
                text = f"{turn.text} ({voice.facts['nick']}, {voice.facts['server']}, {turn.at:%d.%m.})"
        seen.add(text)
        kept.append(replace(turn, text=text))
    return tuple(kept)


def ending(turns: tuple[Turn, ...], until: datetime) -> tuple[str, datetime | None]:
    """Where these deeds and the silences after them lead by `until`: the status, and since when it has been resolved."""
    status, since, resolved = "new", turns[0].at, None
    for turn in (*turns[1:], None):
        now = turn.at if turn else until
        while status in SILENCE and since + SILENCE[status][1] <= now:
            since += SILENCE[status][1]
            status = SILENCE[status][0]
            resolved = since if status == "resolved" else resolved
        if turn is None:
            break
        if turn.kind == "message" and status in {"answered", "resolved", "closed"}:
            status, since, resolved = ("new" if status == "closed" else "waiting"), turn.at, None
        elif turn.kind in {"reply", "status"}:
            status, since = turn.then, turn.at
            resolved = turn.at if status == "resolved" else None
    return status, resolved


def _rating(rng: Random, voice: Voice, author: Member, outcome: str) -> Rating | None:
    if rng.random() > 0.34:
        return None
    shares = {"solved": (2, 3, 8, 25, 62), "slow": (6, 10, 24, 35, 25), "refused": (38, 24, 20, 12, 6)}[outcome]
    score = rng.choices([1, 2, 3, 4, 5], shares)[0]
    heard = "survey_good" if score > 3 else "survey_fair" if score == 3 else "survey_poor"
    comment = ""
    if rng.random() < 0.5:
        comment = speak(
            rng.choice(phrases.manners(voice.who.language)[heard]),
            {"operator": author.first_name(voice.who.language)},
            woman=voice.who.woman,
        )
    return Rating(score, comment, timedelta(minutes=rng.randint(20, 3000)))


def _mishap(rng: Random, turns: tuple[Turn, ...], until: datetime) -> Mishap:
    """What went wrong with the last reply, or that it is still being written: rare, and only recently, as if nobody had mended it yet."""
    last = turns[-1]
    if last.kind != "reply" or until - last.at > timedelta(days=3) or rng.random() > 0.4:
        return ""
    return rng.choice(("failed", "bounced", "uncertain", "automatic", "stale", "draft"))
