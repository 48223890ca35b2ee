"""Nothing calls the outside but `helpdesk/base/outgoing`: what leaves elsewhere knows no allowed hosts, no budget and no log."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.house.ground import dotted, modules, name, none_of, tree

CLIENTS = {
    "http.client", "urllib.request", "urllib3", "requests", "httpx", "aiohttp", "pycurl", "ftplib", "poplib", "telnetlib", "xmlrpc.client",
    "websockets", "paramiko",
}  # fmt: skip
DOORS = {
    "create_connection",
    "open_connection",
    "getaddrinfo",
    "gethostbyname",
    "urlopen",
    "IMAP4_SSL",
}  # by which one gets out without them
LINES = {"socket.socket", "socket.fromfd", "smtplib.SMTP", "smtplib.SMTP_SSL", "imaplib.IMAP4", "SMTP", "SMTP_SSL"}
ITS_OWN = ("helpdesk/base/outgoing/", "helpdesk/dev/")  # the second are a developer's servers
EXCEPT = {
    ("helpdesk/base/dns.py", "socket.socket"),  # asks the resolvers of this machine
    ("helpdesk/base/dns.py", "create_connection"),
    ("helpdesk/base/sandbox/child.py", "socket.socket"),  # a pair, to its own parent
    ("tickets/mail/outbound/failures.py", "requests"),  # what anymail's client raises while it sends
}


def ways_out(source: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, what) of each client that is imported and each connection that is made."""
    for node in ast.walk(source):
        match node:
            case ast.Import():
                named = [alias.name for alias in node.names]
            case ast.ImportFrom():
                named = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
                named += [alias.name for alias in node.names if alias.name in DOORS]
            case ast.Call():
                called = dotted(node.func)
                named = [called] if called in LINES else [called.rpartition(".")[2]]
            case _:
                continue
        known = CLIENTS | DOORS | LINES if isinstance(node, ast.Call) else CLIENTS | DOORS
        ways = [one for one in dict.fromkeys(named) if one in known or one.split(".")[0] in CLIENTS]
        yield from ((node.lineno, one) for one in ways if ".exceptions" not in one)


def test_one_room_alone_calls_the_outside() -> None:
    found, excused = [], set()
    for path in modules():
        if name(path).startswith(ITS_OWN):
            continue
        for line, what in ways_out(tree(path)):
            if (name(path), what) in EXCEPT:
                excused.add((name(path), what))
            else:
                found.append(f"{name(path)}:{line}: {what}")

    none_of(found)
    assert excused == EXCEPT


@pytest.mark.parametrize(
    "source",
    [
        "import requests", "import http.client as c", "from http import client", "from http.client import HTTPConnection",
        "import urllib.request",
        "from urllib import request", "from urllib.request import urlopen", "import httpx", "from socket import create_connection",
        "socket.create_connection(x)", "socket.socket(x)", "smtplib.SMTP('host')", "imaplib.IMAP4('host')", "asyncio.open_connection(x)",
        "loop.getaddrinfo(x)", "imaplib.IMAP4_SSL('host')",
    ],
)  # fmt: skip
def test_the_eye_sees_ways_out(source: str) -> None:
    assert list(ways_out(ast.parse(source)))


@pytest.mark.parametrize(
    "source", ["import socket", "from smtplib import SMTPDataError", "socket.socketpair()", "from urllib.parse import urlsplit"]
)
def test_the_eye_sees_no_others(source: str) -> None:
    assert not list(ways_out(ast.parse(source)))
