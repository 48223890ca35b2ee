"""What a file is, by its content: the sender's word is taken only where content cannot tell."""

from __future__ import annotations

import re

import filetype

from tickets.mail.parse.charsets import is_wide

ENDINGS = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "text/plain": ".txt",
    "text/html": ".html",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "text/vcard": ".vcf",
    "message/rfc822": ".eml",
    "message/delivery-status": ".txt",
    "text/rfc822-headers": ".txt",
    "application/ms-tnef": ".dat",
    "application/pgp-signature": ".asc",
    "application/pkcs7-signature": ".p7s",
}
_ZIP_BASED = re.compile(r"officedocument|opendocument|epub|java-archive|android\.package|x-zip|3mf|vnd\.ms-")
_OLE_BASED = re.compile(r"msword|vnd\.ms-|x-msi|visio")
_ACTIVE = re.compile(
    rb"^[\s\xef\xbb\xbf]*(?:<!--.{0,500}?-->\s*)?(?:<!doctype html|<html|<head|<body|<script|<iframe)", re.IGNORECASE | re.DOTALL
)
_SVG = re.compile(
    rb"^[\s\xef\xbb\xbf]*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,500}?-->\s*)?(?:<!doctype svg[^>]{0,300}>\s*)?<svg[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_TOKEN = re.compile(r"^[a-z0-9.+-]+/[a-z0-9.+_-]+$")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
STRAYS = 6
_MEDIA = ("image/", "video/", "audio/", "font/")


def type_of(content: bytes, declared: str) -> str:
    """The media type to store and to serve by. A picture that is none is `application/octet-stream`, a page in disguise is `text/html`."""
    declared = declared if _TOKEN.match(declared) else "application/octet-stream"
    head = content[:8_192]
    if declared == "message/rfc822" and not _CONTROL.search(head):
        return declared
    return _by_signature(head, declared) or _by_nature(head, declared)


def _by_signature(head: bytes, declared: str) -> str | None:
    """What the first bytes prove. Archives that are documents keep the name of the document, which only the sender knows."""
    if _SVG.match(head[:2_000]):
        return "image/svg+xml"
    if _ACTIVE.match(head[:2_000]):
        return "text/html"
    if head.startswith(b"\x78\x9f\x3e\x22"):
        return "application/ms-tnef"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return declared if _OLE_BASED.search(declared) else "application/x-ole-storage"
    known = filetype.guess(head)
    if known is None:
        return None
    found = str(known.mime)
    return declared if found == "application/zip" and _ZIP_BASED.search(declared) else found


def _by_nature(head: bytes, declared: str) -> str:
    """No signature: a claim to be a picture or a page is then false, other claims may stand."""
    if declared.startswith(_MEDIA):
        return "application/octet-stream"
    if _CONTROL.search(head):
        return "application/octet-stream" if declared.startswith("text/") else declared
    if head and declared in {"application/octet-stream", "text/html", "image/svg+xml", "application/xhtml+xml"}:
        return "text/plain"
    return declared


def is_binary(content: bytes, charset: str) -> bool:
    """Sent as text, but no text: every twentieth sign of it is one that no text holds, and not only a few got in by mistake."""
    if "utf-16" in charset.lower() or "utf-32" in charset.lower() or content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    if is_wide(content):
        return len(_CONTROL.findall(content[:4_096].replace(b"\x00", b""))) > STRAYS
    head = content[:4_096]
    strange = len(_CONTROL.findall(head))
    return strange > STRAYS and strange * 20 > len(head)


def default_name(number: int, kind: str) -> str:
    """A name for a file that came without one."""
    return f"attachment-{number}{ENDINGS.get(kind, '')}"
