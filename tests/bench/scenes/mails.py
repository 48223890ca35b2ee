"""Mail in: real raw mails through the door's common end, from the stored bytes to the committed ticket."""

from __future__ import annotations

import hashlib
from email.message import EmailMessage
from random import Random

from django.db import connection
from django.test.utils import CaptureQueriesContext

from helpdesk.demo.load.pictures import screenshot
from helpdesk.demo.stories import Story, stories
from helpdesk.studio.models import Game
from tests.bench.figures import Figure, Pace
from tickets.mail.addressing import reply_address
from tickets.mail.inbound import inbox
from tickets.mail.inbound.inbox import InboundMail
from tickets.mail.models import MailSource, RawMail
from tickets.models import Ticket

_QUOTE = "\n\nOn 12 Oct 2026 at 09:00, Support wrote:\n> Thank you for writing.\n> We look into it and come back to you.\n"


def measure(*, mails: int, runs: int) -> list[Figure]:
    """Three quarters open a ticket, one quarter answers one; a fifth has an HTML part, one in fifteen a screenshot."""
    rng = Random(3)
    games = {game.slug: game for game in Game.objects.all()}
    told = iter(list(stories(mails * runs + inbox.BATCH, 99)))
    open_tickets = iter(list(Ticket.objects.exclude(status="closed").select_related("game").order_by("-pk")[: mails * runs]))
    door, taken = Pace(), Pace()
    for _run in range(runs):
        letters = [_letter(rng, next(told), games, next(open_tickets) if number % 4 == 3 else None) for number in range(mails)]
        door.run(lambda raws=letters: _store(raws))
        taken.run(lambda: inbox.process_due(limit=mails))
    with CaptureQueriesContext(connection) as seen:
        _store([_letter(rng, next(told), games, None) for _more in range(inbox.BATCH)])
        before = len(seen)
        inbox.process_due(limit=inbox.BATCH)
    statements = (len(seen) - before) / inbox.BATCH
    parked = RawMail.objects.filter(parked_at__isnull=False).count()
    return [
        taken.figure(
            "inbound mail, stored bytes to committed ticket, one process",
            "mails/s",
            budget=150,
            remark=f"{statements:.0f} statements each; {parked} parked of {mails * runs}",
        ),
        door.figure("the same, the door alone: bytes to stored raw mail", "mails/s"),
    ]


def _store(raws: list[bytes]) -> int:
    for raw in raws:
        inbox.store(InboundMail(raw, MailSource.PIPE, hashlib.sha256(raw).hexdigest()))
    return len(raws)


def _letter(rng: Random, story: Story, games: dict[str, Game], ticket: Ticket | None) -> bytes:
    mail = EmailMessage()
    mail["From"] = f"{story.player.nick} <bench.{rng.getrandbits(40):x}.{story.player.email}>"
    mail["To"] = reply_address(ticket.game.address, ticket.number) if ticket else games[story.game].address
    mail["Subject"] = f"Re: {ticket.subject}" if ticket else story.subject
    mail["Message-ID"] = f"<{rng.getrandbits(80):x}@bench.example>"
    text = story.turns[0].text + (_QUOTE if ticket else "")
    mail.set_content(text)
    if rng.random() < 0.2:
        mail.add_alternative(
            "<div><p>" + text.replace("\n", "<br>") + "</p><blockquote><p>We look into it.</p></blockquote></div>", subtype="html"
        )
    if rng.random() < 1 / 15:
        picture = screenshot(story.game, story.topic, 0)
        mail.add_attachment(picture.content, maintype="image", subtype="png", filename=picture.name)
    return mail.as_bytes()
