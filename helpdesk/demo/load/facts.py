"""What the two ways of making the past agree on: which stories get a team, a guess, a tag, a picture, and what a player's card says."""

from __future__ import annotations

from random import Random
from typing import Any

from helpdesk.demo.load.studio import TAGS, TEAM_OF_TOPIC
from helpdesk.demo.stories import Story


def team_of(story: Story) -> str | None:
    """Money and bans have teams of their own."""
    return TEAM_OF_TOPIC.get(story.topic)


def guessed(story: Story) -> bool:
    """Whether a machine has guessed the topic when the ticket came."""
    return story.number % 10 < 7


def tag_of(story: Story) -> str | None:
    """A few tickets carry a tag."""
    return TAGS[story.number // 17 % len(TAGS)] if story.number % 17 == 0 else None


def card_of(story: Story) -> dict[str, Any]:
    """The player's card as his game would show it."""
    who, rng = story.player, Random(story.player.account)
    return {
        "level": who.level,
        "crystals" if story.game == "emberfall" else "pearls": rng.randint(0, 9000),
        "server": who.server,
        "paid_90d": f"{rng.choice([0, 0, 4, 19, 59, 139])}.99 EUR",
        "device": who.device,
        "city": who.country,
        "version": "4.7.1" if story.game == "emberfall" else "2.12.0",
    }
