"""A name is looked up once, refused where it leads inside, and what was looked up is what is called.

Who may name a host in a form could else reach what only this machine can: the database, a cloud's metadata, a neighbour's router. The
environment may allow a host by name (`inside`), whoever edits it can reach those anyway.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from dataclasses import dataclass
from typing import ClassVar

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


class Unreachable(OSError):
    """No connection. The text says nothing of why: refused, silent and unknown would draw a map of somebody's network."""

    outcome: ClassVar = "unreachable"  # as the log of calls knows it

    def __init__(self) -> None:
        super().__init__("the server cannot be reached")


class Inside(Unreachable):
    """The name leads to an address that nobody outside has."""


@dataclass(frozen=True, slots=True)
class Target:
    """One address of a host, as it was looked up."""

    family: socket.AddressFamily
    ip: str
    port: int


def look_up(host: str, port: int, *, inside: bool = False) -> list[Target]:
    """The addresses of a host that may be called; with `inside` also those of this house. Raises Unreachable, or Inside.

    How long that takes the system's resolver decides.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, ValueError) as error:
        raise Unreachable from error
    targets = dict.fromkeys(Target(family, str(address[0]), port) for family, _kind, _protocol, _name, address in found)
    allowed = [target for target in targets if inside or is_public(target.ip)]
    if not allowed:
        raise Inside
    return allowed


def is_public(address: str) -> bool:
    """Whether an address lies in the open: not private, of this machine, link-local, shared, multicast, reserved or one that hides such."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if ip in _NAT64:  # how a house without IPv4 of its own writes the addresses of the others
        return _is_open(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    hidden = _hidden_in(ip)
    return _is_open(ip) and (hidden is None or _is_open(hidden))


def connect(host: str, port: int, *, timeout: float, inside: bool = False) -> socket.socket:
    """A TCP connection to one of the host's addresses, tried in their order within `timeout` seconds. Raises Unreachable, or Inside."""
    trouble: OSError | None = None
    until = time.monotonic() + timeout
    for target in look_up(host, port, inside=inside):
        connection = socket.socket(target.family, socket.SOCK_STREAM)
        try:
            connection.settimeout(max(0.01, until - time.monotonic()))
            connection.connect((target.ip, target.port))
        except OSError as error:
            connection.close()
            trouble = error
            continue
        connection.settimeout(timeout)
        return connection
    raise Unreachable from trouble


def _is_open(ip: Ip) -> bool:
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_link_local or ip.is_loopback or ip.is_unspecified)


def _hidden_in(ip: Ip) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 one carries: mapped, 6to4, Teredo."""
    if isinstance(ip, ipaddress.IPv4Address):
        return None
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
