"""What the queue is asked for, part by part: the chips above its rows. Each says a condition on one field in words; what else must hold
stands there as it was typed."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from helpdesk.staff.models import User
from tickets import filters
from tickets.desk.queue.filters import Wanted
from tickets.filters import Field
from tickets.search.language import Asked, Node, Not, told, without_parts


@dataclass(frozen=True, slots=True)
class Chip:
    """A part of what must hold, by its `place` among them; None: a field that nothing is asked of.

    `words`: what it asks for. Without a `field` only the box can say that, and they are as they were typed, from `start` to before `end`.
    `rest`: what the box holds without it.
    """

    field: Field | None
    place: int | None = None
    words: str = ""
    rest: str = ""
    reverse: bool = False
    start: int = 0
    end: int = 0

    @property
    def said(self) -> str:
        """All of it, as people read it."""
        if self.field is None:
            return self.words
        if self.place is None:
            return str(self.field.label)
        said = _("%(field)s: not %(values)s") if self.reverse else _("%(field)s: %(values)s")
        return said % {"field": self.field.label, "values": self.words}


def chips(wanted: Wanted) -> list[Chip]:
    """One for each part, in the order of the text. One query where values are rows."""
    box, parts = wanted.box, list(enumerate(wanted.box.tops))
    asked = {place: found for place, part in parts if (found := asked_of(part))}
    words = dict(zip(asked, told(asked.values()), strict=True))
    return [
        Chip(
            filters.field(asked[place].field) if place in asked else None,
            place,
            words[place] if place in asked else part.span.of(box.text),
            without_parts(box, lambda other, part=part: other is part),  # type: ignore[misc]
            isinstance(part, Not),
            *part.span,
        )
        for place, part in parts
    ]


def asked_of(part: Node) -> Asked | None:
    """The condition that a part is, or the reverse of; None where it is more than that."""
    inside = part.part if isinstance(part, Not) else part
    return inside if isinstance(inside, Asked) else None


def askable(reader: User) -> list[Field]:
    """The fields that this reader may ask for, in the order of registration."""
    return [one for one in filters.registered() if one.open_to(reader)]


def laid_out(found: list[Chip], reader: User) -> list[Chip]:
    """The chips as they stand in a row: what is asked for frequently keeps its place, whether or not it is asked for."""
    frequent = [one for one in filters.registered() if one.frequent and one.open_to(reader)]
    row = [chip for one in frequent for chip in [chip for chip in found if chip.field is one] or [Chip(one)]]
    return row + [chip for chip in found if chip.field not in frequent]
