"""What the administrators' pages show of the mails that came in."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from helpdesk.base.text import one_line
from tickets.mail.explain import explain_parsed
from tickets.mail.inbox import content_of
from tickets.mail.lookup import thread_of
from tickets.mail.models import Mailbox, RawMail
from tickets.mail.reading import read_mail
from tickets.mail.senders import studio


def newest(*, parked: bool = False, outcome: str = "") -> QuerySet[RawMail]:
    """Raw mails, newest first; the parked ones only, or those with one outcome."""
    rows = RawMail.objects.select_related("ticket", "same_as").order_by("-received_at", "-pk")
    if parked:
        rows = rows.filter(parked_at__isnull=False)
    return rows.filter(outcome=outcome) if outcome else rows


def explained(raw: RawMail) -> dict[str, Any]:
    """What the desk makes of a stored mail now, as `explain_mail` prints it. Raises FileNotFoundError when the storage has lost it."""
    known = studio()
    mail = read_mail(content_of(raw), known.own_addresses, known.languages)
    return explain_parsed(mail, file=f"{raw.pk} {one_line(mail.subject, 60)}", threads=thread_of)


def mailboxes() -> QuerySet[Mailbox]:
    """The polled mailboxes with their trouble."""
    return Mailbox.objects.select_related("game").order_by("address")
