"""What leaves the house goes to addresses in the open, the ones that were looked up, and tells nothing of others."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.base import outgoing

INSIDE = [
    "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.9", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "192.0.2.7", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::3", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "2002:0a00:0001::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "no address", "",
]  # fmt: skip
OUTSIDE = ["9.9.9.9", "1.1.1.1", "81.200.64.50", "2620:fe::fe", "2606:4700:4700::1111", "64:ff9b::909:909"]


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside_are_known(address: str):
    assert not outgoing.is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_addresses_in_the_open_are_known(address: str):
    assert outgoing.is_public(address)


@given(st.ip_addresses(v=4))
def test_an_address_in_an_address_is_judged_like_it(address: ipaddress.IPv4Address):
    for hidden in (f"::ffff:{address}", f"64:ff9b::{address}", str(ipaddress.IPv6Address((0x2002 << 112) | (int(address) << 80)))):
        assert not outgoing.is_public(hidden) or outgoing.is_public(str(address))


def answers(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[int]:
    """The resolver gives these, and counts how often it is asked."""
    asked: list[int] = []

    def resolver(host: str, port: int, **more: Any) -> list[Any]:
        asked.append(port)
        return [(socket.AF_INET6 if ":" in each else socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

    monkeypatch.setattr("socket.getaddrinfo", resolver)
    return asked


def test_a_name_that_leads_inside_is_refused(monkeypatch: pytest.MonkeyPatch):
    answers(monkeypatch, "10.0.0.5")

    with pytest.raises(outgoing.Inside):
        outgoing.look_up("imap.mail.example", 993)
    assert [target.ip for target in outgoing.look_up("imap.mail.example", 993, inside=True)] == ["10.0.0.5"]


def test_of_several_addresses_those_inside_are_left_out(monkeypatch: pytest.MonkeyPatch):
    answers(monkeypatch, "127.0.0.1", "9.9.9.9")

    assert [target.ip for target in outgoing.look_up("imap.mail.example", 993)] == ["9.9.9.9"]


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_it_calls_what_it_has_looked_up_and_asks_once(monkeypatch: pytest.MonkeyPatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        asked = answers(monkeypatch, "127.0.0.1")
        port = server.getsockname()[1]

        with outgoing.connect("imap.mail.example", port, timeout=5, inside=True) as connection:
            assert connection.getpeername() == ("127.0.0.1", port)

        assert asked == [port]


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_why_it_failed_is_not_told(monkeypatch: pytest.MonkeyPatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        silent = server.getsockname()[1]
    told = set()
    for host, inside in (("127.0.0.1", True), ("127.0.0.1", False), ("no-such-host.invalid", True), ("x" * 300, True), ("\x00", True)):
        with pytest.raises(outgoing.Unreachable) as trouble:
            outgoing.connect(host, silent, timeout=2, inside=inside)
        told.add(str(trouble.value))

    assert told == {"the server cannot be reached"}
