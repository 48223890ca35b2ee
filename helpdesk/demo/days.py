"""When things happen in the demo's two months: busy hours, weekends, the two patch days, and when somebody sits at the desk."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

SPAN = 60  # days
PATCH_DAYS = {"emberfall": 37, "tideborn": 10}  # days before the end
SWELL = (5.0, 3.0, 1.8)  # on the patch day and the two after it, for that game
_HOURS = (3, 2, 2, 1, 1, 1, 2, 3, 4, 5, 6, 6, 7, 7, 7, 8, 9, 10, 12, 13, 13, 12, 9, 6)
_WEEK = (1.0, 0.95, 0.95, 1.0, 1.1, 1.3, 1.35)
OPENS, CLOSES = 6, 22  # the desk's hours, UTC


def swell(game: str, days_ago: int) -> float:
    """How many times the usual mail comes for this game on that day."""
    since = PATCH_DAYS[game] - days_ago
    return SWELL[since] if 0 <= since < len(SWELL) else 1.0


def moments(rng: Random, count: int, *, games: dict[str, float], until: datetime) -> list[tuple[datetime, str]]:
    """`count` moments with a game each, oldest first, in the last sixty days before `until`."""
    slots, weights = [], []
    for days_ago in range(SPAN):
        day = until - timedelta(days=days_ago)
        for game, share in games.items():
            slots.append((days_ago, game))
            weights.append(share * _WEEK[day.weekday()] * swell(game, days_ago))
    found = []
    for days_ago, game in rng.choices(slots, weights, k=count):
        while True:
            day = (until - timedelta(days=days_ago)).replace(minute=0, second=0, microsecond=0)
            hour = rng.choices(range(24), _HOURS)[0]
            at = day.replace(hour=hour) + timedelta(minutes=rng.randint(0, 59), seconds=rng.randint(0, 59))
            if at > until:
                at -= timedelta(days=1)
            if until - timedelta(days=SPAN) <= at < until - timedelta(minutes=4):
                break
        found.append((at, game))
    return sorted(found)


def at_the_desk(rng: Random, at: datetime) -> datetime:
    """`at`, or the next morning's work if nobody is there then."""
    if OPENS <= at.hour < CLOSES:
        return at
    morning = at if at.hour < OPENS else at + timedelta(days=1)
    return morning.replace(hour=OPENS, minute=0) + timedelta(minutes=rng.randint(3, 170))


def patch_at(game: str, at: datetime, until: datetime, patches: list[str]) -> str:
    """The version that players have at this moment."""
    patched = until - timedelta(days=PATCH_DAYS[game] + 1)
    return patches[-1] if at >= patched else patches[-2]
