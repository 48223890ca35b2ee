"""One part of a text put, changed or taken away, with the rest as it was: box, marks and address are one state."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from helpdesk.staff.models import User
from tickets.filters import field
from tickets.search.language.parser import parse
from tickets.search.language.tree import Asked, Node, Not, Parsed, Value, every
from tickets.search.language.written import asked_text, text_of


def with_condition(text: str, name: str, values: Sequence[str], reader: User) -> str:
    """The text that asks for one of these values of a field, and for nothing else of it."""
    return with_asked(parse(text, reader), asked_text(name, map(Value, values)), _on(name))


def with_asked(parsed: Parsed, asked: str, goes: Callable[[Node], bool]) -> str:
    """The text that asks for this too, and for nothing that must hold and goes."""
    rest = without_parts(parsed, goes)
    if not parsed.troubles:
        return f"{rest} {asked}".strip()
    if not parsed.text[: parsed.troubles[0].start].strip():  # a join at the beginning would take hold of what is put before it
        rest = text_of(every(part for part in parsed.tops if not goes(part)))
    return f"{asked} {rest}".strip()


def without(text: str, name: str, reader: User) -> str:
    """The text that asks nothing of this field, where that must hold by itself: what stands in a choice stays."""
    return without_parts(parse(text, reader), _on(name))


def without_parts(parsed: Parsed, goes: Callable[[Node], bool]) -> str:
    """The text without what must hold and goes. What could not be read stays where it is; where there is no such thing, the rest is
    written anew, so that no bracket is left around nothing."""
    if not parsed.troubles:
        return text_of(every(part for part in parsed.tops if not goes(part)))
    text = parsed.text
    for part in reversed(parsed.tops):
        if goes(part):
            text = f"{text[: part.span.start].rstrip()} {text[part.span.end :].lstrip()}".strip()
    return text


def _on(name: str) -> Callable[[Node], bool]:
    """Whether a part is a condition on this field, or its reverse."""
    own = field(name).name

    def asks(node: Node) -> bool:
        node = node.part if isinstance(node, Not) else node
        return isinstance(node, Asked) and node.field == own

    return asks
