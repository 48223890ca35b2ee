"""Which language a text is in, among those that the game speaks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

ENOUGH = 12  # letters; below that a guess is worth less than the player's usual language
MOST = 2000  # characters that are looked at


@lru_cache(maxsize=32)
def _identifier(among: tuple[str, ...]) -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(among))
    return identifier


def detect(text: str, among: Sequence[str]) -> str:
    """The most likely of `among` (ISO 639-1), or "" when the text is too short or the guess too weak to act on."""
    known = tuple(sorted(set(among)))
    if len(known) < 2 or sum(map(str.isalpha, text[:MOST])) < ENOUGH:
        return ""
    language, probability = _identifier(known).classify(text[:MOST])
    return str(language) if probability >= 0.6 else ""
