"""How much of a hostile mail we look at. Nothing beyond these is lost: the raw mail is kept whole, only the reading of it stops."""

from __future__ import annotations

MAX_DEPTH = 30
"""Multiparts inside multiparts; deeper ones are kept as one file."""

MAX_PARTS = 400
"""Parts of one mail, counted over all levels; what follows is kept as one file."""

MAX_GUESSES = 20
"""Lines that might be the boundary which nobody named; each is looked for in the whole mail."""

MAX_ENVELOPE_LINES = 20
MAX_PARAMETER_BYTES = 8_000
"""The header of a part that holds its boundary or the name of its file."""

MAX_HEADERS = 1_000
MAX_HEAD_BYTES = 512_000
MAX_HEADER_BYTES = 32_000
"""One header, unfolded. A longer one is cut before it is decoded."""

MAX_TEXT_CHARS = 200_000
"""Text kept on a message and searched; about a hundred pages."""

MAX_HTML_CHARS = 1_000_000
MAX_HTML_BYTES = 16_000_000
MAX_DATA_BYTES = 16_000_000
"""HTML as it came, and what stands in it as `data:` addresses; a page is cut to MAX_HTML_CHARS when these and its style sheets are out."""

MAX_HTML_DEPTH = 400
MAX_HTML_ENTITIES = 150_000
"""A page whose every letter is written as `&#1084;` has fewer."""

MAX_HTML_REPEATS = 200_000
"""Unclosed `<b>`, `<font>`… are repeated in every following paragraph by the HTML rules; so many such repetitions are let through."""

MAX_ADDRESSES = 500
MAX_ADDRESS_BYTES = 128_000
"""All headers of one name that hold addresses; what one mailbox with its name takes at the most is MAX_MAILBOX_CHARS."""

MAX_MAILBOX_CHARS = 2_000
MAX_TEXTS_CHARS = 1_500_000
"""All texts of a mail, plain and HTML, before they are put together; what comes after them is not decoded."""

MAX_FOOTER_BYTES = 100_000
"""What somebody wrote below a part in base64."""

MAX_PIECES = 10_000
"""Of base64 that ends and begins again, and of `begin` lines of uuencoded files."""

MAX_REFERENCES = 100
MAX_MESSAGE_ID_BYTES = 990
MAX_SUBJECT_CHARS = 998
MAX_NAME_CHARS = 200

SHORTENING = frozenset(
    {
        "HTML nested too deeply",
        "parts nested too deeply",
        "text cut",
        "too many addresses",
        "too many headers",
        "too many parts",
        "too much to decode",
    }
)
"""Defects of a mail that mean: there is more in it than is shown. The message says so."""
