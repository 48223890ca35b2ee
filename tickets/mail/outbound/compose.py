"""From a message's row to the mail that leaves: the letter, its headers, its files. Reads rows and blobs, sends nothing."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from email.mime.base import MIMEBase
from email.mime.image import MIMEImage
from email.utils import format_datetime, formataddr

from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from helpdesk.base import blobs, clock
from tickets.actors import ActorKind
from tickets.links import Links, links_of
from tickets.mail.addressing import own_mark, reply_address
from tickets.mail.outbound.branding import branding_of, logo_of, signature_and_footer
from tickets.mail.outbound.render import EARLIER_SHOWN, Earlier, MailContent, RenderedMail, SurveyBlock, one_line, render_mail
from tickets.mail.outbound.render.phrases import frame_language, phrases
from tickets.mail.outbound.threads import chain_of, exchanged_with, first_subject_from
from tickets.mail.parse.addresses import in_protocol
from tickets.mail.parse.machines import OWN_MARK
from tickets.mail.providers import provider_of
from tickets.markup import to_text
from tickets.models import Attachment, Message

Purpose = Message.Purpose
AUTO_SUBMITTED = {  # RFC 3834; what a person wrote carries nothing of the kind
    Purpose.ACKNOWLEDGEMENT: "auto-replied",
    Purpose.AUTOMATIC: "auto-replied",
    Purpose.NOTICE: "auto-generated",
    Purpose.SURVEY: "auto-generated",
}
WITHOUT_HISTORY = {Purpose.SURVEY, Purpose.NOTICE, Purpose.ACKNOWLEDGEMENT}
METADATA_KEY = "desk_message"


def letter_of(message: Message) -> tuple[MailContent, bytes | None, str]:
    """The letter, and the logo's bytes and subtype when it has one."""
    ticket = message.ticket
    game, language = ticket.game, message.language or ticket.language
    author = message.author_name if message.author_kind == ActorKind.OPERATOR else ""
    signature, footer = signature_and_footer(game, language, author)
    logo = logo_of(game)
    links = links_of(message)
    letter = MailContent(
        brand=branding_of(game, signature=signature, logo=logo[0] if logo else None),
        language=language,
        subject=subject_of(message),
        body=message.text,
        number=ticket.number,
        author_name=author,
        earlier=() if message.purpose in WITHOUT_HISTORY else _earlier(message),
        footer=footer,
        survey=_survey_block(links, frame_language(language, game.default_language)),
        unsubscribe_url=links.stop,
        zone=game.timezone,
        year=clock.now().year,
        fallback=game.default_language,
    )
    return letter, logo[1] if logo else None, logo[2] if logo else ""


def preview(message: Message) -> RenderedMail:
    """The mail of a message as it would look now; also for messages that are not saved yet."""
    letter, logo, subtype = letter_of(message)
    mail = render_mail(letter)
    if logo is None or letter.brand.logo is None:
        return mail
    picture = f"data:image/{subtype};base64,{b64encode(logo).decode()}"  # in the mail it travels as a part of its own
    return replace(mail, html=mail.html.replace(f"cid:{letter.brand.logo.cid}", picture))


def compose(message: Message, connection: BaseEmailBackend) -> EmailMultiAlternatives:
    """The whole mail. Raises blobs.Unreadable when the storage has lost a file, ValueError for an address that is none."""
    ticket = message.ticket
    game = ticket.game
    letter, logo, subtype = letter_of(message)
    rendered = render_mail(letter)
    mail = EmailMultiAlternatives(
        subject=rendered.subject,
        body=rendered.text,
        from_email=formataddr((one_line(game.sender_name, 80), game.address)),
        to=[in_protocol(message.to_address)],
        reply_to=[formataddr((one_line(game.sender_name, 80), reply_address(game.address, ticket.number)))],
        headers=headers_of(message),
        connection=connection,
    )
    mail.attach_alternative(rendered.html, "text/html")
    if logo is not None and letter.brand.logo:
        mail.attach(_inline(MIMEImage(logo, _subtype=subtype), letter.brand.logo.cid, f"logo.{subtype}"))
    for file in Attachment.objects.filter(message=message, blob__isnull=False).select_related("blob").order_by("pk"):
        assert file.blob
        mail.attach(file.name, blobs.read(file.blob), file.media_type)
    if provider := provider_of(connection):
        mail.extra_headers |= provider.headers
    mail.metadata = {METADATA_KEY: message.message_id}  # type: ignore[attr-defined]  # anymail's name; random, so it counts nothing
    return mail


def subject_of(message: Message) -> str:
    """The subject the player knows, with one “Re:”; surveys and notices come with their own.

    To somebody else than who began the ticket it is the subject of his own mail: the ticket's may hold another person's words.
    """
    if message.subject:
        return message.subject
    theirs = first_subject_from(message)
    subject = one_line(message.ticket.subject if theirs is None else theirs) or message.ticket.game.name
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


def headers_of(message: Message) -> dict[str, str]:
    """Message-ID, threading, and who or what is speaking."""
    headers = {"Message-ID": message.message_id, OWN_MARK: own_mark(message.message_id), "Date": format_datetime(clock.now())}
    if message.in_reply_to:
        headers |= {"In-Reply-To": message.in_reply_to, "References": " ".join(chain_of(message))}
    if submitted := AUTO_SUBMITTED.get(Purpose(message.purpose)):
        headers |= {"Auto-Submitted": submitted, "X-Auto-Response-Suppress": "All"}
    if stop := links_of(message).stop:
        headers |= {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return headers


def _earlier(message: Message) -> tuple[Earlier, ...]:
    """The last two messages before this one that its recipient wrote or was sent, newest first: nobody reads another one's words here."""
    before = exchanged_with(message).exclude(purpose__in=WITHOUT_HISTORY)
    shown = []
    for one in before.order_by("-pk")[:EARLIER_SHOWN]:
        ours = one.kind == Message.Kind.REPLY
        text = to_text(one.text) if ours else one.text
        if text.strip():
            shown.append(
                Earlier(when=one.sent_at or one.at, text=text, who=(one.author_name or message.ticket.game.team_name) if ours else "")
            )
    return tuple(shown)


def _survey_block(links: Links, language: str) -> SurveyBlock | None:
    says = phrases(language)
    return SurveyBlock(says.survey, links.choices, worst=says.worst, best=says.best) if links.choices else None


def _inline(part: MIMEBase, content_id: str, name: str) -> MIMEBase:
    part.add_header("Content-ID", f"<{content_id}>")
    part.add_header("Content-Disposition", "inline", filename=name)
    return part
