"""What a mail is once it has been read: plain values, no database, no Django."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from helpdesk.base.pictures import Drawn
from tickets.mail.parse.limits import SHORTENING


@dataclass(frozen=True, slots=True)
class MailAddress:
    """One mailbox of an address header; `address` is empty where the header held only a name."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class MailAttachment:
    """A file that came with the mail.

    `type` is judged by the content, `declared_type` is what the sender claimed. `inline` files are shown in the text (pictures named
    by `cid:`), `content_id` is their name there, without brackets. `drawn` is a picture encoded anew, where that was asked for.
    """

    name: str
    type: str
    declared_type: str
    content: bytes
    inline: bool = False
    content_id: str | None = None
    drawn: Drawn | None = None

    @property
    def size(self) -> int:
        return len(self.content)


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail of ours that did not arrive, as the machine that refused it tells.

    What the report gives back of our mail: `message_id` and `message_ids`, the ids that it names, likeliest first; `own_mark`, the header
    that the desk writes beside the Message-ID; `addresses`, all that stand in the returned head, one of which may be a signed one of ours.
    Whether any of it is ours, the database and the signatures know.
    """

    address: str | None
    status: str | None
    permanent: bool
    message_id: str | None = None
    diagnostic: str = ""
    message_ids: tuple[str, ...] = ()
    own_mark: str = ""
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that speaks for something (a machine, another writer) with its weight; a negative one speaks against it.

    Signs of one `family` are the same fact told twice: only the heaviest of them counts. `what` is English, marked for translation in
    `administration/words.py`; `detail` is what the mail itself says there.
    """

    family: str
    what: str
    weight: int
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.what}: {self.detail}" if self.detail else self.what


def heaviest(signs: Iterable[Sign]) -> list[Sign]:
    """Of each family the heaviest, in the order in which the families came."""
    found: dict[str, Sign] = {}
    for sign in signs:
        if sign.family not in found or abs(sign.weight) > abs(found[sign.family].weight):
            found[sign.family] = sign
    return list(found.values())


@dataclass(frozen=True, slots=True)
class AutoReply:
    """Why we think that a machine wrote the mail, and how sure that is.

    `certain` ones are no player's words and open nothing; they stand in the list of what was ignored. `away` is an answer that nobody
    wrote just now (a vacation note): it is shown in its ticket, and nobody waits for an answer to it. `holds`: people may answer it, we
    never do so automatically.
    """

    reason: str
    certain: bool
    away: bool = False
    holds: bool = True
    weight: int = 100
    signs: tuple[Sign, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplyParts:
    """A text taken apart. Every line of the whole stands in exactly one of the three."""

    text: str
    quoted: str
    signature: str
    interleaved: bool = False


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """A mail, read. `text` is what the player wrote this time; `full_text` is all of it in its order, with quote and signature.

    `html` is cleaned for the thread (None where the mail had none), `html_raw` is as it came, for the original's own page.
    `interleaved` says that the answers stand between quoted lines, so that only `full_text` reads well.
    `delivered_to` are the addresses that the mail was really delivered to, where a mail server noted them.
    `own_mark` is what the desk writes into each mail of its own, beside the Message-ID that some providers replace.
    `on_behalf` says that it came from an address of ours in somebody's name: by a form of the studio's, or a group that rewrites senders.
    `writer` is whom to answer, with `writer_signs` why where it is not the sender; its address is empty where only a group is known.
    `defects` name what was wrong with it, for the page that explains a mail; `readings` how each text was decoded, and why so;
    `answer_by` what tells that it answers another mail, so that quotes were looked for ("" for a first mail, which quotes nothing of ours).
    """

    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    date: datetime | None
    from_: MailAddress
    to: tuple[MailAddress, ...]
    cc: tuple[MailAddress, ...]
    reply_to: tuple[MailAddress, ...]
    delivered_to: tuple[str, ...]
    subject: str
    text: str
    quoted: str
    signature: str
    full_text: str
    interleaved: bool
    html: str | None
    html_raw: str | None
    html_version: int
    remote_images: bool
    attachments: tuple[MailAttachment, ...]
    auto: AutoReply | None
    bounce: Bounce | None
    own_mark: str
    on_behalf: bool
    defects: tuple[str, ...]
    readings: tuple[str, ...] = ()
    writer: MailAddress | None = None
    writer_signs: tuple[Sign, ...] = ()
    answer_by: str = ""

    @property
    def shortened(self) -> bool:
        """Something of it is not shown: a limit was reached, or its parts could not be told apart. The raw mail has it all."""
        return any(defect in SHORTENING or defect.startswith(("read only in part", "not readable as parts")) for defect in self.defects)

    @property
    def auto_reply(self) -> str | None:
        """The reason why a machine is thought to have written it, or None for a person."""
        return self.auto.reason if self.auto else None

    @property
    def quoted_and_signature(self) -> str:
        """What is folded away under the text."""
        return "\n\n".join(part for part in (self.signature, self.quoted) if part)

    @property
    def readable(self) -> bool:
        """There is something in it that a person could read or open. Bytes without headers and without words are no mail."""
        return bool(self.text or self.subject or (self.attachments and "no headers" not in self.defects))

    @property
    def thread_ids(self) -> tuple[str, ...]:
        """Message ids that this mail answers, nearest first, each once."""
        return tuple(dict.fromkeys((*self.in_reply_to, *reversed(self.references))))
