"""Against endless conversations with machines: nothing automatic leaves to one. How much leaves to anybody `tickets/caps.py` says.

A gate (setting REPLY_GATES): what it holds back stands on the ticket with the reason, and a person may release it.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from helpdesk.base import clock
from tickets.gates import GateHold, gate
from tickets.mail.addressing import read_reply_token
from tickets.mail.inbound.senders import studio
from tickets.mail.models import RawMail
from tickets.mail.parse.addresses import bare
from tickets.mail.parse.machines import is_daemon, is_no_reply
from tickets.models import Message
from tickets.models.message import ANSWERED_STATES

DOUBT_LASTS = timedelta(days=7)


@gate("mail.loops")
def no_loops(message: Message) -> GateHold | None:
    """The gate: holds automatic mails to machines; what a person wrote goes through."""
    if message.purpose == Message.Purpose.ANSWER or message.channel != "mail":
        return None
    if is_daemon(message.to_address) or is_no_reply(message.to_address):
        return GateHold(_("No person reads that address."), message.to_address)
    if (machine := _last_words_of_a_machine(message)) is not None:
        return GateHold(_("The last message came from a machine."), machine)
    return None


def _last_words_of_a_machine(message: Message) -> str | None:
    """Why the player's last message on the ticket is thought to be a machine's, "" where its mail does not say; None if a person wrote.

    A doubt is no verdict for ever: it ends when one of us has answered that message, who has read it and found it worth an answer, and
    after a while.
    """
    inbound = Message.objects.filter(ticket=message.ticket_id, kind=Message.Kind.INBOUND)
    last = inbound.order_by("-pk").values("pk", "automatic", "at").first()
    if last is None or last["at"] < clock.now() - DOUBT_LASTS:
        return None
    answered = Message.objects.filter(
        ticket=message.ticket_id,
        kind=Message.Kind.REPLY,
        purpose=Message.Purpose.ANSWER,
        answers_upto__gte=last["pk"],
        state__in=ANSWERED_STATES,
    )
    if answered.exists():
        return None
    doubted = RawMail.objects.filter(message=last["pk"], answers_held=True).values_list("auto_reason", flat=True).first()
    return doubted if doubted is not None else ("" if last["automatic"] else None)


def why_not_to(address: str) -> str:
    """Why nobody can be written to at this address, in words; empty when he can. Ours would come back as a new ticket of a stranger."""
    if bare(address) in studio().own_addresses or read_reply_token(address) is not None:
        return str(gettext("This is an address of ours. Write the player's own."))
    if is_daemon(address) or is_no_reply(address):
        return str(gettext("Nobody reads that address: it belongs to a machine."))
    return ""
