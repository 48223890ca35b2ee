"""The IMAP door: each mailbox is claimed, polled, and every new mail stored before the server hears that it may mark it."""

from __future__ import annotations

import imaplib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from math import inf

import structlog
from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext_noop
from imap_tools import AND, BaseMailBox, MailboxLoginError, MailMessageFlags, U

from helpdesk.base import clock
from helpdesk.base.blobs import NotKept
from helpdesk.base.claims import claim
from helpdesk.base.sweeps import each_alone
from helpdesk.base.text import one_line, reason_of
from helpdesk.base.turns import Turn
from tickets.mail.inbound import imap_hosts
from tickets.mail.inbound.inbox import InboundMail, park, store
from tickets.mail.inbound.passwords import NoPassword, password_of
from tickets.mail.models import Mailbox, MailSource

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=10)
TIMEOUT = 30  # seconds
BATCH = 200  # mails at one poll
PATIENCE = 3  # polls that fail before one mail that the server does not give is left behind
LONGEST_PAUSE = timedelta(minutes=30)  # between tries of a mailbox that fails
OLDEST = datetime(1990, 1, 1, tzinfo=UTC)  # no mail is older than the mail servers that tell of it
UNREACHABLE = gettext_noop("The server cannot be reached, or its certificate is not good.")
REFUSED = gettext_noop("The server does not take this user and password.")
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_ARRIVED = re.compile(rb'INTERNALDATE "([^"]{10,40})"')


class MailboxTrouble(Exception):
    """The mailbox cannot be polled; the text says why."""


class MailRefused(MailboxTrouble):
    """The server does not give this one mail."""


def poll_all(*, seconds: float = inf) -> int:
    """Poll every enabled mailbox that nobody else polls, until the time is up; returns how many mails came. None stops the others."""
    boxes = Mailbox.objects.filter(enabled=True).order_by(F("polled_at").asc(nulls_first=True))
    came: list[int] = []
    each_alone(list(boxes.values_list("pk", flat=True)), lambda pk: came.append(_poll_if_due(pk)), park=_in_trouble, turn=Turn(seconds))
    return sum(came)


def _poll_if_due(pk: int) -> int:
    if not _is_due(Mailbox.objects.get(pk=pk)):
        return 0
    return sum(poll(box) for box in claim(Mailbox.objects.filter(pk=pk), limit=1, lease=LEASE))


def _in_trouble(pk: int, reason: str) -> None:
    """What could not even be polled is asked less often, and the administrators' page says why."""
    Mailbox.objects.filter(pk=pk).update(polled_at=clock.now(), claimed_until=None, error=reason, failures=F("failures") + 1)


def poll(pk: int) -> int:
    """Fetch what is new in one claimed mailbox. Trouble is written down at the mailbox, for the administrators' page."""
    box = Mailbox.objects.get(pk=pk)
    came, error = 0, ""
    try:
        with _opened(box) as server:
            came = _fetch(box, server)
    except Exception as trouble:  # a mail server may say anything
        error = _told(trouble)
        log.warning("mailbox_trouble", mailbox=box.address, error=reason_of(trouble))
    failures = box.failures + 1 if error else 0
    Mailbox.objects.filter(pk=pk).update(polled_at=clock.now(), claimed_until=None, error=error, failures=failures)
    return came


def _told(trouble: Exception) -> str:
    """What the page tells: of the network nothing but that it failed, whatever the way; the log knows more."""
    match trouble:
        case MailboxLoginError():
            return REFUSED
        case MailboxTrouble() | NoPassword() | NotKept():
            return one_line(str(trouble), 300)
        case OSError() | imaplib.IMAP4.error():
            return UNREACHABLE
        case _:
            return reason_of(trouble)


def _is_due(box: Mailbox) -> bool:
    """A mailbox that fails is asked less often."""
    if not box.failures or box.polled_at is None:
        return True
    pause = min(LONGEST_PAUSE, timedelta(seconds=15 * 2 ** int(min(box.failures, 10))))
    return bool(clock.now() >= box.polled_at + pause)


@contextmanager
def _opened(box: Mailbox) -> Iterator[BaseMailBox]:
    password = password_of(box)
    server = imap_hosts.Session(box.host, box.port, security=box.security, timeout=TIMEOUT, inside=password.inside)
    with server.login(box.user, password.value, initial_folder=box.folder):
        yield server


def _fetch(box: Mailbox, server: BaseMailBox) -> int:
    status = server.folder.status(box.folder, ["UIDVALIDITY", "UIDNEXT"])
    _begin(box, int(status["UIDVALIDITY"]), int(status["UIDNEXT"]))
    came = 0
    for uid in _new_uids(box, server):
        try:
            came += _take(box, server, uid)
        except MailRefused as refusal:
            if box.failures < PATIENCE:
                raise
            _leave_behind(box, uid, str(refusal))
            came += 1
        box.last_uid = uid
        box.save(update_fields=["last_uid"])
    return came


