"""Putting the written parts together into one message: greeting, matter, details, plea, closing, as this person would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from helpdesk.demo import phrases
from helpdesk.demo.crew import Member
from helpdesk.demo.people import Profile
from helpdesk.demo.phrases import PICTURE, Opening, Topic, slots_of, speak

ONCE = frozenset(
    {"order", "account", "nick", "server", "device", "shop", "friend", "guild", "amount", "level", "rank"}
)  # said once in a message

SHORT_GREETING = 28  # characters; longer ones say thanks for writing
CLOSINGS = {"glad": (0, 1, 2, 3, 4, 5, 6), "sober": (0, 3, 5, 6), "brief": (1, 4, 6, 6), "bare": (6,)}  # of the list `reply_closings`


@dataclass(slots=True)
class Voice:
    """A player in one matter: his words, his facts, and what he has told us already."""

    rng: Random
    who: Profile
    facts: dict[str, str]
    told: set[str] = field(default_factory=set)

    def say(self, part: str) -> str:
        self.told |= slots_of(part)
        return speak(part, self.facts, woman=self.who.woman)

    def one(self, parts: Sequence[str]) -> str:
        return self.say(self.rng.choice(parts))


def subject(voice: Voice, opening: Opening, *, plain: bool) -> str:
    """The line above the message; `plain` leaves out the cries and the additions."""
    part = voice.rng.choice(opening.subjects)
    bare = voice.say(part)
    if plain or voice.rng.random() < 0.55:
        return bare
    shape = voice.rng.choice(phrases.manners(voice.who.language)["decorations"])
    if (
        slots_of(shape) & slots_of(part)
        or (shape.startswith("Re:") and voice.who.tone != "plain")
        or (shape[:3].isupper() and voice.who.tone != "angry")
    ):
        return bare
    return (
        str(shape).replace("{s}", bare)
        if "{" not in shape.replace("{s}", "")
        else speak(shape, voice.facts | {"s": bare}, woman=voice.who.woman)
    )


def _details(voice: Voice, opening: Opening, most: int) -> tuple[list[str], bool]:
    """Sentences that add what has not been said yet; whether a picture comes with them."""
    found: list[str] = []
    picture = False
    for part in voice.rng.sample(opening.details, len(opening.details)):
        if len(found) == most:
            break
        if not (slots_of(part) & ONCE & voice.told):
            picture = picture or part.startswith(PICTURE)
            found.append(voice.say(part))
    return found, picture


def first_message(voice: Voice, topic: Topic, opening: Opening, *, blunt: bool) -> tuple[str, bool]:
    """The player's first words and whether a picture comes with them."""
    rng, tone, mine = voice.rng, voice.who.tone, phrases.manners(voice.who.language)
    matter = voice.say(opening.text)
    if blunt:
        young = matter[:1] == matter[:1].lower()
        if tone == "short" or rng.random() < 0.2:
            return matter, False
        if young:
            tail = voice.one(mine["teen_tails"]) if rng.random() < 0.7 and not topic.calm else ""
            return (f"{matter}{' ' if matter[-1] in '.!?' else ', '}{tail}" if tail else matter), False
        details, picture = _details(voice, opening, 1)
        tails = [] if topic.calm or topic.name == "harassment" else [voice.one(mine["angry_tails"])]
        return " ".join([matter, *details, *tails]), picture
    if tone == "angry":
        details, picture = _details(voice, opening, 1)
        return " ".join([matter[:1].upper() + matter[1:], *details, *([] if topic.calm else [voice.one(mine["angry_tails"])])]), picture
    details, picture = _details(voice, opening, {"plain": rng.choice([0, 1]), "long": 2}.get(tone, rng.choice([0, 1, 1])))
    greeting = voice.one(mine["greetings"].get(tone) or mine["greetings"]["plain"])
    aside = [voice.one(mine["asides"])] if tone == "long" and not topic.calm else []
    plea = (
        [voice.one(mine["pleas"])]
        if tone != "plain" and topic.name not in {"ideas", "localisation"} and (tone == "older" or rng.random() < 0.6)
        else []
    )
    closing = voice.one(mine["closings"].get(tone) or mine["closings"]["plain"])
    body = "\n\n".join(" ".join(piece) for piece in ([matter, *details], [*aside, *plea]) if piece)
    return f"{greeting}\n\n{body}\n\n{closing}", picture


def short_message(voice: Voice, part: str) -> tuple[str, bool]:
    """A further message of the player: no ceremony, now and then his name below."""
    said = voice.say(part)
    if voice.who.tone in {"polite", "older", "long"} and voice.rng.random() < 0.4:
        said = f"{said}\n\n{voice.say(voice.rng.choice(['{first}', '{first}', '{name}']))}"
    if voice.who.tone == "teen" and voice.who.language != "de" and voice.rng.random() < 0.5:
        said = said[:1].lower() + said[1:]
    return said, part.startswith(PICTURE)


_THANKS = ("Thank", "Спасибо", "danke", "dank ", "Gracias")


def reply(voice: Voice, author: Member, part: str, *, mood: str, first: bool, full_name: bool = False) -> str:
    """An operator's answer with its greeting and an end that fits. His name and the brand come from the desk.

    `mood`: glad (it is solved), sober (a question, a refusal, a serious matter) or bare.
    """
    mine, language = phrases.manners(voice.who.language), voice.who.language
    facts = voice.facts | {"operator": author.first_name(language)}
    facts |= {"first": facts["name"]} if full_name else {}
    thankful = first and not part.startswith(_THANKS)
    greetings = [one for one in mine["reply_greetings"] if thankful or len(one) < SHORT_GREETING]
    closings = [mine["reply_closings"][number] for number in CLOSINGS[mood]]
    pieces = [voice.rng.choice(greetings), part, voice.rng.choice(closings)]
    return "\n\n".join(speak(piece, facts, woman=author.woman) for piece in pieces if piece)


def asked(voice: Voice, opening: Opening) -> tuple[str, phrases.Parts] | None:
    """A question of ours whose answer the player has not given yet, and the answers that fit it."""
    open_ones = []
    for ask, given in opening.asks:
        fitting = tuple(part for part in given if not (slots_of(part) & voice.told & {"order", "account", "rank"}))
        if fitting and not (slots_of(ask) & {"order"}):
            open_ones.append((ask, fitting))
    return voice.rng.choice(open_ones) if open_ones else None
