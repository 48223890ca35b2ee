"""A provider's stored payload as a mail."""

from __future__ import annotations

from helpdesk.base.sandbox import Failed, Spent
from tickets.mail.providers import providers


class NotAMail(Exception):
    """A stored payload of which no mail can be made, now or later."""


def to_mime(content: bytes, *, form: str, content_type: str) -> bytes:
    """`form` is the provider's name. Raises NotAMail, and Broken where another try may help."""
    provider = providers().get(form)
    if provider is None:
        raise NotAMail(f"nobody here knows the payloads of “{form}”")
    try:
        return provider.in_child("unpack", content, content_type, answer=bytes)
    except (Failed, Spent) as error:
        raise NotAMail(f"the payload cannot be read: {error}") from error
