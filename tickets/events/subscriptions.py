"""Who hears of events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from helpdesk.base.queue import nudge
from tickets.events.kinds import Payload, known_kinds
from tickets.models import Delivery, Event, Lane

Handler = Callable[[Event], None]
MAX_DEPTH = 8  # of a chain of automation


@dataclass(frozen=True, slots=True)
class Subscription:
    """A named listener to some kinds, `when` their event matters to it. `handler` writes rows and never uses the network.

    `outward`: what comes of it leaves the house (a mail, a push), so it hears neither of a past that is entered later nor of a replay.
    """

    name: str
    kinds: frozenset[str]
    handler: Handler
    lane: Lane
    when: Callable[[Event], bool]
    outward: bool

    def hears(self, event: Event) -> bool:
        """Whether an event that is recorded now is brought to it."""
        return not (self.outward and event.backfilled) and self.when(event)


_subscriptions: dict[str, Subscription] = {}
_by_kind: dict[str, list[Subscription]] = defaultdict(list)


def subscribe(
    name: str,
    kinds: Iterable[type[Payload]],
    handler: Handler,
    *,
    lane: Lane = Lane.NOW,
    when: Callable[[Event], bool] = lambda _event: True,
    outward: bool = False,
) -> None:
    """Listen to `kinds`, from this deploy on; the past comes by an explicit replay. Called in `AppConfig.ready()`.

    `when` looks at the event alone and asks no table: what it turns away costs no delivery. It is asked when the event is recorded,
    replayed and brought. ValueError for a name that is taken, or a kind that nobody declared.
    """
    if name in _subscriptions:
        raise ValueError(f"Two subscribers are called {name}.")
    wanted = frozenset(payload.kind for payload in kinds)
    if unknown := wanted - known_kinds().keys():
        raise ValueError(f"Subscriber {name} listens to undeclared kinds: {sorted(unknown)}.")
    made = _subscriptions[name] = Subscription(name, wanted, handler, lane, when, outward)
    for kind in wanted:
        _by_kind[kind].append(made)


def subscription(name: str) -> Subscription | None:
    """The subscriber of this name, or None when it left the code while deliveries for it still wait."""
    return _subscriptions.get(name)


def subscribers() -> list[Subscription]:
    """All subscribers by name."""
    return [_subscriptions[name] for name in sorted(_subscriptions)]


def ears(event: Event) -> list[Subscription]:
    """Who hears of an event that is recorded now."""
    return [ear for ear in _by_kind[event.kind] if ear.hears(event)]


def replay(subscriber: str, events: Iterable[Event]) -> int:
    """Let a subscriber hear past events (again), in bulk; returns how many deliveries were written.

    ValueError for one that speaks to the outside: what it said once it does not say again.
    """
    if _subscriptions[subscriber].outward:
        raise ValueError(f"{subscriber} speaks to the outside world; it hears no replay.")
    return deliver(subscriber, events)


def deliver(subscriber: str, events: Iterable[Event]) -> int:
    """Bring events to a subscriber whose time for them has come only now, as a timer of its own room says. Once each while they wait."""
    ear = _subscriptions[subscriber]
    wanted = [event for event in events if ear.when(event)]
    waiting = set(Delivery.objects.filter(subscriber=subscriber, event__in=wanted).values_list("event_id", flat=True))
    made = Delivery.objects.bulk_create(
        [
            Delivery(event=event, subscriber=subscriber, lane=Lane.BULK, ticket_id=event.ticket_id, subject=event.subject)
            for event in wanted
            if event.pk not in waiting
        ],
        ignore_conflicts=True,
    )
    nudge("tickets.drain_bulk", queue="bulk")
    return len(made)
