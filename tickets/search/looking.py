"""What the words of a tree are looked for as. Both engines ask this, and so does who marks what was found.

Nothing exact found, a search may be loosened: `NEAR` takes words that are nearly the same for the same, `MOST` wants most of the words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from helpdesk.staff.models import User
from helpdesk.staff.rights import Right, has_right
from tickets.search import analysis
from tickets.search.analysis import Pattern, Term
from tickets.search.documents import Zone
from tickets.search.language.tree import Either, Every, Node, Not, Phrase, Word, leaves
from tickets.search.players import Known, known
from tickets.search.typos import near_words
from tickets.services.numbers import meant_by

Text = Word | Phrase
FEW, MANY, MOST_COMPARED = 3, 5, 8  # words, where most of them are enough
SHORTEST_BEGINNING = 3  # characters of a number or an address: of fewer too many begin so


class Loose(StrEnum):
    """How a search is loosened: not said, so as far as it must be to find anything; not at all; or so."""

    UNSAID = ""
    NO = "no"
    NEAR = "near"
    MOST = "most"


_LOOSE = frozenset({Loose.NEAR, Loose.MOST})


@dataclass(frozen=True, slots=True)
class Sought:
    """One word or phrase: as which keys it stands in texts, and whom it names."""

    pattern: Pattern
    players: Known
    whole: str = ""  # all of it, folded: what is one word however it looks, such as a ticket's number, begins with this

    @property
    def number(self) -> str:
        """As a ticket's number is written, if this may be one."""
        return analysis.fold(meant_by(self.whole)) or self.whole

    def in_zone(self, zone: Zone) -> Pattern:
        """How it is looked for in one zone."""
        if zone not in {Zone.NUMBER, Zone.SENDERS}:
            return self.pattern
        said = self.number if zone == Zone.NUMBER else self.whole
        return (Term((said,), prefix=True),) if len(said) >= SHORTEST_BEGINNING else ()


@dataclass(frozen=True)
class Look:
    """A tree with all that its words are looked for as. `near`: for each word that was taken for others, these."""

    tree: Node
    sought: Mapping[str, Sought] = field(default_factory=dict)
    loose: Loose = Loose.UNSAID
    near: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, leaf: Text) -> Sought:
        """Of one of its words."""
        return self.sought[leaf.text]

    @property
    def texts(self) -> list[Text]:
        """Its words and phrases that are wanted, without those that must not be there."""
        return _wanted(self.tree)

    @property
    def patterns(self) -> list[Pattern]:
        """What is marked in a text that was found."""
        return [self.of(leaf).pattern for leaf in self.texts]

    @property
    def crowded(self) -> list[str]:
        """Words by which more players are called than are looked through."""
        return [text for text, found in self.sought.items() if found.players.more]


def left_out(words: int) -> int:
    """How many of so many words may be missing where most of them are enough; none of a few."""
    return 0 if words < FEW else 1 if words < MANY else 2


def look(tree: Node, reader: User, *, loose: Loose = Loose.UNSAID) -> Look:
    """Two queries where the tree has words, one of them only for what is nearly the same; none where it has not."""
    texts = {leaf.text: leaf for leaf in leaves(tree) if isinstance(leaf, Word | Phrase)}
    if not texts:
        return Look(tree)
    names, addresses = has_right(reader, Right.SEE_PLAYER), has_right(reader, Right.SEE_PLAYER_CONTACT)
    people = known(texts, names=names, addresses=addresses)
    sought = {text: Sought(analysis.pattern(text), people[text], analysis.fold(text)[: analysis.LONGEST]) for text in texts}
    return loosened(Look(tree, sought), loose)


def loosened(found: Look, loose: Loose) -> Look:
    """The same, so loosened: whom its words name is known already, and what is nearly the same is asked once."""
    if found.loose in _LOOSE or loose not in _LOOSE:
        return replace(found, loose=loose)
    alike = near_words({term.word for one in found.sought.values() for term in one.pattern if term.word})
    sought = {text: replace(one, pattern=tuple(_widened(term, alike) for term in one.pattern)) for text, one in found.sought.items()}
    return Look(found.tree, sought, loose, {word: others for word, others in alike.items() if others})


def _widened(term: analysis.Term, alike: Mapping[str, tuple[str, ...]]) -> analysis.Term:
    more = [key[: analysis.LONGEST] for word in alike.get(term.word, ()) for key in analysis.stems(word)]
    return replace(term, keys=tuple(dict.fromkeys((*term.keys, *more))))


def _wanted(node: Node) -> list[Text]:
    match node:
        case Word() | Phrase():
            return [node]
        case Every(parts=parts) | Either(parts=parts):
            return [leaf for part in parts for leaf in _wanted(part)]
        case Not(part=Not(part=part)):
            return _wanted(part)
        case _:
            return []
