"""The client's address: a header is believed only as far as our own proxies have written it."""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

_PORT = re.compile(r"^(?:\[([0-9A-Fa-f:.]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+)$")


def client_address(request: HttpRequest) -> str | None:
    """The address of who asks. Each of our `TRUSTED_PROXIES` (a number) appends one hop to X-Forwarded-For, so with two of them
    the second from the right is the client; what stands further left anybody may have written.

    A request that came past the proxies (a probe, a colleague in the same network) has no such hop, and a proxy may write a port or a word
    there: then it is the address of whoever opened the connection. None only where even that has none (a socket file).
    """
    direct = _plain(request.META.get("REMOTE_ADDR", ""))
    proxies: int = settings.TRUSTED_PROXIES
    if not proxies:
        return direct
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    return (_plain(hops[-proxies]) if len(hops) >= proxies else None) or direct


def _plain(text: str) -> str | None:
    """An address as people write it: without brackets and port, IPv4 not dressed up as IPv6."""
    bare = _PORT.sub(r"\1\2", text.strip())
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address)
