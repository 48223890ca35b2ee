"""What the administrators' pages show of the mails that came in."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from helpdesk.base.text import one_line
from tickets.mail.inbound.explain import facts_of
from tickets.mail.inbound.inbox import content_of
from tickets.mail.inbound.intake import judged
from tickets.mail.inbound.reading import read_mail
from tickets.mail.inbound.senders import studio
from tickets.mail.models import Mailbox, RawMail


def newest(*, parked: bool = False, aside: bool = False, outcome: str = "", again: bool = False) -> QuerySet[RawMail]:
    """Raw mails, newest first; the parked ones only, or those of them that were set aside since their writer is blocked, those with one
    outcome, or those that somebody had read again."""
    rows = RawMail.objects.select_related("ticket", "same_as", "set_aside").order_by("-received_at", "-pk")
    if parked or aside:
        rows = rows.filter(parked_at__isnull=False, set_aside__isnull=not aside)
    if again:
        rows = rows.filter(retried_at__isnull=False).order_by("-retried_at", "-pk")
    return rows.filter(outcome=outcome) if outcome else rows


def explained(raw: RawMail) -> dict[str, Any]:
    """What the desk makes of a stored mail now, by its door as well, in the words of `explain_mail`, and the game it would be for.

    Unreadable when the storage has lost it.
    """
    known = studio()
    mail = read_mail(content_of(raw), known.own_addresses, known.languages)
    judgement, _found, game = judged(raw, mail, known)
    return facts_of(mail, judgement, file=f"{raw.pk} {one_line(mail.subject, 60)}") | {"game": game.name if game else None}


def mailboxes() -> QuerySet[Mailbox]:
    """The polled mailboxes with their trouble."""
    return Mailbox.objects.select_related("game").order_by("address")
