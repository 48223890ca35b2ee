"""What people typed, without what in it speaks of one player: for when he is erased.

One weak sign proves nothing: a word that somebody else is called too is not taken for him, nor one that other tickets say, unless it is
asked of a field that knows players. What is short, or a short number, counts there alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from helpdesk.staff.rights import Right
from players.mentions import Mark, is_anothers, marks_of, mentions
from tickets.search.analysis import LONGEST, fold
from tickets.search.indexing import quoted
from tickets.search.language import shape, text_of
from tickets.search.language.having import names
from tickets.search.language.tree import Asked, Phrase, Span, Word, with_leaves
from tickets.search.models import SearchDocument, SearchWord
from tickets.search.postgres import matches

LEFT_OUT = "…"
SHORT, SHORT_NUMBER = 4, 6  # letters, digits: of a word that is his mark in any text
OF_PLAYERS = frozenset({Right.SEE_PLAYER, Right.SEE_PLAYER_CONTACT})


@dataclass
class SpokenOf:
    """What speaks of this player, as long as his name, accounts and addresses are still there."""

    player_id: int
    _marks: frozenset[Mark] = field(init=False)
    _alone: dict[Mark, bool] = field(init=False, default_factory=dict)
    _strong: dict[Mark, bool] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._marks = marks_of(self.player_id)

    def spans(self, text: str, *, of_players: bool = False) -> list[Span]:
        """Where he is spoken of. `of_players`: it is asked of a field that knows players."""
        return [Span(start, end) for mark, start, end in mentions(text, self._marks) if self._is_his(mark, of_players=of_players)]

    def name_without(self, text: str) -> str:
        """A name that somebody gave, with a sign where he was spoken of."""
        for start, end in reversed(_joined(self.spans(text))):
            text = f"{text[:start]}{LEFT_OUT}{text[end:]}"
        return text

    def query_without(self, text: str) -> str:
        """What somebody typed into a search, without the words, values and conditions that speak of him. What could not be read goes with
        them, where anything does."""
        if not any(mentions(text, self._marks)):
            return text
        hits = self.spans(text)
        tree = shape(text).tree
        left = with_leaves(tree, lambda leaf: self._left_of(leaf, hits))
        if left == tree and not hits:
            return text
        rest = text_of(left) if left else ""
        return "" if self.spans(rest) else rest

    def _left_of(self, leaf: Word | Phrase | Asked, hits: list[Span]) -> Word | Phrase | Asked | None:
        if not isinstance(leaf, Asked):
            return None if any(start < leaf.span.end and leaf.span.start < end for start, end in hits) else leaf
        asked = names().find(leaf.name)
        of_players = asked is not None and asked.right in OF_PLAYERS
        values = tuple(value for value in leaf.values if not self.spans(value.low, of_players=of_players))
        return replace(leaf, values=values) if values else None

    def _is_his(self, mark: Mark, *, of_players: bool) -> bool:
        if mark not in self._alone:
            self._alone[mark] = not is_anothers(mark, self.player_id)
        return self._alone[mark] and (of_players or len(mark) > 1 or self._is_strong(mark))

    def _is_strong(self, mark: Mark) -> bool:
        """Of a single word: whether it tells of him by itself."""
        if mark not in self._strong:
            (word,) = mark
            long = len(word) >= (SHORT_NUMBER if word.isdecimal() else SHORT)
            self._strong[mark] = long and not self._others_say(word)
        return self._strong[mark]

    def _others_say(self, word: str) -> bool:
        """Whether it stands in a ticket that is not his. His own words may stand in the index still."""
        keys = SearchWord.objects.filter(word=fold(word)[:LONGEST]).values_list("key", flat=True)
        said = " | ".join(map(quoted, keys))
        others = SearchDocument.objects.exclude(player_id=self.player_id)
        return bool(said) and others.filter(matches(said)).exists()


def _joined(spans: list[Span]) -> list[Span]:
    """What overlaps is one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(end, found[-1].end))
        else:
            found.append(Span(start, end))
    return found