def _begin(box: Mailbox, validity: int, next_uid: int) -> None:
    """The first poll decides where the desk begins to read.

    A server that has numbered anew is read again from the beginning of its folder: what came before the desk began stays unread there,
    and what was taken in is known by its Message-ID, or by its words and date.
    """
    if validity == box.uidvalidity and box.begun_at is not None:
        return
    first = box.begun_at is None
    box.uidvalidity, box.old_below = validity, next_uid
    box.last_uid = next_uid - 1 if first and box.begin == Mailbox.Begin.NOW else 0
    box.begun_at = box.begun_at or clock.now().replace(microsecond=0)
    box.save(update_fields=["uidvalidity", "old_below", "last_uid", "begun_at"])


def _new_uids(box: Mailbox, server: BaseMailBox) -> list[int]:
    """The numbers after the last one that we have read; without those that the server itself says are too old."""
    first_day = {Mailbox.Begin.NOW: box.begun_at and box.begun_at.date(), Mailbox.Begin.SINCE: box.begin_on}.get(Mailbox.Begin(box.begin))
    found = {int(uid) for uid in server.uids(AND(uid=U(str(box.last_uid + 1), "*")))}
    if first_day and box.last_uid + 1 < box.old_below:
        young = {int(uid) for uid in server.uids(AND(date_gte=first_day - timedelta(days=1)))}
        found = {uid for uid in found if uid >= box.old_below or uid in young}
    return sorted(uid for uid in found if uid > box.last_uid)[:BATCH]


def _is_before(box: Mailbox, uid: int, arrived: datetime) -> bool:
    """Whether a mail lay there before what the desk reads. What is put into the folder later is new, however old it is."""
    if uid >= box.old_below or box.begun_at is None:
        return False
    match box.begin:
        case Mailbox.Begin.NOW:
            return arrived < box.begun_at
        case Mailbox.Begin.SINCE:
            return box.begin_on is not None and arrived.date() < box.begin_on
        case _:
            return False


def _is_history(box: Mailbox, uid: int, arrived: datetime) -> bool:
    return box.begin == Mailbox.Begin.ALL and uid < box.old_below and box.begun_at is not None and arrived <= box.begun_at


def _take(box: Mailbox, server: BaseMailBox, uid: int) -> int:
    """Store one mail, then mark or move it; returns how many were taken. Of one that is too large the head is kept and parked.

    It came when its server took it in, whenever we find it there; a time that cannot be is brought within what can.
    """
    size, told = _envelope(server, uid)
    now = clock.now()
    arrived = min(max(told, OLDEST), now) if told else now
    if told and _is_before(box, uid, arrived):
        return 0
    too_large = size > settings.MAX_MAIL_BYTES
    content = _literal(server, uid, "BODY.PEEK[HEADER]" if too_large else "BODY.PEEK[]")
    history = _is_history(box, uid, arrived)
    raw = store(
        InboundMail(content=content, source=MailSource.IMAP, key=_key(box, uid), mailbox=box.address, received_at=arrived, history=history)
    )
    if too_large:
        park(raw, f"{size} bytes, of which {settings.MAX_MAIL_BYTES} are allowed: only the head was taken, the mail lies in the mailbox")
        return 1
    if box.move_to:
        if not server.folder.exists(box.move_to):
            server.folder.create(box.move_to)
        server.move([str(uid)], box.move_to)
    else:
        server.flag([str(uid)], [MailMessageFlags.SEEN], True)
    return 1


def _leave_behind(box: Mailbox, uid: int, reason: str) -> None:
    """A mail that the server does not give, however often it is asked, keeps the others from nobody: a parked row tells where it lies."""
    raw = store(InboundMail(content=b"", source=MailSource.IMAP, key=_key(box, uid), mailbox=box.address))
    park(raw, f"{reason}; it lies in the mailbox")


def _key(box: Mailbox, uid: int) -> str:
    return f"{box.pk}:{box.uidvalidity}:{uid}"


def _envelope(server: BaseMailBox, uid: int) -> tuple[int, datetime | None]:
    """A mail's size in bytes, and when the server took it in, or None where it does not tell."""
    told = b" ".join(
        part for line in _answer(server, uid, "RFC822.SIZE INTERNALDATE") for part in (line if isinstance(line, tuple) else (line,))
        if isinstance(part, bytes)
    )  # fmt: skip
    size, arrived = _SIZE.search(told), _ARRIVED.search(told)
    return int(size[1]) if size else 0, _moment(arrived[1]) if arrived else None


def _moment(told: bytes) -> datetime | None:
    """`17-Jul-2026 02:44:25 +0200`, as IMAP writes it."""
    try:
        moment = parsedate_to_datetime(told.decode("ascii", "replace").strip().replace("-", " ", 2))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _literal(server: BaseMailBox, uid: int, what: str) -> bytes:
    """The bytes exactly as the server has them."""
    for line in _answer(server, uid, what):
        if isinstance(line, tuple) and len(line) > 1:
            return bytes(line[1])
    raise MailRefused(f"the server gave no content for mail {uid}")


def _answer(server: BaseMailBox, uid: int, what: str) -> list[object]:
    kind, answer = server.client.uid("FETCH", str(uid), f"({what})")
    if kind != "OK":
        raise MailRefused(f"the server refused mail {uid}: {answer!r}")
    return list(answer)
