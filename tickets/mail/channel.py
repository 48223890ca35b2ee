"""The channel `mail`: what the desk, notices and surveys must know of mails, and nothing that they could do with it themselves."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from helpdesk.base.errors import DomainError
from helpdesk.studio.models import Game
from players.models import Address, Player
from players.selectors import main_address
from players.services import writer_from
from tickets.channels import Channel, Outcome, Start, Unreachable
from tickets.mail.addressing import message_id_for
from tickets.mail.inbound import aside
from tickets.mail.outbound import send
from tickets.mail.outbound.branding import signature_and_footer
from tickets.mail.outbound.compose import preview
from tickets.mail.outbound.guard import why_not_to
from tickets.mail.outbound.threads import parent_of
from tickets.mail.outbound.trouble import in_words
from tickets.mail.parse.addresses import in_protocol
from tickets.markup import to_html
from tickets.models import Message, Ticket


class StartByMail(Start):
    """The player's address is asked for; who is behind it, the tables know."""

    def field(self) -> forms.Field:
        return forms.EmailField(label=_("The player's mail address"), max_length=254)

    def recipient(self, to: str, *, name: str, language: str, game: Game) -> tuple[Player, Address | None]:
        if why := why_not_to(to):
            raise DomainError(why, field="to")
        return writer_from(to, name=name, language=language, game=game)

    def to(self, ticket: Ticket) -> str:
        return ticket.contact.address if ticket.contact else ""


class MailChannel(Channel):
    """Where a mail goes: to the ticket's contact, else to the player's main address."""

    name = "mail"
    label: str | Promise = _("Mail")
    way: str | Promise = _("by mail")
    start: Start | None = StartByMail()
    seen_means = _("The player's mail program loaded its pictures")

    def deliver(self, message: Message, handed: Callable[[], None]) -> Outcome:
        return send.deliver(message, handed)

    def prepare(self, ticket: Ticket, message: Message) -> None:
        """Fix where it goes, its Message-ID and what it answers. DomainError when there is nowhere to send it.

        Called when a message is queued, and again when it is sent once more: the address may be another then, the Message-ID stays.
        """
        contact = _goes_to(ticket)
        if contact is None:
            raise DomainError(_("There is no mail address to write to. Add one to the player first."))
        try:
            validate_email(in_protocol(contact.address))
        except ValidationError:
            raise DomainError(_("“%(address)s” is not a mail address one can write to.") % {"address": contact.address}) from None
        message.to_address = contact.address
        if not message.message_id:
            message.message_id = message_id_for(secrets.token_hex(12), ticket.game.address.rpartition("@")[2])
            message.in_reply_to = parent_of(message)

    def unreachable(self, ticket: Ticket) -> Unreachable | None:
        contact = _goes_to(ticket)
        if contact is None:
            return Unreachable(_("no mail address of this player is known"))
        if contact.state != Address.State.GOOD:
            return Unreachable(_("mail to this player came back"), contact.state_reason)
        return None

    def kept_aside(self, player: Player) -> int:
        return aside.set_aside(player.pk).count()

    def bring_in(self, player: Player) -> int:
        return aside.bring_in(player.pk)

    def preview(self, message: Message) -> str:
        return preview(message).html

    def signature(self, ticket: Ticket, author: str) -> SafeString:
        signature, _footer = signature_and_footer(ticket.game, ticket.language, author)
        lines = [(line,) for line in (author, ticket.game.team_name) if line]
        return format_html("{}{}", format_html_join("", "<div>{}</div>", lines), to_html(signature))

    def seen_at(self, message: Message) -> datetime | None:
        return message.opened_at

    def why_failed(self, error: str) -> str:
        return in_words(error)


def _goes_to(ticket: Ticket) -> Address | None:
    return ticket.contact or main_address(ticket.player)
