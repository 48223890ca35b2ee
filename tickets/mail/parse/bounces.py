"""Mails of ours that came back: by the standard's report (RFC 3464), or by the words that well-known mail servers use instead."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tickets.mail.parse.headers import Headers
from tickets.mail.parse.machines import is_daemon, is_null_sender
from tickets.mail.parse.mime import Cutter, Part
from tickets.mail.parse.returned import Returned, returned_mail
from tickets.mail.parse.values import AutoReply, Bounce, MailAddress

_ADDRESS = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,190}[A-Za-z0-9]"
_FIND_ADDRESS = re.compile(_ADDRESS)
_FIND_FOREIGN = re.compile(r"[^\s<>;,@]{1,64}@[^\s<>;,@]{1,190}")  # beyond ASCII (RFC 6531)
_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_SMTP = re.compile(r"(?<![\d.:/-])([45]\d\d)(?=[ -])")
_SUBJECT = re.compile(
    r"undeliver|returned (?:mail|to sender)|delivery (?:status notification|failure|has failed)|failure notice|mail delivery fail"
    r"|delivery failed|could not be delivered"
    r"|не (?:доставлено|удалось доставить)|недоставлен|unzustellbar|nicht zugestellt|no se (?:puede|ha podido) entregar|no entregado"
    r"|nondeliverable|message not delivered"
    r"|mail system error|undelivered",
    re.IGNORECASE,
)
_DELAY = re.compile(
    r"\b(?:delay(?:ed)?|warning: could not|still (?:being )?(?:retr|trying)|will (?:be retried|keep trying|continue trying)"
    r"|has not yet been delivered"
    r"|temporar(?:y|ily) (?:problem|defer)|verzögert|отложен|задерж|retrasad)",
    re.IGNORECASE,
)
_OPENINGS = (
    re.compile(r"This is the qmail-send program|I'm afraid I wasn't able to deliver your message", re.IGNORECASE),
    re.compile(
        r"message that you sent (?:could not|has not) (?:yet )?be(?:en)? delivered to one or more"
        r"|message was created automatically by mail delivery software",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?:message|e-?mail|delivery)[^\n]{0,40} (?:did not reach|has failed to|failed to) (?:some or all of )?the(?:se"
        r"|) (?:intended )?recipient|Delivery has failed to these",
        re.IGNORECASE,
    ),
    re.compile(
        r"Delivery to the following recipients? (?:has )?(?:failed|been delayed)|Your message wasn't delivered to|Address not found"
        r"|wasn't able to deliver",
        re.IGNORECASE,
    ),
    re.compile(
        r"could not be delivered to (?:the following|one or more|following|it)|(?:unable|not able) to deliver (?:your|the"
        r"|this) (?:message|mail)|The following addresses had permanent",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?:сообщение|письмо)[^\n]{0,60} не (?:было |может быть |удалось )?(?:доставлено|доставить)|не доставлено следующим"
        r"|Ошибка доставки",
        re.IGNORECASE,
    ),
    re.compile(
        r"konnte[^\n]{0,80} nicht (?:zugestellt|übermittelt)|an folgende Empf[^\n]{0,60} nicht|no (?:se )?(?:ha )?(?:podido"
        r"|pudo)[^\n]{0,20} (?:entregar|ser entregado)",
        re.IGNORECASE,
    ),
)
_COPY = re.compile(
    r"^(?:-+ ?(?:Below this line is a copy|This is a copy of|Original message|Original Message Headers|The header of the original"
    r"|Message headers follow|Копия письма)"
    r"|Original message headers:|The original message was received|Reporting-MTA:).*$",
    re.IGNORECASE | re.MULTILINE,
)
_ORIGINALS = {"message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global", "message/global-headers"}
_REPORTS = {"message/delivery-status", "message/global-delivery-status"}
_MAX_REPORT = 100_000


@dataclass(frozen=True, slots=True)
class Recipient:
    """What a delivery report says of one recipient."""

    address: str | None
    action: str
    status: str | None
    diagnostic: str


def find_bounce(root: Part, sender: MailAddress, subject: str, text: str) -> tuple[Bounce | None, AutoReply | None]:
    """(the bounce, None), or (None, why it is a report all the same) for a delay or a receipt, or (None, None)."""
    leaves = _leaves(root)
    failed = root.headers.text("x-failed-recipients")
    machine = (
        bool(failed) or is_daemon(sender.address) or is_null_sender(root) or (not sender.address and "mail delivery" in sender.name.lower())
    )
    report = next((part for part in leaves if part.type in _REPORTS), None) or _inside_mail(root, leaves)
    if report is not None and (machine or root.type != "multipart/mixed" or root.headers.token("auto-submitted") not in {"", "no"}):
        return _by_report(report, root, leaves, text)  # a person who sends us a report with words of his own asks about it
    opening = next((found for found in (each.search(text[:20_000]) for each in _OPENINGS) if found), None)
    if not machine or not (opening or failed or (_SUBJECT.search(subject) and _FIND_ADDRESS.search(text))):
        return None, None
    return _by_words(root, leaves, text, opened=opening.end() if opening else 0)


def _leaves(part: Part) -> list[Part]:
    if not part.children:
        return [part]
    return [leaf for child in part.children for leaf in _leaves(child)]


def _inside_mail(root: Part, leaves: list[Part]) -> Part | None:
    """A report that a gateway wrapped into a mail of its own."""
    if root.type not in {"multipart/report", "message/rfc822"}:
        return None
    for part in leaves:
        if part.type == "message/rfc822":
            inner = Cutter().mail(part.content())
            found = next((each for each in _leaves(inner) if each.type in _REPORTS), None)
            if found is not None:
                return found
    return None


def _by_report(report: Part, root: Part, leaves: list[Part], text: str) -> tuple[Bounce | None, AutoReply | None]:
    recipients = _recipients(report.content()[:_MAX_REPORT])
    failed = next((each for each in recipients if each.action in {"failed", ""} and not (each.status or "").startswith("2")), None)
    if failed is None:
        action = recipients[0].action if recipients else ""
        if not recipients and (named := root.headers.text("x-failed-recipients")):
            failed = Recipient(named.partition(",")[0].strip(), "failed", None, "")
        elif not recipients:
            return _by_words(root, leaves, text, opened=0)
        else:
            reason = "delivery delayed" if action == "delayed" else f"delivery report: {action or 'no failure'}"
            return None, AutoReply(reason, certain=True)
    status = failed.status or _status(failed.diagnostic)
    if status is None or status == "5.0.0":
        status = _status(failed.diagnostic) or status
    address = failed.address or _first_address(text)
    return _bounce(address, status, failed.diagnostic, _returned(root, leaves, text)), None


def _recipients(content: bytes) -> list[Recipient]:
    """The groups of a delivery report after the first, which is about the message; some servers write it all in one group."""
    groups = [group for group in re.split(rb"(?:\r?\n[ \t]*){2,}", content.strip(b"\r\n")) if b":" in group]
    found = []
    for group in groups[:200]:
        fields = _fields(group)
        if "final-recipient" in fields or "original-recipient" in fields or "action" in fields:
            address = next(
                (each for name in ("original-recipient", "final-recipient") if (each := _recipient_address(fields.text(name)))), None
            )
            status = _ENHANCED.search(fields.text("status"))
            diagnostic = fields.text("diagnostic-code")
            found.append(Recipient(address, fields.token("action"), status[1] if status else None, diagnostic[:500]))
    return found


def _fields(group: bytes) -> Headers:
    items: list[tuple[str, bytes]] = []
    for line in group.splitlines():
        if line[:1] in (b" ", b"\t") and items:
            items[-1] = (items[-1][0], items[-1][1] + b" " + line.strip())
        elif b":" in line:
            name, _, value = line.partition(b":")
            items.append((name.decode("ascii", "replace").strip().lower(), value.strip()))
    return Headers(items)


def _recipient_address(value: str) -> str | None:
    """`rfc822; anna@example.org` and its careless forms."""
    told = value.rpartition(";")[2]
    found = _FIND_ADDRESS.search(told) or _FIND_FOREIGN.search(told)
    return found[0] if found else None


def _by_words(root: Part, leaves: list[Part], text: str, *, opened: int) -> tuple[Bounce | None, AutoReply | None]:
    """What a server tells in sentences; `opened` is where its known opening ends."""
    told = text[opened : opened + 8_000]
    copy = _COPY.search(told)
    about = told[: copy.start()] if copy else told
    status = _status(about)
    if (
        _DELAY.search(root.headers.text("subject"))
        or (status is None or not status.startswith("5"))
        and _DELAY.search(text[: opened + 2_000])
    ):
        return None, AutoReply("delivery delayed", certain=True)
    address = _first_address(root.headers.text("x-failed-recipients")) or _first_address(about) or _first_address(text)
    return _bounce(address, status, " ".join(about.split())[:500], _returned(root, leaves, text)), None


def _first_address(text: str) -> str | None:
    for found in _FIND_ADDRESS.finditer(text[:10_000]):
        if not is_daemon(found[0]):
            return found[0]
    return None


def _status(text: str) -> str | None:
    """The enhanced status of a diagnosis; of a bare reply code its class and kind, 550 → 5.0.0."""
    enhanced = _ENHANCED.search(text)
    if enhanced:
        return enhanced[1]
    reply = _SMTP.search(text)
    return f"{reply[1][0]}.0.0" if reply else None


def _permanent(status: str | None) -> bool:
    return status is None or status.startswith("5")


def _returned(root: Part, leaves: list[Part], text: str) -> Returned:
    """What the report gives back of our mail: as a part of its own, or copied into its text."""
    originals = [part.content()[:_MAX_REPORT] for part in leaves if part.type in _ORIGINALS]
    reports = [part.content()[:_MAX_REPORT] for part in leaves if part.type in _REPORTS]
    return returned_mail(root.headers, originals or [text[:_MAX_REPORT].encode()], reports)


def _bounce(address: str | None, status: str | None, diagnostic: str, returned: Returned) -> Bounce:
    ids = returned.message_ids
    first = ids[0] if ids else None
    return Bounce(address, status, _permanent(status), first, diagnostic, ids, returned.own_mark, returned.addresses)


def told_reason(bounce: Bounce) -> str:
    """One line for a person: who did not get it, and why."""
    kind = "permanent" if bounce.permanent else "temporary"
    return f"{kind} failure for {bounce.address or 'an unnamed address'}: {bounce.status or bounce.diagnostic or 'no reason told'}"
