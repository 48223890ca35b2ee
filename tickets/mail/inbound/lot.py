"""Parked mails among all the desk's parked work. They are read and dismissed on their own page."""

from __future__ import annotations

from contextlib import suppress

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from helpdesk.base.errors import Conflict
from helpdesk.base.parking import Lot, register
from helpdesk.staff.rights import Right
from tickets.mail.inbound.inbox import retry
from tickets.mail.models import RawMail


def open_lot() -> None:
    """Called when the room opens."""
    said, read = _("Mail that came in"), "administration:mails"
    register(Lot("raw_mail", said, _rows, "reason", retry_all, page=read, right=Right.MANAGE_MAIL))


def _rows() -> QuerySet[RawMail]:
    """But those of blocked players: they wait for nobody, and have a list of their own."""
    return RawMail.objects.filter(set_aside=None)


def retry_all(pks: list[int]) -> int:
    """Parked mails are read again; returns how many still were parked."""
    again = 0
    for raw in RawMail.objects.filter(pk__in=pks):
        with suppress(Conflict):
            retry(raw)
            again += 1
    return again
