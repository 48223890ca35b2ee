"""Mails for tests: written here, by nobody in particular."""

from __future__ import annotations

import base64

HEAD = {
    "From": "Anna Petrova <anna@players.example>",
    "To": "Ember Vale <help@ember.example>",
    "Subject": "My sword is gone",
    "Date": "Tue, 14 Oct 2025 09:30:00 +0200",
    "Message-ID": "<a1@players.example>",
}


def letter(
    body: str | bytes = "Hello", /, *, charset: str = "utf-8", kind: str = "text/plain", drop: tuple[str, ...] = (), **headers: str | bytes
) -> bytes:
    """A mail with usual headers; keyword names become headers, `in_reply_to` → `In-Reply-To`. Values may be raw bytes."""
    named = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    head: dict[str, str | bytes] = {name: value for name, value in HEAD.items() if name.lower() not in named and name.lower() not in drop}
    head |= {name.title(): value for name, value in named.items()}
    if "content-type" not in named and "content-type" not in drop:
        head |= {"MIME-Version": "1.0", "Content-Type": f"{kind}; charset={charset}"}
    lines = [name.encode() + b": " + (value if isinstance(value, bytes) else value.encode()) for name, value in head.items()]
    return b"\n".join(lines) + b"\n\n" + (body if isinstance(body, bytes) else body.encode(charset))


def part(body: str | bytes, kind: str = "text/plain; charset=utf-8", **headers: str) -> bytes:
    """One part of a multipart, for `multipart`."""
    lines = [f"Content-Type: {kind}", *(f"{name.replace('_', '-').title()}: {value}" for name, value in headers.items())]
    return "\n".join(lines).encode() + b"\n\n" + (body if isinstance(body, bytes) else body.encode())


def packed(content: bytes, kind: str, **headers: str) -> bytes:
    """A part in base64."""
    return part(base64.encodebytes(content), kind, content_transfer_encoding="base64", **headers)


def multipart(*parts: bytes, subtype: str = "mixed", boundary: str = "=_b1", **parameters: str) -> tuple[str, bytes]:
    """(Content-Type, body) of a multipart."""
    extra = "".join(f'; {name.replace("_", "-")}="{value}"' for name, value in parameters.items())
    marker = b"--" + boundary.encode()
    body = b"".join(marker + b"\n" + each + b"\n" for each in parts) + marker + b"--\n"
    return f'multipart/{subtype}; boundary="{boundary}"{extra}', body


def multipart_letter(*parts: bytes, subtype: str = "mixed", headers: dict[str, str] | None = None, **parameters: str) -> bytes:
    """A whole mail of several parts."""
    kind, body = multipart(*parts, subtype=subtype, **parameters)
    return letter(body, content_type=kind, **(headers or {}))


def nested(*parts: bytes, subtype: str = "alternative", boundary: str = "=_b2") -> bytes:
    """A multipart as a part."""
    kind, body = multipart(*parts, subtype=subtype, boundary=boundary)
    return part(body, kind)
