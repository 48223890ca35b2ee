"""Topics by which a role may be limited. They are kept in a room above, which says here what there is."""

from __future__ import annotations

from collections.abc import Callable

Choices = list[tuple[str, str]]  # short name, name


def _none() -> Choices:
    return []


_known: list[Callable[[], Choices]] = [_none]


def offer(known: Callable[[], Choices]) -> None:
    """Register who knows the topics, in `AppConfig.ready()`."""
    _known[0] = known


def topic_choices() -> Choices:
    """Every topic that a grant may name today."""
    return _known[0]()
