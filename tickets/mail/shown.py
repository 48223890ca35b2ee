"""What the audit and the numbers show of this room."""

from __future__ import annotations

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from helpdesk.audit import labels
from helpdesk.base import outgoing, watch
from helpdesk.base.outgoing import Service
from tickets.mail.models import RawMail
from tickets.mail.outbound.suppressions import keeper
from tickets.mail.provider_api import service_of


def register() -> None:
    """Called in `ready()`."""
    outgoing.register("mail", _services)
    labels.register(
        actions={
            "mail.retried": _("had mails read again"),
            "mail.dismissed": _("dismissed mails"),
            "mail.taken_back": _("parked dismissed mails again"),
            "mail.opened": _("had tickets opened for mails"),
            "mail.looked_at": _("read a mail as it came"),
            "mail.mailbox_saved": _("changed a mailbox"),
            "mail.selector_set": _("wrote down the DKIM selector of a game's sender"),
        },
        subjects={"mail.rawmail": _("mail"), "mail.mailbox": _("mailbox")},
        facts={"mails": _("mails"), "selector": _("DKIM selector"), "provider": _("mail provider")},
    )
    watch.register_backlog(
        "raw_mail", watch.Backlog("raw_mail", watch.SOON, lambda _at: RawMail.objects.filter(processed_at=None), F("received_at"))
    )


def _services() -> list[Service]:
    """The API of the provider by which mails leave, where we ask it anything."""
    provider = keeper()
    return [service_of(provider)] if provider else []
