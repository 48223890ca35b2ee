"""What is too much for once, in pieces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, Self, TypeVar


class Sliced(Protocol):
    """A list, a tuple, bytes: what has a length and gives a part of itself."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> Self: ...


Things = TypeVar("Things", bound=Sliced)


def batched(things: Things, size: int) -> Iterator[Things]:
    """In their order, so many at once; the last ones may be fewer."""
    return (things[at : at + size] for at in range(0, len(things), size))
