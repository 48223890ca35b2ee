"""One player whose every word carries the same mark, and a desk that meets him through all its doors."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from PIL import Image

from helpdesk.base.clock import now
from helpdesk.base.jobs import running
from helpdesk.staff import staff_mail
from helpdesk.staff.models import MailCopies, User
from helpdesk.staff.rights import registered
from helpdesk.studio.models import Game
from players import giving_out
from players.models import Player, PlayerBlock
from players.services import add_address, remember_account
from tests.conftest import Travel
from tests.factories.desk import make_game, newest_question
from tests.factories.search import index_all
from tests.factories.staff import somebody
from tests.tickets.deeds import listening
from tests.tickets.mail.parse.letters import letter, multipart_letter, packed, part
from tickets import drain, timers
from tickets.actors import operator
from tickets.desk.exports import making
from tickets.desk.saved_views.services import make_view
from tickets.gates import GateHold, gate
from tickets.lifecycle.pending import PendingInfo
from tickets.locks import lock
from tickets.mail.aliases import remember_alias
from tickets.mail.inbound import by_hand, inbox, intake
from tickets.mail.inbound.inbox import InboundMail
from tickets.mail.models import MailSource, RawMail
from tickets.models import Delivery, Draft, Lane, Message, Status, Ticket
from tickets.services import edit, held, merge, outbox
from tickets.services.assign import assign
from tickets.services.blocks import block_player
from tickets.services.drafts import save_draft, save_start
from tickets.services.open import Incoming, receive
from tickets.services.reply import OutgoingMessage, add_note, send_reply
from tickets.surveys.models import Survey
from tickets.surveys.services import rate

MARK = "quixq"
NAME, ADDRESS, SECOND = "Quixqara Vellmoor", "quixqara@post.example", "quixqara.again@post.example"
HOUSEHOLD = "vellmoor.family@post.example"  # his sister writes from it too
NEIGHBOUR = "tobias.renn@post.example"


class Refusing(BaseEmailBackend):
    """A server that names the person it refuses."""

    def send_messages(self, email_messages: Any) -> int:
        raise SMTPRecipientsRefused({ADDRESS: (550, b"5.1.1 <quixqara@post.example> has moved away")})


@gate("tests.money")
def suspicious(message: Message) -> GateHold | None:
    """A gate that quotes what it found."""
    return GateHold("It speaks of money.", detail="quixq gold") if "refund" in message.text else None


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (900, 700), (90, 40, 160)).save(out, "PNG")
    return out.getvalue()


@dataclass
class Desk:
    """A desk with two operators and a game; `him` is whom all of it is about."""

    travel: Travel
    settings: Any
    game: Game = field(init=False)
    anna: User = field(init=False)
    boris: User = field(init=False)
    him: Player = field(init=False)
    ticket: Ticket = field(init=False)
    beside: Ticket = field(init=False)  # the neighbour's
    rated: Ticket = field(init=False)

    def __post_init__(self) -> None:
        self.settings.MAX_ATTACHMENT_BYTES = 200_000
        self.settings.REPLY_GATES = ["tests.players.marked.suspicious"]
        self.game = make_game("ember", address="help@ember.example", survey_delay_hours=1)
        self.anna = somebody(*registered(), name="Anna Krylova", mail_copies=MailCopies.ALL)
        self.boris = somebody(*registered(), name="Boris Lindqvist")
        self.mails()
        self.work()
        self.news()
        self.troubles()
        giving_out.ask(self.him, by=self.anna)
        running.run_due()
        index_all()
        view = {"icon": "star", "folder": "Quixqara Vellmoor", "by": self.anna}
        asked = 'sword OR "quixqara vellmoor" nickname:Quixqy,tobias account:quixq-7781 -address:quixqara@post.example'
        make_view(name="The sword of Quixqara", whose="all", asked=QueryDict(urlencode({"q": asked, "sort": "-created"})), **view)
        client = Client()
        client.force_login(self.anna)
        dropped = make_view(name="QUIXQY", whose="me", asked=QueryDict(), **view)
        client.post(reverse("saved_views:drop", args=[dropped.pk]))
        making._make_part(making.start(QueryDict("q=quixq&status=all"), "csv", by=self.anna))  # a list of which the first part is made

    def comes(self, mail: bytes, *, key: str, process: bool = True, **more: Any) -> RawMail:
        raw = inbox.store(InboundMail(mail, MailSource.PIPE, key, **more))
        if process:
            inbox.process(raw.pk)
        raw.refresh_from_db()
        return raw

    def mails(self) -> None:
        """His mails: one with files, one too large a file, one from his second address, one parked, one that a machine sent for him."""
        sender = {"from": f"{NAME} <{ADDRESS}>"}
        first = multipart_letter(
            part("My quixq sword is gone.\n\n-- \nQuixqara\n\nOn Monday you wrote:\n> quixq before"),
            part("<p>My <b>quixq</b> sword is gone.</p>", "text/html; charset=utf-8"),
            packed(picture(), "image/png", content_disposition='inline; filename="quixq-shot.png"', content_id="<quixq-shot@phone>"),
            packed(b"quixq receipt " * 20, "text/plain", content_disposition='attachment; filename="quixq-receipt.txt"'),
            packed(b"x" * 300_000, "application/pdf", content_disposition='attachment; filename="quixq-large.pdf"'),
            headers=sender
            | {"subject": "The quixq sword", "message_id": "<quixq-1@phone.example>", "in_reply_to": "<quixq-0@phone.example>"},
        )
        raw = self.comes(first, key="k1", recipient="help+quixq@ember.example", mailbox="help@ember.example")
        assert raw.ticket is not None, raw.reason
        self.ticket = raw.ticket
        self.him = self.ticket.player
        self.comes(letter("Nobody has the quixq address.", message_id="<quixq-2@x>", to="quixq@nowhere.example", **sender), key="k2")
        self.comes(
            letter("I am away, quixq.", message_id="<quixq-3@x>", subject="Out of quixq office", auto_submitted="auto-replied", **sender),
            key="k3",
        )
        fields = {
            "timestamp": "1760434200",
            "sender": ADDRESS,
            "recipient": "help@ember.example",
            "message-headers": json.dumps(
                [["From", f"{NAME} <{ADDRESS}>"], ["Subject", "Another quixq matter"], ["Message-Id", "<quixq-4@x>"]]
            ),
            "body-plain": "My quixq shield too.",
        }
        pieces = [f'--quixqb\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
        form = "".join(pieces) + "--quixqb--\r\n"
        kind = "multipart/form-data; boundary=quixqb"
        self.comes(form.encode(), key="k4", form="mailgun", content_type=kind, recipient="help@ember.example")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(intake, "take", self._break)
            broken = self.comes(letter("Unreadable quixq.", message_id="<quixq-5@x>", **sender), key="k5")
            for _try in range(inbox.MOST_ATTEMPTS):
                self.travel.forward(hours=2)
                inbox.process_due()
        broken.refresh_from_db()
        assert broken.parked_at is not None
        neighbour = letter("The tower does not open.", message_id="<n1@post.example>", subject="Tower", **{"from": f"Tobias <{NEIGHBOUR}>"})
        self.beside = self._ticket(self.comes(neighbour, key="k6"))

    def _break(self, *_args: Any) -> None:
        raise ValueError("cannot read <quixqara@post.example>")

    def _ticket(self, raw: RawMail) -> Ticket:
        assert raw.ticket is not None, raw.reason
        return raw.ticket

    def work(self) -> None:
        """What operators do: rename, merge, pending, a note, drafts, replies held and failed, the card, and a stranger's words."""
        by, him = operator(self.anna), self.him
        Player.objects.filter(pk=him.pk).update(country="Quixqland", note="quixq friend", tier="quixq gold")
        remember_account(him, self.game, "QUIXQ-7781", nickname="Quixqy", fields={"guild": "Quixq Guild", "level": 42})
        add_address(him, SECOND)
        add_address(him, HOUSEHOLD)
        sister = Player.objects.create(name="Odile Vellmoor")
        add_address(sister, HOUSEHOLD, main=True)
        assign(self.ticket, to=self.anna, by=operator(self.boris))
        edit.rename(self.ticket, "The quixq sword of Monday", by=by)
        add_note(self.ticket, "@Anna the quixq sword was sold.", by=operator(self.boris))
        client = Client()
        client.force_login(self.anna)
        assert client.get(reverse("desk:card", args=[self.ticket.number])).status_code == 200
        bank = PendingInfo("Quixq's bank", told="We ask the quixq bank.")  # words, as from before the list of departments
        edit.set_status(self.ticket, Status.PENDING, by=by, pending=bank)
        self.write(self.ticket, "Your quixq refund comes.", then_status=Status.PENDING, pending_on="Quixq's aunt")  # held
        blunt = self.write(self.ticket, "No quixq refund.")
        held.return_to_author(blunt, by=operator(self.boris), why="Quixqara may be told kindly.")
        save_draft(self.ticket, author=self.boris, kind=Draft.Kind.REPLY, text="Dear Quixqara,")
        save_start(author=self.boris, text="Quixqara, about your sword", heading={"to": ADDRESS, "subject": "Your quixq sword"})
        other = Ticket.objects.get(subject="Another quixq matter")
        merge.merge(other, into=self.ticket, by=by)
        stranger = Incoming(text="I know this tower, quixq.", channel="mail", subject="Re: Tower", from_address=SECOND, from_stranger=True)
        receive(self.beside, stranger)
        third = self.comes(letter("A third quixq.", message_id="<quixq-9@x>", subject="Third", **{"from": ADDRESS}), key="k9")
        self.rated = self._ticket(third)

    def write(self, ticket: Ticket, text: str, **more: Any) -> Message:
        return send_reply(ticket, OutgoingMessage(text, answers_upto=newest_question(ticket), **more), by=operator(self.anna))

    def news(self) -> None:
        """An answer that arrives, another name of it, its rating; one that is refused; one that comes back to nobody."""
        answer = self.write(self.rated, "Here is your quixq sword.")
        self.later(seconds=30)
        remember_alias(answer, "quixq-alias@provider.example")
        edit.set_status(self.rated, Status.RESOLVED, by=operator(self.anna))
        self.later(seconds=1)
        self.later(hours=2)
        rate(Survey.objects.get(ticket=self.rated), score=5, comment="Quixq is content.")
        refused = self.write(self.ticket, "Where did the quixq sword lie?")
        self.settings.EMAIL_BACKEND = "tests.players.marked.Refusing"
        self.later(seconds=30)
        refused.refresh_from_db()
        assert (refused.state, MARK in refused.error) == (Message.State.FAILED, True)
        self.settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        bounce = multipart_letter(
            part("It could not be delivered."),
            part(
                f"Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; {SECOND}\nAction: failed\nStatus: 5.1.1\n",
                "message/delivery-status",
            ),
            part("Message-ID: <nobody.knows@elsewhere.example>\nSubject: Re: quixq\n", "text/rfc822-headers"),
            subtype="report",
            report_type="delivery-status",
            headers={"from": "MAILER-DAEMON@mx.example", "return_path": "<>", "message_id": "<b@mx.example>", "subject": "Undelivered"},
        )
        assert self.comes(bounce, key="k8").ticket is None
        empty = letter("", subject="", cc=SECOND, message_id="<e@elsewhere.example>", **{"from": "someone@elsewhere.example"})
        by_hand.dismiss(self.comes(empty, key="k10"))

    def troubles(self) -> None:
        """A subscriber and a timer whose errors name him, a letter that waits, a delivery that was given up with a remark."""
        self.write(self.ticket, "A last quixq word.")  # stands in the undo window

        def fail(*_args: Any) -> None:
            raise RuntimeError("Quixqara does not fit")

        with listening("test.failing", ["ticket.renamed"], fail):
            edit.rename(self.ticket, "The quixq sword of Tuesday", by=operator(self.anna))
            for _try in range(9):
                self.travel.forward(hours=3)
                drain.drain(Lane.NOW)
            edit.rename(self.rated, "The quixq sword of Friday", by=operator(self.anna))
            for _try in range(9):
                self.travel.forward(hours=3)
                drain.drain(Lane.NOW)
        parked = Delivery.objects.filter(subscriber="test.failing", parked_at__isnull=False).order_by("pk")
        assert MARK in parked[0].error.lower()
        client = Client()
        client.force_login(self.anna)
        client.post(reverse("administration:drop_delivery", args=[parked[1].pk]), {"reason": "Quixqara knows."})
        timers.register("test.fails", fail)
        with transaction.atomic():
            timers.arm(lock(self.ticket), "test.fails", now() + timedelta(minutes=1))
        self.travel.forward(minutes=2)
        timers.fire_due(most=50)
        timers._kinds.pop("test.fails")
        assign(self.rated, to=self.anna, by=operator(self.boris))
        drain.drain(Lane.NOW)
        block_player(self.him, on=self.ticket, until=now() + timedelta(days=30), why="Quixqara threatens Boris.", by=self.anna)
        PlayerBlock.objects.update(parked_at=now(), trouble="cannot end the block of Quixqara")
        for number, address in enumerate((ADDRESS, HOUSEHOLD)):  # his sister writes from the second one too, but has no account
            aside = letter("Why does nobody answer, quixq?", message_id=f"<quixq-a{number}@x>", **{"from": f"{NAME} <{address}>"})
            assert self.comes(aside, key=f"a{number}").set_aside

    def later(self, **amount: float) -> None:
        """Time passes and everybody does his part."""
        self.travel.forward(**amount)
        timers.fire_due()
        for lane in (Lane.NOW, Lane.BULK):
            drain.drain(lane)
        outbox.send_due()
        staff_mail.send_due()
