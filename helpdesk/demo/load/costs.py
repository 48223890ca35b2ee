"""What of the load's time each room takes, so that one who adds a room sees what it costs everybody who tries the desk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import perf_counter

BUDGET = 8  # seconds that a room may add to a load of the usual size
BESIDES = "the demo itself"


class Costs:
    """Seconds by room; what happens inside another room's turn counts for the inner one alone."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._room, self._since = BESIDES, perf_counter()

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Within the block the time is this room's; of a subscriber's name, `surveys.invite`, the room is the first part."""
        outer = self._turn_to(name.partition(".")[0])
        try:
            yield
        finally:
            self._turn_to(outer)

    def told(self) -> dict[str, float]:
        """The seconds so far, by room."""
        self._turn_to(self._room)
        return dict(self.seconds)

    def _turn_to(self, room: str) -> str:
        now, before = perf_counter(), self._room
        self.seconds[before] += now - self._since
        self._room, self._since = room, now
        return before


def line(lanes: Sequence[Mapping[str, float]]) -> str:
    """The rooms, the dearest first: what one adds to the load is what it takes of the lane in which it takes most."""
    added = {room: max(lane.get(room, 0.0) for lane in lanes) for lane in lanes for room in lane}
    dearest = sorted(added.items(), key=lambda pair: -pair[1])
    return f"Seconds by room, where a new one may add {BUDGET}: " + ", ".join(f"{room} {seconds:.1f}" for room, seconds in dearest) + "."
