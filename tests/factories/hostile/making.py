"""What mails made to hurt are made of, and the list of their kinds."""

from __future__ import annotations

import base64
from collections.abc import Callable

MEGA = 1_000_000
Maker = Callable[[float], bytes]
KINDS: dict[str, Maker] = {}


def kind(maker: Maker) -> Maker:
    KINDS[maker.__name__] = maker
    return maker


def mail(body: bytes | str, content_type: str = "text/plain; charset=utf-8", **headers: str | bytes) -> bytes:
    """A mail to the game with these headers; names with underscores, values as they are."""
    head: dict[str, str | bytes] = {
        "From": "Hostile Hank <hank@strangers.example>",
        "To": "help@ember.example",
        "Subject": "made to hurt",
        "MIME-Version": "1.0",
        "Content-Type": content_type,
    } | {name.replace("_", "-").title(): value for name, value in headers.items()}
    lines = (name.encode() + b": " + (value if isinstance(value, bytes) else value.encode()) for name, value in head.items())
    return b"\n".join(lines) + b"\n\n" + (body if isinstance(body, bytes) else body.encode())


def mixed(*parts: bytes, subtype: str = "mixed") -> bytes:
    body = b"".join(b"--cut\n" + part + b"\n" for part in parts) + b"--cut--\n"
    return mail(body, f'multipart/{subtype}; boundary="cut"')


def part(body: bytes | str, content_type: str = "text/plain", **headers: str) -> bytes:
    head = {"Content-Type": content_type} | {name.replace("_", "-").title(): value for name, value in headers.items()}
    return (
        "".join(f"{name}: {value}\n" for name, value in head.items()).encode()
        + b"\n"
        + (body if isinstance(body, bytes) else body.encode())
    )


def file(content: bytes, content_type: str = "application/octet-stream", name: str = "a.bin") -> bytes:
    return part(
        base64.encodebytes(content), content_type, content_transfer_encoding="base64", content_disposition=f'attachment; filename="{name}"'
    )


def html(page: bytes | str) -> bytes:
    return mail(page, "text/html; charset=utf-8")


def many(scale: float, most: int, least: int = 2) -> int:
    return max(least, int(scale * most))
