"""Somebody else's server, declared: what it is called, which hosts it has, what a call may cost. Nothing else is called.

Where it fails again and again it is left alone (`base/breaker.py`), and each call leaves a line (`journal.py`).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from django.db import transaction

from helpdesk.base import clock
from helpdesk.base.breaker import LEASE, Breaker
from helpdesk.base.models import OutgoingCall, OutgoingService
from helpdesk.base.outgoing import journal
from helpdesk.base.outgoing.exchange import PORTS, Address, Answer, Refused, demand_sayable, exchange
from helpdesk.base.outgoing.network import Unreachable
from helpdesk.base.outgoing.signing import Key, signed

LONGEST = LEASE.total_seconds() - 5  # seconds of a call, so that who looks has looked before another may
Outcome = OutgoingCall.Outcome

breaker = Breaker(OutgoingService)


class Resting(Unreachable):
    """It failed again and again, and is left alone until `until`. Nobody called."""

    def __init__(self, until: datetime) -> None:
        OSError.__init__(self, "the server has failed several times and is left alone for a while")
        self.until = until


@dataclass(frozen=True, slots=True)
class Service:
    """`name` is what rows and numbers call it, `label` people. `hosts`: each with its port, if that is not the usual one.

    `seconds` and `most` (bytes of an answer) are the budget of a call. `inside`: the environment has named these hosts, so that they may
    lie in the studio's own network and speak plain HTTP.
    """

    name: str
    label: Any
    hosts: frozenset[str]
    seconds: float = field(default=10.0, kw_only=True)
    most: int = field(default=1_000_000, kw_only=True)
    inside: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9][a-z0-9_.-]{0,39}", self.name) or not 0 < self.seconds <= LONGEST:
            raise ValueError(f"a service has a short name and answers within {LONGEST} seconds: {self.name}")

    def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        sign: Sequence[Key] = (),
        what: str = "",
    ) -> Answer:
        """One request, signed with each of `sign`. Any status is an answer, a redirect too. `what`: our own word for it, for the log, of
        small letters, digits and `_.-`, so that nobody's address or name gets there: else ValueError.

        Refused before anybody is asked where this is no request for one of its hosts, Resting while it is left alone, else Unreachable.
        Never within a transaction, which would hold its locks for as long as a stranger likes: RuntimeError.
        """
        if not re.fullmatch(r"[a-z0-9_.-]{0,60}", what):
            raise ValueError("this is no word of ours for a call")
        line = OutgoingCall(service=self.name, method=method[:10], what=what, sent=len(body or b""))
        try:
            address = self._admitted(url, line)
            demand_sayable(method, headers or {})
        except Refused:
            journal.keep(line, Outcome.REFUSED)
            raise
        who = uuid4().hex
        with transaction.atomic(durable=True):
            if not breaker.may_try(self.name, who):
                raise Resting(_next_try(self.name))
        said = {**(headers or {}), **(signed(sign, method, address.target, body or b"") if sign else {})}
        began = time.monotonic()
        try:
            answer = exchange(method, address, headers=said, body=body, seconds=self.seconds, most=self.most, inside=self.inside)
        except Unreachable as error:
            self._settle(line, Outcome(error.outcome), who, began)
            raise
        line.status, line.received = answer.status, len(answer.body)
        self._settle(line, Outcome.ERROR if _failed(answer) else Outcome.ANSWERED, who, began, _pause(answer))
        return answer

    def _admitted(self, url: str, line: OutgoingCall) -> Address:
        address = Address.of(url)
        line.host = address.host[:120]
        usual = address.port == PORTS[address.scheme]
        allowed = address.place in self.hosts or (usual and address.place.rpartition(":")[0] in self.hosts)
        if not allowed or (address.scheme != "https" and not self.inside):
            raise Refused(f"{self.name} may not call {address.scheme}://{address.place}")
        return address

    def _settle(self, line: OutgoingCall, outcome: Outcome, who: str, began: float, pause: timedelta | None = None) -> None:
        line.milliseconds = int((time.monotonic() - began) * 1_000)
        journal.keep(line, outcome)
        with journal.unhurt(self.name), transaction.atomic():
            if outcome == Outcome.ANSWERED:
                breaker.back(self.name)
            else:
                breaker.gone(self.name, f"{outcome} {line.status or ''}", who=who, doubtful=pause is None, pause=pause)


def places(url: str) -> frozenset[str]:
    """The `hosts` of a service that has one address, which the settings name; none where it is no address."""
    try:
        return frozenset({Address.of(url).place})
    except Refused:
        return frozenset()


def _failed(answer: Answer) -> bool:
    """Whether an answer says that the server cannot serve anybody now: what it says of one request alone does not count."""
    return answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or (
        answer.status == HTTPStatus.TOO_MANY_REQUESTS and answer.retry_after is not None
    )


def _pause(answer: Answer) -> timedelta | None:
    return answer.retry_after if answer.status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE} else None


def _next_try(name: str) -> datetime:
    return OutgoingService.objects.filter(pk=name).values_list("next_try_at", flat=True).first() or clock.now()


_rooms: dict[str, Callable[[], Iterable[Service]]] = {}


def register(room: str, services: Callable[[], Iterable[Service]]) -> None:
    """`services()` tells which servers a room calls, as the settings or its rows name them now; called in `AppConfig.ready()`."""
    _rooms[room] = services


def services() -> dict[str, Service]:
    """All that the rooms tell of, by name."""
    return {service.name: service for tell in _rooms.values() for service in tell()}
