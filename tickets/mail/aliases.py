"""Finding one of our mails by any of the names it goes by: its Message-ID, or the one a provider gave it."""

from __future__ import annotations

from tickets.mail.inbound.lookup import messages_called
from tickets.mail.models import MessageIdAlias
from tickets.models import Message

LONGEST = 998


def bracketed(name: str) -> str:
    """The name as a Message-ID: within one pair of angle brackets."""
    return f"<{name.strip().strip('<>').strip()}>"


def remember_alias(message: Message, name: str, *, domain: str = "") -> None:
    """A provider's own name of a mail that has left; with `domain` it makes a Message-ID of a bare one. The same as ours, or known
    already, is nothing new."""
    names = {bracketed(name)}
    if domain and "@" not in name:
        names.add(bracketed(f"{name}@{domain}"))
    new = [alias for alias in sorted(names) if alias != message.message_id and 2 < len(alias) <= LONGEST]
    MessageIdAlias.objects.bulk_create([MessageIdAlias(alias=alias, message=message) for alias in new], ignore_conflicts=True)


def message_known_as(name: str) -> Message | None:
    """Our mail of this Message-ID or alias; None for a stranger's."""
    wanted = bracketed(name)
    if not 2 < len(wanted) <= LONGEST:
        return None
    message = messages_called([wanted]).get(wanted)
    return message if message is not None and message.kind == Message.Kind.REPLY else None
