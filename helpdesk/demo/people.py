"""The players of the demo's stories: who writes, how, from what device, and the facts his sentences may name."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from helpdesk.base.text import fold
from helpdesk.demo import phrases

TONES = (("polite", 32), ("plain", 26), ("angry", 12), ("teen", 11), ("older", 6), ("long", 8), ("short", 5))
_LATIN = dict(zip("абвгдеёзийклмнопрстуфхыэ", "abvgdeezijklmnoprstufhye", strict=True))
_LATIN |= {"ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sch", "ю": "yu", "я": "ya", "ъ": "", "ь": ""}
_LATIN |= {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ñ": "n", "á": "a", "é": "e", "í": "i", "ó": "o", "ú": "u", "ı": "i", "ř": "r"}
AMOUNTS = (300, 500, 600, 800, 1200, 1500, 2400, 3000, 5000)  # whole hundreds: their grammar is the same in every language


@dataclass(frozen=True, slots=True)
class Profile:
    """A player as the desk will know him, and how he writes."""

    key: int
    name: str
    first: str
    woman: bool
    language: str
    tone: str
    email: str
    nick: str
    account: str
    level: int
    device: str
    server: str
    timezone: str
    country: str
    facts: dict[str, str] = field(hash=False)  # slot: words


def latin(text: str) -> str:
    """A name as it stands in an address."""
    spelled = "".join(_LATIN.get(letter, letter) for letter in fold(text))
    return "".join(letter for letter in spelled if letter.isascii() and letter.isalnum())


def _account(rng: Random, taken: set[str]) -> str:
    """An id that nobody else has: of some thousands drawn at random, two are the same once in thirty times."""
    while (account := str(rng.randint(1_000_000, 98_999_999))) in taken:
        pass
    taken.add(account)
    return account


def _nick(rng: Random, language: str, taken: set[str]) -> str:
    world = phrases.world()
    while True:
        if rng.random() < 0.25:
            nick = f"{rng.choice(world['nick_words'][language])}{rng.choice(['', rng.randint(2, 99), '_' + str(rng.randint(1, 9))])}"
        else:
            head, tail = rng.choice(world["nick_heads"]), rng.choice(world["nick_tails"])
            nick = f"{head}{rng.choice(['', '', '_'])}{tail}{rng.choice(['', '', rng.randint(1, 99), rng.randint(1980, 2014)])}"
        if nick not in taken:
            taken.add(nick)
            return nick


def order(rng: Random, shop: str) -> str:
    """An order number as this shop writes them."""
    if shop == "Google Play":
        return f"GPA.{rng.randint(3300, 3399)}-{rng.randint(1000, 9999)}-{rng.randint(1000, 9999)}-{rng.randint(10000, 99999)}"
    return f"NG-{rng.randint(20000, 79999)}-{rng.randint(1000, 9999)}"


def coins(language: str, amount: int, name: str) -> str:
    """An amount of the game's own money."""
    thousands = {"en": f"{amount:,}", "de": f"{amount:,}".replace(",", ".")}
    return f"{thousands.get(language, str(amount))} {name}"


def date_words(language: str, day: datetime) -> str:
    """A day as people write it."""
    tongue = phrases.world()[language]
    return str(tongue["date"]).format(day=day.day, month=tongue["months"][day.month - 1])


def profile(rng: Random, key: int, *, game: str, language: str, taken: set[str]) -> Profile:
    """A new player of this game."""
    world = phrases.world()
    tongue, play = world[language], world["games"][game]
    woman = rng.random() < 0.45
    first = rng.choice(tongue["women" if woman else "men"])
    last = rng.choice(tongue["last"])
    last = last.split("|")[-1 if woman else 0]
    nick = _nick(rng, language, taken)
    left = {0: f"{latin(first)}.{latin(last)}", 1: f"{latin(first)[:1]}{latin(last)}{rng.randint(1, 99)}", 2: latin(nick) or latin(first)}[
        rng.choice([0, 0, 1, 2])
    ]
    address = f"{left}@{rng.choice(world['domains'])}"
    while address in taken:
        address = f"{left}{rng.randint(2, 999)}@{rng.choice(world['domains'])}"
    taken.add(address)
    tone = rng.choices([name for name, _share in TONES], [share for _name, share in TONES])[0]
    city, _bar, from_city = rng.choice(tongue["cities"]).partition("|")
    account, level = _account(rng, taken), rng.randint(8, 120)
    device, server = rng.choice(world["devices"]), rng.choice(play["servers"])
    facts = {
        "name": f"{first} {last}",
        "first": first,
        "nick": nick,
        "account": account,
        "level": str(level),
        "device": device,
        "a_device": f"{'an' if device[0] in 'iX' else 'a'} {device}",
        "server": server,
        "city": city,
        "from_city": from_city or city,
        "game": play["name"],
        "mail2": f"{latin(last)}{rng.randint(70, 99)}@old-post.example",
    }
    return Profile(
        key=key,
        name=f"{first} {last}",
        first=first,
        woman=woman,
        language=language,
        tone=tone,
        email=address,
        nick=nick,
        account=account,
        level=level,
        device=device,
        server=server,
        timezone=rng.choice(tongue["zones"]),
        country=city,
        facts=facts,
    )


def facts(rng: Random, who: Profile, *, game: str, opened: datetime, patch: str, friend: str) -> dict[str, str]:
    """The slots of one matter of this player: what he bought, where it broke, when."""
    tongue = phrases.world()[who.language]
    things: dict[str, Any] = tongue[game]
    shop = rng.choice(phrases.world()["shops"])
    happened = opened - timedelta(days=rng.choice([0, 0, 1, 1, 2, 3]), hours=1)
    return who.facts | {
        "order": order(rng, shop),
        "shop": shop,
        "amount": rng.choice(tongue["money"]),
        "coins": coins(who.language, rng.choice(AMOUNTS), things["coins"]),
        "pack": rng.choice(things["packs"]),
        "place": rng.choice(things["places"]),
        "boss": rng.choice(things["bosses"]),
        "event": rng.choice(things["events"]),
        "hero": rng.choice(things["heroes"]),
        "guild": rng.choice(things["guilds"]),
        "friend": friend,
        "patch": patch,
        "rank": str(rng.randint(2, 48)),
        "date": date_words(who.language, happened),
        "time": f"{rng.randint(12, 23)}:{rng.randint(0, 59):02d}",
    }
