"""Keeping files: the type by content, pictures made anew without what they carry along, the rest as it came."""

from __future__ import annotations

from dataclasses import dataclass

import filetype
from django.conf import settings
from django.utils.translation import gettext as _

from helpdesk.base import blobs, pictures
from helpdesk.base.errors import DomainError
from helpdesk.base.pictures import Drawn, Patience
from helpdesk.base.text import one_line
from tickets.models import Attachment, Draft, Message, Ticket

_TEXT_ENDINGS = {
    ".txt": "text/plain",
    ".log": "text/plain",
    ".csv": "text/csv",
    ".json": "application/json",
    ".eml": "message/rfc822",
    ".ics": "text/calendar",
}
FILES_PER_MESSAGE = 30


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file as it came: its own name, its bytes, and whether the text shows it by `content_id`. `drawn`: if it is done already."""

    name: str
    content: bytes
    inline: bool = False
    content_id: str = ""
    drawn: Drawn | None = None


def type_of(name: str, content: bytes) -> str:
    """The media type by content; only plain texts may say theirs by their ending."""
    found = filetype.guess(content[:8192])
    if found:
        mime: str = found.mime
        return mime
    ending = "." + name.rpartition(".")[2].lower()
    if ending in _TEXT_ENDINGS and b"\x00" not in content[:8192]:
        return _TEXT_ENDINGS[ending]
    return "application/octet-stream"


def drawn(name: str, content: bytes, patience: Patience) -> Drawn | None:
    """A picture encoded anew; None for what is none, or will not be kept. It takes seconds: to be called before any lock is taken."""
    media_type = type_of(name, content)
    if media_type not in pictures.FORMATS or len(content) > settings.MAX_ATTACHMENT_BYTES:
        return None
    return pictures.drawn(content, media_type, patience)


def keep_files(ticket: Ticket, files: list[NewFile], *, message: Message) -> list[Attachment]:
    """Keep a message's files; one that may not be kept leaves a stub with the reason. Pictures that nobody has drawn yet are drawn here."""
    patience = Patience()
    return [
        _keep(
            ticket,
            file,
            message=message,
            draft=None,
            refused="" if number < FILES_PER_MESSAGE else _("More than 30 files came with one message."),
            patience=patience,
        )
        for number, file in enumerate(files)
    ]


def attach(ticket: Ticket, file: NewFile, *, draft: Draft) -> Attachment:
    """Keep a file that an operator adds to a draft. DomainError when it is empty, too large or one too many."""
    if not file.content:
        raise DomainError(_("“%(name)s” is empty.") % {"name": file.name}, field="file")
    if len(file.content) > settings.MAX_ATTACHMENT_BYTES:
        raise DomainError(_too_large(file), field="file")
    if draft.attachments.count() >= FILES_PER_MESSAGE:
        raise DomainError(_("A message takes 30 files at the most."), field="file")
    return _keep(ticket, file, message=None, draft=draft, refused="", patience=Patience())


def _keep(ticket: Ticket, file: NewFile, *, message: Message | None, draft: Draft | None, refused: str, patience: Patience) -> Attachment:
    name = one_line(file.name.replace("\\", "/").rpartition("/")[2], 200) or "file"
    media_type = type_of(name, file.content)
    if len(file.content) > settings.MAX_ATTACHMENT_BYTES:
        refused = _too_large(file)
    blob = preview = None
    if not refused:
        made = file.drawn or drawn(name, file.content, patience) or Drawn(file.content, b"")
        blob = blobs.keep(made.content, media_type=media_type)
        preview = blobs.keep(made.preview, media_type="image/webp") if made.preview else None
    return Attachment.objects.create(
        ticket=ticket,
        message=message,
        draft=draft,
        name=name,
        media_type=media_type,
        size=len(file.content),
        blob=blob,
        preview=preview,
        inline=file.inline,
        content_id=file.content_id[:250],
        refused=refused[:200],
    )


def _too_large(file: NewFile) -> str:
    return _("“%(name)s” is larger than %(limit)d MB.") % {
        "name": one_line(file.name, 80),
        "limit": settings.MAX_ATTACHMENT_BYTES // 1024 // 1024,
    }
