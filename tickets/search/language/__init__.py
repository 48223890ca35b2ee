"""The words of a search box.

    refund "lost purchase" -paypal status:new,waiting (lang:ru OR lang:de) waiting:>4h

Words and phrases are looked for, `field:value` is asked of the registry `tickets/filters`, whatever stands side by side must hold
together. `OR` (or ИЛИ) joins its two neighbours and binds tighter than standing side by side, as in the boxes that people know: whatever
is put at the end, by hand or by a click, narrows the whole. `-`, `NOT` and НЕ turn round what follows, brackets hold together. What kinds
of values can be asked for how, `asking` says, and of dates `dates`.

`parse` reads a text and never raises: what cannot be read is a `Trouble` at its place, the rest still searches. `text_of` writes a tree
as text again and `told` a condition as people read it; `with_condition`, `with_asked` and `without` change one part of a text, `complete`
offers what may stand at the cursor, and `q_of` is the condition for PostgreSQL, given one for words.
"""

from __future__ import annotations

from tickets.search.language.completion import Suggestion, complete
from tickets.search.language.editing import with_asked, with_condition, without, without_parts
from tickets.search.language.parser import parse, shape
from tickets.search.language.sql import q_of
from tickets.search.language.told import told
from tickets.search.language.tree import NOTHING_TYPED, Asked, Either, Every, Node, Not, Parsed, Phrase, Trouble, Word
from tickets.search.language.written import asked_text, text_of

__all__ = [
    "NOTHING_TYPED",
    "Asked",
    "Either",
    "Every",
    "Node",
    "Not",
    "Parsed",
    "Phrase",
    "Suggestion",
    "Trouble",
    "Word",
    "asked_text",
    "complete",
    "parse",
    "q_of",
    "shape",
    "text_of",
    "told",
    "with_asked",
    "with_condition",
    "without",
    "without_parts",
]
