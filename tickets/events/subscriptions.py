"""Who hears of events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from helpdesk.base.queue import nudge
from tickets.events.kinds import Payload, known_kinds
from tickets.models import Delivery, Event, Lane

Handler = Callable[[Event], None]
MAX_DEPTH = 8  # of a chain of automation


@dataclass(frozen=True, slots=True)
class Subscription:
    """A named listener to some kinds, `when` their event matters to it. `hear` writes rows and never uses the network; it is given events
    in their order, one at a time unless it takes them in `batches`, and of a ticket the newest alone where only that matters to it.

    `outward`: what comes of it leaves the house (a mail, a push), so it hears neither of a past that is entered later nor of a replay.
    """

    name: str
    kinds: frozenset[str]
    hear: Callable[[Sequence[Event]], None]
    lane: Lane
    when: Callable[[Event], bool]
    outward: bool
    batches: bool
    newest: bool

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
    _add(Subscription(name, _named(name, kinds), lambda events: handler(events[0]), lane, when, outward, batches=False, newest=False))


def subscribe_in_batches(
    name: str,
    kinds: Iterable[type[Payload]],
    handler: Callable[[Sequence[Event]], None],
    *,
    lane: Lane = Lane.BULK,
    when: Callable[[Event], bool] = lambda _event: True,
    outward: bool = False,
    newest: bool = False,
) -> None:
    """As `subscribe`, for who writes many rows at once: `handler` gets up to 500 events in one transaction, those of a ticket in order.

    If it raises, the same events come again one by one, so that the one that cannot be heard is found and the others are heard.
    `newest`: of each ticket only the newest event that waits matters, the older ones are let go with it.
    """
    _add(Subscription(name, _named(name, kinds), handler, lane, when, outward, batches=True, newest=newest))


def _named(name: str, kinds: Iterable[type[Payload]]) -> frozenset[str]:
    wanted = frozenset(payload.kind for payload in kinds)
    if unknown := wanted - known_kinds().keys():
        raise ValueError(f"Subscriber {name} listens to undeclared kinds: {sorted(unknown)}.")
    return wanted


def _add(made: Subscription) -> None:
    if made.name in _subscriptions:
        raise ValueError(f"Two subscribers are called {made.name}.")
    _subscriptions[made.name] = made
    for kind in made.kinds:
        _by_kind[kind].append(made)


def subscription(name: str) -> Subscription | None:
    """The subscriber of this name, or None when it left the code while deliveries for it still wait."""
    return _subscriptions.get(name)


def subscribers() -> list[Subscription]:
    """All subscribers by name."""
    return [_subscriptions[name] for name in sorted(_subscriptions)]


Subscriptions = tuple[dict[str, Subscription], dict[str, list[Subscription]]]


def kept() -> Subscriptions:
    """All subscriptions as they are now, for who brings some of their own for a while: a test, a measurement."""
    return dict(_subscriptions), {kind: list(found) for kind, found in _by_kind.items()}


def restore(before: Subscriptions) -> None:
    """Only those that there were then."""
    names, kinds = before
    _subscriptions.clear()
    _subscriptions.update(names)
    _by_kind.clear()
    _by_kind.update(kinds)


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
