"""TXT records as resolvers really answer, and as somebody would who means us harm."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.base import dns

Reply = Callable[[bytes], bytes]


def records(query: bytes, *found: str, flags: int = 0x8180) -> bytes:
    """An answer whose records point back at the question's name, each text in strings of 255 bytes."""
    end = query.index(b"\0", 12) + 5
    body = b""
    for text in found:
        raw = text.encode()
        data = b"".join(bytes([len(piece)]) + piece for piece in (raw[start : start + 255] for start in range(0, len(raw) or 1, 255)))
        body += b"\xc0\x0c" + struct.pack("!HHIH", 16, 1, 60, len(data)) + data
    return query[:2] + struct.pack("!5H", flags, 1, len(found), 0, 0) + query[12:end] + body


def _on_one_port() -> tuple[socket.socket, socket.socket]:
    """Both kinds of lines on a port that is free for either; what is free for one, another test's connection may have of the other."""
    for _try in range(50):
        udp, tcp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), socket.socket()
        with suppress(OSError):
            tcp.bind(("127.0.0.1", 0))
            udp.bind(tcp.getsockname())
            tcp.listen()
            return udp, tcp
        udp.close()
        tcp.close()
    raise OSError("No port is free for both.")


@pytest.fixture
def serve() -> Iterator[Callable[[Reply], tuple[str, int]]]:
    """A resolver on this machine, by UDP and TCP on one port."""
    lines: list[socket.socket] = []

    def served(reply: Reply, by_tcp: Reply | None = None) -> tuple[str, int]:
        udp, tcp = _on_one_port()
        lines.extend((udp, tcp))

        def datagrams() -> None:
            while True:
                try:
                    query, who = udp.recvfrom(2_000)
                    udp.sendto(reply(query), who)
                except OSError:
                    return

        def streams() -> None:
            try:
                line, _who = tcp.accept()
            except OSError:
                return
            with line:
                query = line.recv(2_000)[2:]
                answer = (by_tcp or reply)(query)
                line.sendall(struct.pack("!H", len(answer)) + answer)

        for work in (datagrams, streams):
            Thread(target=work, daemon=True).start()
        host, port = udp.getsockname()
        return host, port

    yield served
    for line in lines:
        line.close()


def ask(server: tuple[str, int], name: str = "ember.example", seconds: float = 2.0) -> list[str]:
    return dns.texts(name, until=time.monotonic() + seconds, servers=[server])


def test_texts_come_whole(serve) -> None:
    long = "v=DKIM1; p=" + "A" * 500

    assert ask(serve(lambda query: records(query, "v=spf1 -all", long))) == ["v=spf1 -all", long]


def test_a_name_that_is_not_there_has_none(serve) -> None:
    assert ask(serve(lambda query: records(query, flags=0x8183))) == []


def test_what_does_not_fit_is_asked_for_again(serve) -> None:
    cut, many = (lambda query: records(query, flags=0x8380)), [f"text {number} {'x' * 200}" for number in range(20)]

    assert ask(serve(cut, lambda query: records(query, *many))) == many


def test_who_refuses_or_is_silent_is_no_answer(serve) -> None:
    with pytest.raises(dns.NoAnswer, match="refused"):
        ask(serve(lambda query: records(query, flags=0x8182)))
    began = time.monotonic()
    with pytest.raises(dns.NoAnswer):
        ask(serve(lambda query: (_ for _ in ()).throw(OSError())), seconds=0.3)
    assert time.monotonic() - began < 1.5


def test_the_next_resolver_is_asked(serve) -> None:
    bad, good = serve(lambda query: records(query, flags=0x8182)), serve(lambda query: records(query, "here"))

    assert dns.texts("ember.example", until=time.monotonic() + 2, servers=[bad, good]) == ["here"]


@pytest.mark.parametrize(
    "forge",
    [
        lambda query: b"\0\0" + records(query, "lie")[2:],
        lambda query: records(query.replace(b"ember", b"amber"), "lie"),
        lambda query: query,
        lambda query: records(query, "lie")[:-2],
        lambda query: query[:3],
    ],
    ids=["another id", "another name", "an echo", "cut", "a stump"],
)
def test_an_answer_to_nothing_is_not_believed(serve, forge: Reply) -> None:
    with pytest.raises(dns.NoAnswer):
        ask(serve(forge))


@pytest.mark.parametrize("name", ["", ".", "a..b", "x" * 64 + ".example", "a." * 140 + "example"])
def test_what_is_no_name_is_asked_of_nobody(name: str) -> None:
    with pytest.raises(dns.NoAnswer):
        ask(("127.0.0.1", 9), name)


@given(st.binary(max_size=300), st.integers(0, 40))
def test_no_bytes_break_the_reader(rest: bytes, answers: int) -> None:
    question = dns._question("ember.example")
    answer = b"\1\2" + struct.pack("!5H", 0x8180, 1, answers, 0, 0) + question + rest
    try:
        found = dns._read(answer, question)
    except (OSError, ValueError, IndexError, struct.error):
        return
    assert all(len(text) <= dns.LONGEST_TEXT for text in found)
