"""The players' mail server. Everything is accepted, whoever it is for, save for a few names that behave as real mailboxes sometimes do.

`no-such-mailbox@…` is refused for good (550), `try-later@…` for now (451), `slow@…` takes its mail only after some seconds.
"""

from __future__ import annotations

import asyncio

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from helpdesk.dev.catcher.store import Store

LARGEST = 36_000_000  # bytes of one mail
SLOWNESS = 5.0  # seconds
REFUSALS = {"no-such-mailbox": "550 5.1.1 There is no such mailbox", "try-later": "451 4.2.1 The mailbox is busy, try again later"}


class Postbox:
    def __init__(self, store: Store) -> None:
        self.store = store

    async def handle_RCPT(  # noqa: N802 (the library's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        if (refusal := REFUSALS.get(_local(address))) is not None:
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(rcpt_options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (the library's name)
        if any(_local(address) == "slow" for address in envelope.rcpt_tos):
            await asyncio.sleep(SLOWNESS)
        content = envelope.content
        raw = content if isinstance(content, bytes) else (content or "").encode()
        try:
            self.store.add(raw, way="in", sender=envelope.mail_from or "", recipients=envelope.rcpt_tos)
        except OSError as error:
            return f"452 4.3.1 The mail could not be kept ({error.strerror})"
        return "250 OK"


def serve(store: Store, host: str, port: int) -> Controller:
    """Start listening, in a thread of its own."""
    controller = Controller(Postbox(store), hostname=host, port=port, data_size_limit=LARGEST, enable_SMTPUTF8=True)
    controller.start()
    return controller


def _local(address: str) -> str:
    return address.rpartition("@")[0].lower()
