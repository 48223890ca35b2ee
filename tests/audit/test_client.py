"""Whose address it is that asks, with and without proxies of ours."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from helpdesk.audit.client import client_address

CASES = [  # trusted proxies, X-Forwarded-For, the connection's address, who it is
    (0, None, "198.51.100.7", "198.51.100.7"),
    (0, "203.0.113.1", "198.51.100.7", "198.51.100.7"),
    (1, "203.0.113.1", "10.0.0.2", "203.0.113.1"),
    (1, "192.0.2.66, 203.0.113.1", "10.0.0.2", "203.0.113.1"),
    (2, "192.0.2.66, 203.0.113.1, 10.0.0.9", "10.0.0.2", "203.0.113.1"),
    (1, None, "10.0.0.2", "10.0.0.2"),
    (1, "", "10.0.0.2", "10.0.0.2"),
    (2, "203.0.113.1", "10.0.0.2", "10.0.0.2"),
    (1, "unknown", "10.0.0.2", "10.0.0.2"),
    (1, "203.0.113.1:50712", "10.0.0.2", "203.0.113.1"),
    (1, "[2001:db8::5]:50712", "10.0.0.2", "2001:db8::5"),
    (1, "[2001:db8::5]", "10.0.0.2", "2001:db8::5"),
    (1, "::ffff:203.0.113.1", "10.0.0.2", "203.0.113.1"),
    (1, "2001:db8::5", "10.0.0.2", "2001:db8::5"),
    (1, None, "", None),
]


@pytest.mark.parametrize(("proxies", "forwarded", "connection", "who"), CASES)
def test_the_address_of_who_asks(settings, proxies: int, forwarded: str | None, connection: str, who: str | None) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR=connection)
    if forwarded is not None:
        request.META["HTTP_X_FORWARDED_FOR"] = forwarded

    assert client_address(request) == who
