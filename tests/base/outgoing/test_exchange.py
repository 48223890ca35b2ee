"""A call has a budget of seconds and bytes, follows nobody, and says nothing that it was not told to say."""

from __future__ import annotations

import time
from datetime import timedelta
from itertools import chain

import pytest

from helpdesk.base.outgoing.exchange import Address, Answer, Garbled, Refused, TooLarge, TooSlow, demand_sayable, exchange
from helpdesk.base.outgoing.network import Inside, Unreachable
from tests.base.outgoing.stranger import OK, Stranger, said
from tests.conftest import Travel

LARGE = [b"x" * 50_000] * 60
ENDLESS_CHUNK = [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", *[b"x" * 500_000] * 20]


def ask(other: Stranger, *, path: str = "/", body: bytes | None = None, seconds: float = 5.0, most: int = 1_000_000) -> Answer:
    address = Address.of(other.url + path)
    return exchange("POST" if body else "GET", address, headers={}, body=body, seconds=seconds, most=most, inside=True)


def test_a_call_brings_an_answer_and_follows_nobody(other: Stranger) -> None:
    assert ask(other) == Answer(200, b"x")

    other.answer = lambda path: [said("302 Found", f"Location: {other.url}/elsewhere")]
    assert ask(other, path="/away?to=there").status == 302
    assert [head.split(b" ")[1] for head in other.heard] == [b"/", b"/away?to=there"]


def test_what_is_said_arrives_whole(other: Stranger) -> None:
    body = b"\x00words" * 100_000

    ask(other, body=body)

    assert other.heard[0].endswith(b"\r\n\r\n" + body) and b"Connection: close" in other.heard[0]


def test_who_keeps_the_line_open_after_his_answer_is_not_waited_for(other: Stranger) -> None:
    other.answer = lambda path: chain([b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"], other.drip(b""))
    began = time.monotonic()

    assert ask(other).body == b"x" and time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("pieces", "trouble"),
    [
        ([b"HTTP/1.1 200 OK\r\n\r\n", *LARGE], TooLarge),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 900000000\r\n\r\n"], TooLarge),
        (ENDLESS_CHUNK, TooLarge),
        ([b"HTTP/1.1 200 OK\r\n", *[b"A: " + b"x" * 60_000 + b"\r\n"] * 200], Unreachable),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx"], Garbled),
        ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nx"], Garbled),
        ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx"], Garbled),
        ([b"\x00\xff no words\r\n\r\n"], Garbled),
        ([b"HTTP/1.1 two hundred\r\n\r\n"], Garbled),
        ([b""], Unreachable),
    ],
    ids=[
        "large",
        "said to be large",
        "endless chunk",
        "endless head",
        "cut off",
        "cut chunk",
        "no chunk",
        "no words",
        "no number",
        "silent",
    ],
)
def test_what_is_too_large_or_makes_no_sense_is_no_answer(other: Stranger, pieces: list[bytes], trouble: type[Exception]) -> None:
    other.answer = lambda path: pieces

    with pytest.raises(trouble) as raised:
        ask(other)

    assert str(raised.value) == "the server cannot be reached"


@pytest.mark.parametrize(
    ("begin", "piece"),
    [(b"", b"H"), (b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"), (b"", b"HTTP/1.1 100 Go on\r\n\r\n"), (b"HTTP/1.1 200 OK\r\n\r\n", b"x")],
    ids=["status", "headers", "go on", "body"],
)
def test_who_drips_holds_nobody_for_longer_than_the_budget(other: Stranger, begin: bytes, piece: bytes) -> None:
    other.answer = lambda path: chain([begin], other.drip(piece))
    began = time.monotonic()

    with pytest.raises(Unreachable):
        ask(other, seconds=0.4)

    assert time.monotonic() - began < 2


def test_who_answers_nothing_to_a_secure_greeting_holds_nobody(other: Stranger) -> None:
    address = Address("https", "127.0.0.1", other.port, "/")

    with pytest.raises(TooSlow):
        exchange("GET", address, headers={}, body=None, seconds=0.3, most=100, inside=True)


def test_a_call_to_the_open_leads_nowhere_inside(other: Stranger) -> None:
    with pytest.raises(Inside):
        exchange("GET", Address.of(other.url), headers={}, body=None, seconds=1, most=100, inside=False)
    assert other.heard == []


@pytest.mark.parametrize(
    "url",
    [
        "", "/path", "ftp://api.example/", "file:///etc/passwd", "https://", "https://user:word@api.example/", "https://api.example:99999/",
        "https://api.example/a b", "https://api.example/\u00e9", "https://[::1/", "https://api.example/?q=\u0000", "gopher://api.example",
    ],
)  # fmt: skip
def test_what_is_no_address_is_not_called(url: str) -> None:
    with pytest.raises(Refused):
        Address.of(url)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://API.example./v3?x=1", "api.example:443"),
        ("http://api.example", "api.example:80"),
        ("https://api.example:8443/", "api.example:8443"),
        ("https://[2620:FE::fe]/", "[2620:fe::fe]:443"),
        ("https://api.example\\@evil.example/", ""),
        ("https://evil.example#@api.example/", "evil.example:443"),
    ],
)
def test_an_address_is_read_as_it_is_called(url: str, place: str) -> None:
    if place:
        assert Address.of(url).place == place
    else:
        with pytest.raises(Refused):
            Address.of(url)


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET /x HTTP/1.1\r\nX:", {}),
        ("get", {}),
        ("GET", {"X-Word": "one\r\nX-Other: two"}),
        ("GET", {"X-Word\r\n": "one"}),
        ("GET", {"X-Word": "слово"}),
        ("GET", {"host": "evil.example"}),
        ("POST", {"Content-Length": "3"}),
    ],
)
def test_nothing_is_said_beside_a_request(method: str, headers: dict[str, str]) -> None:
    with pytest.raises(Refused):
        demand_sayable(method, headers)


@pytest.mark.parametrize(
    ("word", "after"),
    [
        ("120", timedelta(minutes=2)),
        ("Mon, 05 Oct 2026 09:10:00 GMT", timedelta(minutes=10)),
        ("Mon, 05 Oct 2020 09:10:00 GMT", timedelta()),
        ("-5", None),
        ("soon", None),
        ("9" * 400, None),
        ("Mon, 99 Oct 99999 99:99:99 GMT", None),
    ],
)
def test_when_to_come_again_is_read_or_left_alone(other: Stranger, travel: Travel, word: str, after: timedelta | None) -> None:
    other.answer = lambda path: [said("503 Busy", f"Retry-After: {word}")]

    assert ask(other).retry_after == after


def test_without_that_word_there_is_none(other: Stranger) -> None:
    other.answer = lambda path: [OK]

    assert ask(other).retry_after is None
