"""Text of `format=flowed` (RFC 3676): lines that end in a blank go on in the next one."""

from __future__ import annotations

import re

_DEPTH = re.compile(r"^>+")


def unflow(text: str, *, delete_space: bool) -> str:
    """Paragraphs put together again, quote levels kept apart, stuffed blanks removed; the signature line `-- ` never flows."""
    out: list[tuple[int, str, bool]] = []
    for raw in text.split("\n"):
        quote = _DEPTH.match(raw)
        depth = len(quote[0]) if quote else 0
        line = raw[depth:].removeprefix(" ")
        is_signature = line == "-- "
        flows = line.endswith(" ") and not is_signature
        if flows and delete_space:
            line = line[:-1]
        if out and out[-1][2] and out[-1][0] == depth and not is_signature:
            out[-1] = (depth, out[-1][1] + line, flows)
        else:
            out.append((depth, line, flows))
    return "\n".join((">" * depth + " " if depth else "") + line for depth, line, _ in out)
