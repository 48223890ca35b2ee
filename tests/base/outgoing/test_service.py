"""A declared server: only its hosts are called, what fails again and again is left alone by all, and each call leaves a line."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from helpdesk.base import outgoing
from helpdesk.base.models import OutgoingCall, OutgoingService
from helpdesk.base.outgoing import Refused, Resting, Service, Unreachable, journal
from helpdesk.base.outgoing.signing import Key, verify
from tests.base.outgoing.stranger import Stranger, said
from tests.conftest import Travel

pytestmark = pytest.mark.django_db


def outcomes() -> list[str]:
    return list(OutgoingCall.objects.order_by("pk").values_list("outcome", flat=True))


def failing(other: Stranger, times: int = 2, status: str = "503 Busy", *headers: str) -> Service:
    other.answer = lambda path: [said(status, *headers)]
    for _time in range(times):
        other.service().call("GET", other.url)
    return other.service()


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/", "http://127.0.0.1:1/", "https://api.example.evil.example/", "https://api.example:8443/",
        "http://api.example/", "api.example",
    ],
)  # fmt: skip
def test_another_host_is_refused_before_anybody_is_asked(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.getaddrinfo", lambda *_args, **_more: pytest.fail("a name was looked up"))
    service = Service("api", "API", frozenset({"api.example", "127.0.0.1:2"}))

    with pytest.raises(Refused):
        service.call("GET", url)

    assert outcomes() == ["refused"] and not OutgoingService.objects.exists()


def test_its_own_hosts_are_called_with_the_usual_port_or_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def resolver(host: str, port: int, **_more: Any) -> list[Any]:
        asked.append((host, port))
        raise OSError

    monkeypatch.setattr("socket.getaddrinfo", resolver)
    service = Service("api", "API", frozenset({"api.example", "other.example:8443"}))

    for url in ("https://API.example/v1", "https://api.example:443/", "https://other.example:8443/"):
        with pytest.raises(Unreachable):
            service.call("GET", url)
        outgoing.breaker.back("api")

    assert asked == [("api.example", 443), ("api.example", 443), ("other.example", 8443)]


def test_a_call_leaves_a_line_without_a_word_of_what_was_said(other: Stranger) -> None:
    other.answer = lambda path: [b"HTTP/1.1 200 OK\r\nX-Word: hush1\r\n\r\nhush2"]

    other.service().call("POST", f"{other.url}/hush3?q=hush4", headers={"Authorization": "hush5"}, body=b"hush6", what="suppressions")

    row = OutgoingCall.objects.get()
    assert (row.service, row.method, row.host, row.what, row.outcome) == ("stranger", "POST", "127.0.0.1", "suppressions", "answered")
    assert (row.status, row.sent, row.received, row.milliseconds < 5_000) == (200, 5, 5, True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT o::text FROM base_outgoingcall o")
        assert "hush" not in str(cursor.fetchall())


@pytest.mark.parametrize("what", ["tamsin@mail.example", "/bounces/tamsin", "Tamsin", "two words", "x" * 61])
def test_the_word_for_a_call_can_be_nobodys_name(other: Stranger, what: str) -> None:
    with pytest.raises(ValueError, match="no word of ours"):
        other.service().call("GET", other.url, what=what)

    assert (other.heard, outcomes()) == ([], [])


def test_what_fails_twice_in_a_row_is_left_alone(other: Stranger, travel: Travel) -> None:
    service = failing(other)

    with pytest.raises(Resting) as resting:
        service.call("GET", other.url)

    assert resting.value.until == travel.moment + timedelta(seconds=30)
    assert (len(other.heard), outcomes()) == (2, ["error", "error"])


def test_the_pauses_grow_and_success_ends_them(other: Stranger, travel: Travel) -> None:
    service, pauses = failing(other), []
    for _try in range(20):
        row = OutgoingService.objects.get()
        assert row.next_try_at
        pauses.append((row.next_try_at - travel.moment).total_seconds())
        travel.forward(seconds=pauses[-1])
        service.call("GET", other.url)
    assert pauses[0] == 30 and pauses[-1] > 200 and pauses == sorted(pauses)

    travel.forward(hours=1)
    other.answer = lambda path: [said("200 OK")]
    service.call("GET", other.url)
    service.call("GET", other.url)

    assert outgoing.breaker.away() == {}


def test_an_answer_between_begins_the_count_anew(other: Stranger) -> None:
    for status in ("500 No", "200 OK", "500 No", "404 None", "500 No"):
        failing(other, 1, status)

    assert outgoing.breaker.away() == {}


@pytest.mark.parametrize("status", ["400 No", "401 No", "404 None", "422 No", "429 Often", "302 Away"])
def test_what_is_about_one_request_is_no_failure(other: Stranger, status: str) -> None:
    failing(other, 3, status)

    assert (outgoing.breaker.away(), set(outcomes())) == ({}, {"answered"})


@pytest.mark.parametrize(("wish", "pause"), [("120", 120), ("0", 1), ("86400", 3600), ("Mon, 05 Oct 2026 09:05:00 GMT", 300)])
@pytest.mark.parametrize("status", ["429 Often", "503 Busy"])
def test_who_says_when_to_come_again_is_left_alone_until_then(other: Stranger, travel: Travel, status: str, wish: str, pause: int) -> None:
    service = failing(other, 1, status, f"Retry-After: {wish}")

    with pytest.raises(Resting) as resting:
        service.call("GET", other.url)

    assert resting.value.until == travel.moment + timedelta(seconds=pause)


@pytest.mark.parametrize(
    ("pieces", "outcome"),
    [([b""], "unreachable"), ([b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 3_000], "large"), ([b"\xff\xff\r\n\r\n"], "garbled")],
)
def test_no_answer_at_all_is_a_failure(other: Stranger, pieces: list[bytes], outcome: str) -> None:
    other.answer = lambda path: pieces
    for _time in range(2):
        with pytest.raises(Unreachable):
            other.service(most=2_000).call("GET", other.url)

    assert (outcomes(), list(outgoing.breaker.away())) == ([outcome, outcome], ["stranger"])


def test_who_is_too_slow_is_a_failure(other: Stranger) -> None:
    other.answer = lambda path: other.drip(b"x")
    for _time in range(2):
        with pytest.raises(Unreachable):
            other.service(seconds=0.1).call("GET", other.url)

    assert (outcomes(), list(outgoing.breaker.away())) == (["slow", "slow"], ["stranger"])


def test_a_name_that_leads_inside_looks_like_one_that_leads_nowhere(other: Stranger) -> None:
    service = Service("inside", "Inside", frozenset({"localhost:5432", "no-such-name.invalid"}))

    for url in ("https://localhost:5432/", "https://no-such-name.invalid/"):
        with pytest.raises(Unreachable, match="cannot be reached"):
            service.call("GET", url)

    assert outcomes() == ["unreachable", "unreachable"]


def test_a_second_look_at_the_name_is_never_taken(other: Stranger, monkeypatch: pytest.MonkeyPatch) -> None:
    """A resolver that answers with an open address first and with one inside afterwards leads nobody inside."""
    answers = iter(["9.9.9.9", "127.0.0.1"])
    called = []
    monkeypatch.setattr("socket.getaddrinfo", lambda host, port, **_more: [(2, 1, 6, "", (next(answers), port))])
    monkeypatch.setattr("socket.socket.connect", lambda _line, address: called.append(address[0]))

    with pytest.raises(Unreachable):
        Service("api", "API", frozenset({"api.example"}), seconds=0.5).call("GET", "https://api.example/")

    assert called == ["9.9.9.9"]


def test_one_that_is_away_holds_up_no_other(other: Stranger) -> None:
    failing(other)
    other.answer = lambda path: [said("200 OK")]

    assert Service("another", "Another", frozenset({f"127.0.0.1:{other.port}"}), inside=True).call("GET", other.url).status == 200


def test_somebody_may_have_it_tried_at_once(other: Stranger, travel: Travel) -> None:
    service = failing(other)

    assert outgoing.breaker.hurry("stranger") and not outgoing.breaker.hurry("unknown")
    other.answer = lambda path: [said("200 OK")]

    assert service.call("GET", other.url).status == 200


def test_a_call_is_signed_as_it_is_sent(other: Stranger) -> None:
    key = Key("stranger.1", b"a secret of both")

    other.service().call("POST", f"{other.url}/hooks?game=ember", body=b"{}", sign=[key])

    line = next(line for line in other.heard[0].split(b"\r\n") if line.startswith(b"Helpdesk-Signature: "))
    signature = line.partition(b": ")[2].decode()
    assert verify(signature, keys=[key], method="POST", target="/hooks?game=ember", body=b"{}", once=lambda _nonce, _until: True) == key


@pytest.mark.django_db(transaction=True)
def test_nobody_is_called_within_a_transaction(other: Stranger) -> None:
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        other.service().call("GET", other.url)

    assert other.heard == []


def test_a_log_that_cannot_be_written_fails_no_call(other: Stranger, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any, **_more: Any) -> None:
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(OutgoingCall, "save", refuse)
    monkeypatch.setattr("helpdesk.base.outgoing.service.Breaker.back", refuse)

    assert other.service().call("GET", other.url).status == 200


def test_the_numbers_tell_of_calls_and_of_who_is_left_alone(other: Stranger, client: Client, travel: Travel) -> None:
    failing(other)
    travel.forward(minutes=5)

    told = client.get("/metrics").content.decode()

    assert 'helpdesk_outgoing_calls{outcome="error",service="stranger"} 2.0' in told
    assert 'helpdesk_outgoing_resting_seconds{service="stranger"} 300.0' in told
    assert "helpdesk_unread_numbers{" not in told


def test_old_lines_go_and_what_is_known_of_servers_that_nobody_calls(other: Stranger, travel: Travel) -> None:
    failing(other)
    travel.forward(days=13)
    assert journal.drop_old(seconds=5) == 0
    other.answer = lambda path: [said("200 OK")]
    other.service().call("GET", other.url)
    travel.forward(days=2)

    assert journal.drop_old(seconds=5) == 2

    assert (outcomes(), OutgoingService.objects.count()) == (["answered"], 0)


@pytest.mark.parametrize(("name", "seconds"), [("", 5), ("Api", 5), ("x" * 41, 5), ("a b", 5), ("api", 0), ("api", 60)])
def test_a_service_has_a_short_name_and_little_time(name: str, seconds: float) -> None:
    with pytest.raises(ValueError, match="short name"):
        Service(name, "API", frozenset({"api.example"}), seconds=seconds)
