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

Text = Word | Phrase


class Loose(StrEnum):
    """How a search is loosened: not said, so as far as it must be to find anything; not at all; or so."""

    UNSAID = ""
    NO = "no"
    NEAR = "near"
    MOST = "most"


@dataclass(frozen=True, slots=True)
class Sought:
    """One word or phrase: as which keys it stands in texts, and whom it names."""

    pattern: Pattern
    players: Known
    whole: str = ""  # all of it, folded: what is one word however it looks, such as a ticket's number, begins with this

    def in_zone(self, zone: Zone) -> Pattern:
        """How it is looked for in one zone."""
        if zone not in {Zone.NUMBER, Zone.SENDERS}:
            return self.pattern
        return (Term((self.whole,), prefix=True),) if self.whole else ()


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


def look(tree: Node, reader: User, *, loose: Loose = Loose.UNSAID) -> Look:
    """Two queries where the tree has words, one of them only for what is nearly the same; none where it has not."""
    texts = {leaf.text: leaf for leaf in leaves(tree) if isinstance(leaf, Word | Phrase)}
    if not texts:
        return Look(tree)
    names, addresses = has_right(reader, Right.SEE_PLAYER), has_right(reader, Right.SEE_PLAYER_CONTACT)
    people = known(texts, names=names, addresses=addresses)
    patterns = {text: analysis.pattern(text) for text in texts}
    near: dict[str, tuple[str, ...]] = {}
    if loose in {Loose.NEAR, Loose.MOST}:
        alike = near_words({term.word for pattern in patterns.values() for term in pattern if term.word})
        patterns = {text: tuple(_widened(term, alike) for term in pattern) for text, pattern in patterns.items()}
        near = {word: tuple(found) for word, found in alike.items() if found}
    return Look(tree, {text: Sought(patterns[text], people[text], analysis.fold(text)[: analysis.LONGEST]) for text in texts}, loose, near)


def _widened(term: analysis.Term, alike: Mapping[str, Mapping[str, tuple[str, ...]]]) -> analysis.Term:
    more = [key for keys in alike.get(term.word, {}).values() for key in keys]
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
