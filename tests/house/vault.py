"""A ticket with something recognizable behind every right that one may read by, and what is needed to look for it.

Whoever adds a right or a filter field with a right says here what the ticket holds of it: `MARKS`, `ASKED`.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from helpdesk.base import blobs, clock
from helpdesk.staff.models import User
from helpdesk.staff.rights import PARTS, PLAYERS, Right, registered
from players.models import CardClass, CardLine, Player
from players.services import remember_account
from tests.factories.desk import make_ticket, newest_question
from tests.factories.staff import somebody
from tests.house.studio import House
from tickets import drain, filters, panels
from tickets.actors import SYSTEM, operator
from tickets.events import record
from tickets.events.kinds import known_kinds
from tickets.lifecycle.pending import PendingInfo
from tickets.locks import lock
from tickets.models import Attachment, Draft, Lane, Message, Status, Ticket
from tickets.services.assign import assign
from tickets.services.attachments import NewFile
from tickets.services.drafts import add_file, save_draft
from tickets.services.edit import set_status
from tickets.services.reply import OutgoingMessage, add_note, send_automatic, send_reply
from tickets.surveys.kinds import SurveyAnswered
from tickets.surveys.models import Survey

NAME, NICK, ACCOUNT = "Rosalind Veymark", "NightVeymark", "acct-778899"
ADDRESS, TIER = "rosalind.veymark@letters.example", "leviathan"
NOTE, NOTED_FILE, NOTING, NAMED = "The vault was emptied by a bot.", "vault-ledger.txt", "has a note in the making", "named you in a note"
CONTENT, RAW = b"what the picture of the vault shows", b"X-Vault-Hop: relay-7"
RATED, RATING = "Four hours for a pearl!", "rated the help"
CARD = {
    "open": ("guild", "Guild-of-Pearls"),
    "contact": ("telephone", "+49-555-0199"),
    "payments": ("spent", "98765.43-crowns"),
    "device": ("gpu", "Voodoo-5-6000"),
    "sanctions": ("warnings", "three-strikes-of-Zed"),
}
TRAITS = {  # by these one may filter, whoever sees what they are
    "version": ("open", "9.8.7-pearl"),
    "platform": ("device", "Dreamcast"),
    "server": ("open", "Atlantis-3"),
    "country": ("contact", "Ruritania"),
}
UNDECLARED = ("mystery", "undeclared-Quux")

MARKS: dict[str, tuple[str, ...]] = {  # of each right, what nobody reads without it
    Right.SEE_NOTES: (NOTE, NOTED_FILE, NOTING, NAMED),
    Right.SEE_ATTACHMENTS: (CONTENT.decode(),),
    Right.SEE_RATING: (RATED, RATING),
    Right.SEE_RAW_MAIL: (RAW.decode(),),
    Right.SEE_PLAYER: (NAME, ACCOUNT, CARD["open"][1], UNDECLARED[1], *(value for _slug, value in TRAITS.values())),
    Right.SEE_PLAYER_CONTACT: (ADDRESS, CARD["contact"][1], UNDECLARED[1], TRAITS["country"][1]),
    Right.SEE_PLAYER_PAYMENTS: (TIER, CARD["payments"][1], UNDECLARED[1]),
    Right.SEE_PLAYER_DEVICE: (CARD["device"][1], UNDECLARED[1], TRAITS["platform"][1]),
    "player.see_class.sanctions": (CARD["sanctions"][1], UNDECLARED[1]),
}
WORDS: dict[str, tuple[str, ...]] = {Right.SEE_PLAYER: (NICK,)}  # and what is on no page, and may be looked for
DEEDS = {Right.EDIT_PLAYER, Right.BLOCK_PLAYER, Right.ERASE_PLAYER}  # of the groups of what is seen: they open nothing to read
BY_NATURE = {Right.ERASE_PLAYER, Right.SEE_RAW_MAIL}  # who gives a player's data out, or reads a mail as it came, reads all that is in it

ASKED: dict[str, tuple[str, str]] = {  # of each field with a right: a value by which the ticket is found, and one by which it is not
    "has_note": ("yes", "no"),
    "has_file": ("yes", "no"),
    "player_name": ("Veymark", "Nobody"),
    "nickname": ("NightVey", "Nobody"),
    "account": (ACCOUNT, "acct-0"),
    "address": (ADDRESS, "nobody@letters.example"),
    "tier": (TIER, "minnow"),
    "surveys.rating": ("2", "5"),
    **{name: (value, "elsewhere") for name, (_slug, value) in TRAITS.items()},
}


def missing_words() -> Iterator[str]:
    """What is registered and not looked for by the walk, each with what is to be done."""
    of_kinds = {kind.right for kind in known_kinds().values() if kind.right}
    of_panels = {panel.right for panel in panels._panels.values()}
    of_fields = {field.right for field in filters.registered()}
    read_by = {right for right in registered() if right.group in (PARTS, PLAYERS)} | of_kinds | of_panels | of_fields
    for right in sorted(read_by - {Right.VIEW} - DEEDS - set(MARKS)):
        yield f"the right {right}: put something that it alone opens onto the ticket of tests/house/vault.py, and name it in MARKS"
    for field in filters.registered():
        if field.right != Right.VIEW and field.name not in ASKED:
            yield f"the field {field.name}, which takes {field.right}: say in ASKED of tests/house/vault.py by what the ticket is found"


class Vault:
    """The ticket, its reader's colleagues, and the studio around it."""

    def __init__(self, house: House) -> None:
        self.house, self.ticket = house, house.ticket
        self.elsewhere, self.writer = house.other_game, somebody(*registered(), name="Greta Lind")
        self._fill_card()
        self._fill_mails()
        by = operator(self.writer)
        add_file(self.ticket, NewFile(NOTED_FILE, b"1"), author=self.writer, kind=Draft.Kind.NOTE)
        add_note(self.ticket, f"{NOTE} @everybody", by=by)
        another = somebody(Right.VIEW, Right.NOTE, Right.SEE_NOTES, name="Dora Quill")
        save_draft(self.ticket, author=another, kind=Draft.Kind.NOTE, text="And another bot.")
        set_status(self.ticket, Status.PENDING, by=by, pending=PendingInfo(f"Billing asks {ADDRESS}", None, f"To {ADDRESS}"))
        self._rate()
        self.other = make_ticket(player=self.ticket.player, game=house.game)  # its card tells of the first one
        self.plain = make_ticket(game=house.game)  # with nothing behind any right

    def reader(self, *rights: str) -> User:
        """Somebody who holds these and to whom the ticket is given, with all that tells them so."""
        reader = somebody(*[right for right in registered() if right in rights], mail_copies="all")
        assign(Ticket.objects.get(pk=self.ticket.pk), to=reader, by=operator(self.writer))
        add_note(self.ticket, f"@{reader.email.partition('@')[0]} look: {NOTE}", by=operator(self.writer))
        drain.drain(Lane.NOW)
        return reader

    def messages(self) -> list[Message]:
        return list(Message.objects.filter(ticket=self.ticket).order_by("pk"))

    def files(self) -> list[Attachment]:
        return list(Attachment.objects.filter(ticket=self.ticket).order_by("pk"))

    def _fill_card(self) -> None:
        player = self.ticket.player
        Player.objects.filter(pk=player.pk).update(name=NAME, tier=TIER)
        for slug, (name, _value) in CARD.items():
            CardLine.objects.get_or_create(game=self.house.game, name=name, defaults={"card_class": CardClass.objects.get(slug=slug)})
        for name, (slug, _value) in TRAITS.items():
            declared = {"card_class": CardClass.objects.get(slug=slug), "filterable": True}
            CardLine.objects.update_or_create(game=self.house.game, name=name, defaults=declared)
        told = dict([*CARD.values(), UNDECLARED]) | {name: value for name, (_slug, value) in TRAITS.items()}
        remember_account(player, self.house.game, ACCOUNT, nickname=NICK, fields=told)

    def _fill_mails(self) -> None:
        contact = self.ticket.contact
        assert contact is not None
        type(contact).objects.filter(pk=contact.pk).update(address=ADDRESS, folded=ADDRESS, state="bounced", state_reason=f"550 {ADDRESS}")
        raw = blobs.keep(b"From: %s\r\n%s\r\n\r\nHello" % (ADDRESS.encode(), RAW), media_type="message/rfc822")
        came = Message.objects.filter(ticket=self.ticket, kind=Message.Kind.INBOUND)
        came.update(raw=raw, author_name=NAME, from_address=ADDRESS, quoted=f"On Monday {ADDRESS} wrote:", html="<p>Hello</p>")
        failed = send_reply(self.ticket, OutgoingMessage("We look.", newest_question(self.ticket)), by=operator(self.writer))
        Message.objects.filter(pk=failed.pk).update(state="failed", error=f"550 <{ADDRESS}> is full", to_address=ADDRESS)
        Attachment.objects.filter(pk=self.house.file.pk).update(blob=blobs.keep(CONTENT, media_type="text/plain"))

    def _rate(self) -> None:
        invitation = send_automatic(self.ticket, OutgoingMessage("How was it?"), purpose=Message.Purpose.SURVEY)
        now = clock.now()
        survey = Survey.objects.create(
            ticket=self.ticket, invitation=invitation, resolution_event_id=1, resolved_at=now, expires_at=now, answered_at=now,
            language="en", score=2, comment=RATED,
        )  # fmt: skip
        Ticket.objects.filter(pk=self.ticket.pk).update(rating=2)
        nobody = dict.fromkeys(("score_before", "resolution", "reply", "author", "approver"))
        with transaction.atomic():
            record(lock(self.ticket), SurveyAnswered(survey=survey.pk, score=2, commented=True, **nobody), by=SYSTEM)
