"""What a text is found by: one analysis for both engines, which merely keep and compare what it gives, and for what marks the finds.

A text becomes tokens, each with its place. A word is folded (case, ß = ss, ё = е, İ = ı = i, accents, letters whose marks came as signs of
their own) and stemmed in the language of the text; one in another script in that script's. What has a digit or an underscore in it, or
looks like an address, is an identifier: a version, an order number, a nickname. It stays whole and unstemmed; what stands between its
joints can be found too, and all of it without a label at its beginning (`NG-46344-1410` without `NG`). What joins words otherwise
(`in-game`, `refund/chargeback`, `l'achat`) parts them. Scripts without blanks between words become pairs of signs.

Nothing is left out: a phrase of small words is found like any other, and how common a word is the engine knows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

import Stemmer

VERSION = 2  # of all this: documents made by another are made anew by `reindex`
LONGEST = 60  # characters of a token; what is longer is found by its beginning
SHORT_NUMBER = 3  # digits: such a number is itself alone, not the beginning of others
WORDS_KEPT = 200_000  # distinct ones whose stems a process remembers

LATIN = {"en": "english", "de": "german", "es": "spanish", "fr": "french", "pt": "portuguese"}
CYRILLIC = {"ru": "russian"}
_ALWAYS = {**LATIN, **CYRILLIC}
PLURALS = {"oes": "ao", "aes": "ao", "aos": "ao", "eis": "el", "ais": "al", "ens": "em"}  # Portuguese, folded: its stemmer leaves them
SHORTEST_PLURAL = 5  # letters: `mais` and `does` are none

_SOLID = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = rf"[^\W{_SOLID}](?:[^\W{_SOLID}]|[\u0300-\u036f])*"
_PIECE = re.compile(rf"(?P<solid>[{_SOLID}][{_SOLID}\u0300-\u036f]*)|{_WORD}(?:[’'.\-_@+/:#]{_WORD})*")
_PART = re.compile(_WORD)
_LETTERS = {"ё": "е", "ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
_SPELLING = str.maketrans(_LETTERS)
_KEPT_MARKS = {"и\u0306": "й"}  # a letter of its own, not an accent
_MARKS = re.compile("[\u0300-\u036f]")
_IDENTIFIER = re.compile(r"[0-9_@]")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_VOWEL, _CONSONANT = "[аеиоуыэюя]", "[бвгджзйклмнпрстфхцчшщ]"
_FLEETING = re.compile(f"(?<={_VOWEL}{_CONSONANT})(?:[ое](?=[кгц]$)|ь(?=[гц]$))")  # подарок, подарки; деньги, денег
_FLEETING_I = re.compile(f"(?<={_VOWEL})е(?=к$)")  # настроек, настройки


class Token(NamedTuple):
    """What may be found at a place of the text. Several may stand at one place: an identifier and its parts.

    `start`, `end`: its characters in the text; `word`: folded, as a person would correct it; empty for what is no word.
    """

    key: str
    place: int
    start: int
    end: int
    word: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """What is looked for at one place: any of `keys`; with `prefix`, whatever begins with one of them."""

    keys: tuple[str, ...]
    prefix: bool = False
    word: str = ""  # of a word that may be mistyped

    def fits(self, key: str) -> bool:
        """Whether it is this."""
        return key.startswith(self.keys) if self.prefix else key in self.keys


Pattern = tuple[Term, ...]  # at places that follow each other
Heads = frozenset[str]


@lru_cache(WORDS_KEPT)
def fold(word: str) -> str:
    """How a word is compared, whoever typed it how."""
    low = unicodedata.normalize("NFC", word.casefold()).translate(_SPELLING)
    if low.isascii():
        return low
    marked = unicodedata.normalize("NFKD", low)
    for pair, letter in _KEPT_MARKS.items():
        marked = marked.replace(pair, letter)
    return unicodedata.normalize("NFC", _MARKS.sub("", marked)).translate(_SPELLING)


@cache
def _stemmer(name: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(name)


@lru_cache(WORDS_KEPT)
def _stem(word: str, name: str) -> str:
    if name == LATIN["pt"] and len(word) >= SHORTEST_PLURAL:
        word = word[:-3] + PLURALS.get(word[-3:], word[-3:])
    found = str(_stemmer(name).stemWord(word))
    return _FLEETING.sub("", _FLEETING_I.sub("й", found)) if name == CYRILLIC["ru"] else found


def stem(word: str, language: str) -> str:
    """Of a folded word in a text of this language (a tag such as "pt-BR"). What no stemmer of ours knows stays as it is."""
    spoken = language[:2].lower()
    names = CYRILLIC if _CYRILLIC.match(word) else LATIN
    if name := names.get(spoken):
        return _stem(word, name)
    if spoken in _ALWAYS or not spoken:  # a word of the other script: English in a Russian mail, or Russian in an English one
        return _stem(word, names["ru"] if names is CYRILLIC else names["en"])
    return word


@lru_cache(WORDS_KEPT)
def stems(word: str) -> tuple[str, ...]:
    """All that a folded word may be stored as, whatever the language of the text: itself first."""
    names = CYRILLIC if _CYRILLIC.match(word) else LATIN
    return tuple(dict.fromkeys((word, *(_stem(word, name) for name in names.values()))))


def tokens(text: str, language: str = "", heads: Heads | None = None) -> Iterator[Token]:
    """All of them, in their order, in linear time. `heads`: plain words that begin otherwise are passed over."""
    place = 0
    for piece in _PIECE.finditer(text):
        if heads is not None and piece[0].isalpha() and not piece["solid"] and not _begins(piece[0], heads):
            place += 1
        elif piece["solid"]:
            for token in _pairs(piece[0], piece.start(), place):
                yield token
                place = token.place + 1
        else:
            found = _of_piece(piece[0], piece.start(), place, language)
            yield from found
            place = found[-1].place + 1 if found else place


def heads(patterns: Iterable[Pattern]) -> Heads:
    """With which two letters a word may begin that fits any of these: a stem keeps them, unless it is shorter."""
    return frozenset(key[:2] for pattern in patterns for term in pattern for key in term.keys)


def _begins(word: str, heads: Heads) -> bool:
    head = fold(word[:2])
    return len(head) < 2 or head[:2] in heads or head[:1] in heads


def _of_piece(text: str, start: int, place: int, language: str) -> list[Token]:
    parts = [(fold(part[0]), part.start(), part.end()) for part in _PART.finditer(text)]
    if not _IDENTIFIER.search(text):
        return [
            Token(stem(word, language)[:LONGEST], place + nth, start + first, start + last, word)
            for nth, (word, first, last) in enumerate(parts)
        ]
    found = [Token(fold(text)[:LONGEST], place, start, start + len(text))]
    if len(parts) > 1:
        found += [Token(_key_of_part(word, language), place, start + first, start + last) for word, first, last in parts if len(word) > 2]
    if len(parts) > 2 and not _IDENTIFIER.search(parts[0][0]) and _IDENTIFIER.search(behind := text[parts[1][1] :]):
        found.append(Token(fold(behind)[:LONGEST], place, start + parts[1][1], start + len(text)))
    return found


def _key_of_part(word: str, language: str) -> str:
    return (word if _IDENTIFIER.search(word) else stem(word, language))[:LONGEST]


def _pairs(text: str, start: int, place: int) -> Iterator[Token]:
    for nth in range(max(len(text) - 1, 1)):
        pair = text[nth : nth + 2]
        yield Token(fold(pair), place + nth, start + nth, start + nth + len(pair))


def pattern(words: str) -> Pattern:
    """What one looks for who types this as one word or phrase; empty where nothing in it can be found."""
    terms: list[Term] = []
    for piece in _PIECE.finditer(words):
        if piece["solid"]:
            terms += [Term((token.key,), prefix=len(piece[0]) == 1) for token in _pairs(piece[0], 0, 0)]
        elif _IDENTIFIER.search(piece[0]):
            key = fold(piece[0])[:LONGEST]
            terms.append(Term((key,), prefix=not key.isdecimal() or len(key) > SHORT_NUMBER))
        else:
            for part in _PART.finditer(piece[0]):
                word = fold(part[0])
                terms.append(Term(tuple(each[:LONGEST] for each in stems(word)), word=word))
    return tuple(terms)


def finds(text: Sequence[Token], looked_for: Pattern) -> Iterator[tuple[int, int]]:
    """Where it stands: from which character to which. In linear time, for patterns as long as one types them."""
    if not looked_for:
        return
    at: dict[int, list[Token]] = {}
    first = looked_for[0]
    starts: list[Token] = []
    for token in text:
        at.setdefault(token.place, []).append(token)
        if first.fits(token.key):
            starts.append(token)
    for token in starts:
        end = token.end
        for step, term in enumerate(looked_for[1:], 1):
            there = next((other for other in at.get(token.place + step, ()) if term.fits(other.key)), None)
            if there is None:
                break
            end = there.end
        else:
            yield token.start, end
