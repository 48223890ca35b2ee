"""SMTP that says when the words begin to leave: just before DATA, when the server has taken the sender and the recipient.

What breaks or is refused before that moment is certainly not delivered, so the message waits or fails; only what breaks after it is
uncertain.
"""

from __future__ import annotations

from collections.abc import Callable
from smtplib import SMTP, SMTP_SSL
from typing import Any

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend

from tickets.mail.parse.addresses import in_protocol


class _Telling:
    """A part of a connection: `before_data` is called before the words leave; what it raises stops them."""

    before_data: Callable[[], None]

    def rcpt(self, recip: str, options: Any = ()) -> Any:
        """Django has taken the quotes away that some addresses need."""
        return super().rcpt(in_protocol(recip), options)  # type: ignore[misc]

    def data(self, msg: Any) -> Any:
        self.before_data()
        return super().data(msg)  # type: ignore[misc]  # smtplib's, which stands behind this one


class _Plain(_Telling, SMTP):
    pass


class _Encrypted(_Telling, SMTP_SSL):
    pass


class SmtpTransport(EmailBackend):
    """Django's SMTP, of which one may ask to be told before DATA."""

    @property
    def connection_class(self) -> type[SMTP]:
        return _Encrypted if self.use_ssl else _Plain

    def open(self) -> bool | None:
        """Connect, and hear that the server speaks: one that takes connections and then says nothing is away for all."""
        opened = super().open()
        if self.connection is not None:
            self.connection.ehlo_or_helo_if_needed()
        return opened

    def tell(self, before_data: Callable[[], None]) -> None:
        """Ask it of the connection that is open now."""
        connection: Any = self.connection  # one of the two above, once it is open
        connection.before_data = before_data


def transport() -> BaseEmailBackend:
    """The backend that the settings name; for Django's plain SMTP ours stands in."""
    connection = get_connection(fail_silently=False)
    return SmtpTransport(fail_silently=False) if type(connection) is EmailBackend else connection
