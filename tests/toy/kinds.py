"""What happens to a wish, as an event of its ticket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from tests.toy.rights import PLAY
from tickets.events.kinds import Of, Payload, fact, kind
from tickets.events.lines import Line, Names
from tickets.models import Event

WishId = Annotated[int, Of("toy.Wish")]


@kind("toy.wished", right=PLAY)
@dataclass(frozen=True, slots=True, kw_only=True)
class ToyWished(Payload):
    """The player wished for a toy."""

    wish: WishId = fact("which")

    def line(self, event: Event, names: Names) -> Line:
        return Line("puzzle", "wishes for a toy")
