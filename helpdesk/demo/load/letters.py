"""Raw mails as the players' programs write them: for the last days the stories come in by the real door."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr

from helpdesk.demo.stories import Story
from tickets.mail.addressing import reply_address
from tickets.models import Message, Ticket
from tickets.services.attachments import NewFile

WROTE = {"en": "On {day:%d %b %Y} at {day:%H:%M}, {who} wrote:", "ru": "{day:%d.%m.%Y}, {day:%H:%M}, {who} пишет:", "de": "Am {day:%d.%m.%Y} um {day:%H:%M} schrieb {who}:",
         "es": "El {day:%d/%m/%Y} a las {day:%H:%M}, {who} escribió:"}  # fmt: skip


def message_id(story: Story, turn: int) -> str:
    """What the player's own server calls this mail."""
    return f"<{story.number}.{turn}.{story.player.account}@{story.player.email.rpartition('@')[2]}>"


def first_mail(story: Story, text: str, *, to: str, at: datetime, picture: NewFile | None) -> bytes:
    """The mail that opens a matter."""
    return _written(story, text, to=to, at=at, subject=story.subject, turn=0, picture=picture)


def answer_mail(
    story: Story, turn: int, text: str, *, ticket: Ticket, at: datetime, last: Message | None, picture: NewFile | None
) -> bytes:
    """An answer in the conversation: to its reply address, with our last words quoted below."""
    if last is not None and last.sent_at is not None:
        quoted = "\n".join(f"> {line}" if line else ">" for line in last.text.splitlines())
        who = f"{ticket.game.sender_name} <{ticket.game.address}>"
        text = f"{text}\n\n{WROTE[story.language].format(day=last.sent_at, who=who)}\n{quoted}"
    to = reply_address(ticket.game.address, ticket.number)
    mail = _written(story, text, to=to, at=at, subject=f"Re: {story.subject}", turn=turn, picture=picture, answers=last.message_id if last else "")
    return mail


def _written(
    story: Story, text: str, *, to: str, at: datetime, subject: str, turn: int, picture: NewFile | None, answers: str = ""
) -> bytes:
    mail = EmailMessage()
    mail["From"] = formataddr((story.player.name, story.player.email))
    mail["To"], mail["Subject"], mail["Date"] = to, subject, format_datetime(at)
    mail["Message-ID"] = message_id(story, turn)
    if answers:
        mail["In-Reply-To"] = mail["References"] = answers
    mail.set_content(text)
    if picture:
        mail.add_attachment(picture.content, maintype="image", subtype="png", filename=picture.name)
    return mail.as_bytes()


def odd_mails(address: str) -> list[bytes]:
    """What no studio is spared: a vacation notice, a mail to nobody, a newsletter, an empty one, one from a machine."""
    auto = "From: Nina Vogel <nina.vogel@brief.example>\nTo: {to}\nSubject: Abwesenheitsnotiz: Re: Kauf\nAuto-Submitted: auto-replied\nMessage-ID: <away-1@brief.example>\n\nIch bin bis Montag nicht im Büro.\n"
    stray = "From: Old Contact <old.contact@post.example>\nTo: jobs@northlight.example\nSubject: Application as level designer\nMessage-ID: <stray-1@post.example>\n\nDear team, please find my application below. I have built maps for six years.\n"
    wrong = "From: Ferry Lines <info@ferry.example>\nTo: office@northlight.example\nSubject: Your booking 4471\nMessage-ID: <stray-2@ferry.example>\n\nYour ferry leaves at 07:40 from pier 3.\n"
    news = "From: Gaming Weekly <news@weekly.example>\nTo: {to}\nSubject: Ten games to watch\nPrecedence: bulk\nList-Id: <weekly.weekly.example>\nMessage-ID: <news-1@weekly.example>\n\nThis week: a storm of new titles.\n"
    return [mail.replace("{to}", address).encode() for mail in (auto, stray, wrong, news)]
