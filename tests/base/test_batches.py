"""Many things in pieces."""

from __future__ import annotations

import pytest

from helpdesk.base.batches import batched


@pytest.mark.parametrize(
    ("things", "pieces"),
    [
        ([1, 2, 3, 4, 5], [[1, 2], [3, 4], [5]]),
        ((1, 2), [(1, 2)]),
        (b"abc", [b"ab", b"c"]),
        ([], []),
    ],
)
def test_they_come_in_their_order_and_as_what_they_are(things: list[int], pieces: list[list[int]]) -> None:
    assert list(batched(things, 2)) == pieces
