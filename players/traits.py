"""The few facts of a card by which a studio counts its tickets: the player's tier and country, the platform, build and server he plays on.

An event names them by ids of a dictionary, so that it holds no text. A dictionary takes so many words and no more: a game that sends
something of its players' own there, a name or an address, must not fill it with that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from django.db import connection
from django.db.models import Q, QuerySet

from helpdesk.base.text import one_line
from helpdesk.studio.models import Game
from players.models import CardValue, Player, ProfileSnapshot

log = structlog.get_logger(__name__)

TRAITS: dict[str, tuple[str, ...]] = {  # under which names games send them
    "tier": ("tier",),
    "country": ("country",),
    "platform": ("platform", "os"),
    "build": ("version", "build"),
    "server": ("server",),
}
MOST_VALUES = 2000  # words of one trait
LONGEST = 80

_MADE = """
WITH said AS (SELECT * FROM unnest(%s::text[], %s::text[]) AS said (trait, value)),
made AS (
    INSERT INTO players_cardvalue (trait, value)
    SELECT trait, value FROM said
    WHERE NOT EXISTS (SELECT FROM players_cardvalue AS known WHERE known.trait = said.trait AND known.value = said.value)
      AND (SELECT count(*) FROM (SELECT FROM players_cardvalue AS all_of WHERE all_of.trait = said.trait LIMIT %s) AS counted) < %s
    ON CONFLICT (trait, value) WHERE NOT value = '' DO NOTHING RETURNING id, trait
)
SELECT trait, id FROM made
UNION ALL SELECT known.trait, known.id FROM players_cardvalue AS known JOIN said ON known.trait = said.trait AND known.value = said.value
"""


def traits_of(player: Player, game: Game) -> dict[str, int]:
    """What the player and his card in this game say of each trait, as ids of `CardValue`; what nobody knows is left out.

    Two statements, and none for a player who was just made. A word that does not fit into its dictionary any more is left out and told
    to the log; so is one that somebody else is adding in this very instant, until the next card.
    """
    if player.just_made:
        return {}
    cards = ProfileSnapshot.objects.filter(account__player=player, account__game=game)
    newest = cards.order_by("-account", "-taken_at", "-pk").values_list("fields", flat=True).first()
    return _ids(_said(player, newest if isinstance(newest, dict) else {}), game)


def traits_of_card(card: Mapping[str, Any], game: Game) -> list[int]:
    """What a card itself says of all of them, as ids; one statement."""
    return sorted(_ids(_words(card), game).values())


def _ids(said: Mapping[str, str], game: Game) -> dict[str, int]:
    if not said:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_MADE, [list(said), list(said.values()), MOST_VALUES, MOST_VALUES])
        ids: dict[str, int] = dict(cursor.fetchall())
    if left := said.keys() - ids.keys():
        log.warning("card_values_left_out", traits=sorted(left), game=game.pk)
    return ids


def words_of_him_alone(player_id: int) -> QuerySet[CardValue]:
    """The words of the dictionaries that no card and no row but this player's says: they may speak of him. Reads all cards."""
    player = Player.objects.get(pk=player_id)
    cards = ProfileSnapshot.objects.filter(account__player=player_id).values_list("fields", flat=True)
    his = {pair for card in (*cards, {}) for pair in _said(player, card if isinstance(card, dict) else {}).items()}
    alone = Q(pk__in=[])
    for trait, word in his:
        others = ProfileSnapshot.objects.exclude(account__player=player_id)
        said = [others.filter(**{f"fields__{name}": value}) for name in TRAITS[trait] for value in _spellings(word)]
        rows = [Player.objects.exclude(pk=player_id).filter(**{trait: word})] if trait in {"tier", "country"} else []
        if not any(found.exists() for found in (*rows, *said)):
            alone |= Q(trait=trait, value=word)
    return CardValue.objects.filter(alone)


def _spellings(word: str) -> list[str | int]:
    return [word, int(word)] if word.isascii() and word.isdecimal() and len(word) < 19 else [word]


def _said(player: Player, card: Mapping[str, Any]) -> dict[str, str]:
    """The trait's word as the card has it, else as the player's own row has it."""
    return _words({"tier": player.tier, "country": player.country}) | _words(card)


def _words(card: Mapping[str, Any]) -> dict[str, str]:
    """The trait's words. What is no short word is none."""
    words = {trait: next((card[name] for name in names if name in card), None) for trait, names in TRAITS.items()}
    return {trait: one_line(str(word), LONGEST) for trait, word in words.items() if _is_word(word)}


def _is_word(word: Any) -> bool:
    return type(word) in {str, int, float} and 0 < len(str(word).strip()) <= LONGEST and "@" not in str(word)
