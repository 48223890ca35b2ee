"""Raw mails as the players' programs write them: for the last days the stories come in by the real door."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr

from helpdesk.base.mail_lines import UNFOLDED
from helpdesk.demo.stories import Story
from tickets.mail.addressing import reply_address
from tickets.models import Message, Ticket
from tickets.services.attachments import NewFile

WROTE = {
    "en": "On {day:%d %b %Y} at {day:%H:%M}, {who} wrote:",
    "ru": "{day:%d.%m.%Y}, {day:%H:%M}, {who} пишет:",
    "de": "Am {day:%d.%m.%Y} um {day:%H:%M} schrieb {who}:",
    "es": "El {day:%d/%m/%Y} a las {day:%H:%M}, {who} escribió:",
}


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
    answers = last.message_id if last else ""
    return _written(story, text, to=to, at=at, subject=f"Re: {story.subject}", turn=turn, picture=picture, answers=answers)


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
    return mail.as_bytes(policy=UNFOLDED)


_ODD = (  # from, subject, further header lines, text; {to} is the studio's own address
    (
        "Nina Vogel <nina.vogel@brief.example>",
        "{to}",
        "Abwesenheitsnotiz: Re: Kauf",
        "Auto-Submitted: auto-replied\n",
        "Ich bin bis Montag nicht da.",
    ),
    (
        "Old Contact <old.contact@post.example>",
        "jobs@northlight.example",
        "Application as level designer",
        "",
        "I have built maps for six years.",
    ),
    ("Ferry Lines <info@ferry.example>", "office@northlight.example", "Your booking 4471", "", "Your ferry leaves at 07:40 from pier 3."),
    (
        "Gaming Weekly <news@weekly.example>",
        "{to}",
        "Ten games to watch",
        "Precedence: bulk\nList-Id: <weekly.weekly.example>\n",
        "This week: a storm.",
    ),
)


_UNWELCOME = (
    ("Still hiding?", "You are liars, all of you, and Pavel is the worst. Answer me!"),
    ("I am not done with you", "I shall write every day until you are sorry."),
)


def unwelcome_mails(ticket: Ticket) -> list[bytes]:
    """What the ticket's player wrote when he was not to be heard any more."""
    assert ticket.contact
    sender, to = formataddr((ticket.player.name, ticket.contact.address)), ticket.game.address
    return [
        f"From: {sender}\nTo: {to}\nSubject: {subject}\nMessage-ID: <unwelcome-{number}@post.example>\n\n{text}\n".encode()
        for number, (subject, text) in enumerate(_UNWELCOME)
    ]


def odd_mails(address: str) -> list[bytes]:
    """What no studio is spared: a vacation notice, two mails to nobody here, a newsletter."""
    return [
        f"From: {sender}\nTo: {to}\nSubject: {subject}\n{more}Message-ID: <odd-{number}@post.example>\n\n{text}\n".replace(
            "{to}", address
        ).encode()
        for number, (sender, to, subject, more, text) in enumerate(_ODD)
    ]
