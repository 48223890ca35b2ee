"""The players' mail server: `python -m helpdesk.demo.mailbox.smtp PORT`, on loopback, until it is asked to end.

It takes everything, whoever it is for, save for a few names that behave as real mailboxes sometimes do: `no-such-mailbox@…` is refused
for good (550), `try-later@…` for now (451), `slow@…` takes its mail only after some seconds.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from helpdesk.demo.mailbox import store

HOST = "127.0.0.1"
LARGEST = 36_000_000  # bytes of one mail
SLOWNESS = 5.0  # seconds
REFUSALS = {"no-such-mailbox": "550 5.1.1 There is no such mailbox", "try-later": "451 4.2.1 The mailbox is busy, try again later"}


class Postbox:
    """The names of its methods are the library's."""

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802
        if refusal := REFUSALS.get(_local(address)):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if "slow" in map(_local, envelope.rcpt_tos):
            await asyncio.sleep(SLOWNESS)
        try:
            store.keep(envelope.original_content or b"", way="in", sender=envelope.mail_from or "", recipients=envelope.rcpt_tos)
        except OSError as error:
            return f"452 4.3.1 The mail could not be kept ({error.strerror})"
        return "250 OK"


def serve(port: int) -> Controller:
    """Start listening, in a thread of its own."""
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd tells every line it hears
    controller = Controller(Postbox(), hostname=HOST, port=port, data_size_limit=LARGEST, enable_SMTPUTF8=True)
    controller.start()
    return controller


def _local(address: str) -> str:
    return address.rpartition("@")[0].lower()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
    signal.pause()
