"""What the rights of the first floors open, in a sentence for who gives them and never saw the pages; none where the label says all."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

ABOUT: dict[str, Any] = {
    "ticket.view": _("Without it nobody opens a ticket: it decides which tickets are in lists, found and counted."),
    "ticket.assign": _("Somebody else becomes the one who has the ticket."),
    "ticket.take": _("The desk picks the one that has waited longest."),
    "ticket.set_status": _("Resolve, close, put on hold, open again."),
    "ticket.start": _("Write to a player who has not written first."),
    "ticket.merge": _("Two tickets of one player become one, and two again."),
    "ticket.resend": _("A message that bounced, failed, or may not have left."),
    "ticket.bulk": _("One change to all tickets of a list; each of them still asks for its own right."),
    "ticket.release_held": _("Replies that a rule has stopped: let them go, reword them, give them back."),
    "ticket.see_attachments": _("Pictures and files of players; without it only their names are seen."),
    "ticket.see_rating": _("What players answered to the survey, and their words with it."),
    "ticket.see_raw_mail": _("With all its headers, and so the sender's address."),
    "player.see": _("Name, account, and the open facts that the game tells: level, server, version."),
    "player.see_contact": _("Mail addresses, on the card and in tickets."),
    "player.see_payments": _("What the game tells of purchases and of what was paid."),
    "player.see_device": _("What the game tells of telephones and computers."),
    "player.edit": _("Say who of a family wrote, and that a strange address is a player's own."),
    "player.block": _("What a blocked player writes is set aside until the block is over."),
    "player.erase": _("What the law asks for: a copy of all that is kept of a player, or its end, which cannot be undone."),
    "studio.games": _("How mails look, from which address, in which languages, at which hours."),
    "studio.texts": _("Signatures, notices, surveys: the words that players get by themselves."),
    "studio.lifecycle": _("When tickets resolve and close by themselves, and the lists of reasons."),
    "studio.staff": _("Invite people, close accounts, give the roles that one may give; teams and departments."),
    "studio.shifts": _("Given for a team: of its people alone."),
    "studio.roles": _("Say what each role may do, and which right opens which field of a player's card."),
    "studio.mail": _("Mails that became no ticket, the boxes that they come from, addresses that bounce."),
    "studio.deliveries": _("What failed behind the scenes and waits for a decision; whether mails leave at all."),
    "studio.audit": _("Who signed in, looked at players' data, changed settings."),
}
