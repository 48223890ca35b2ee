"""The IMAP door: each mailbox is claimed, polled, and every new mail stored before the server hears that it may mark it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from math import inf

import structlog
from django.conf import settings
from django.db.models import F
from imap_tools import AND, BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted, MailMessageFlags, U

from helpdesk.base import clock
from helpdesk.base.claims import claim
from helpdesk.base.sweeps import each_alone
from helpdesk.base.text import one_line
from helpdesk.base.turns import Turn
from tickets.mail.inbox import HandedIn, park, store
from tickets.mail.models import Door, Mailbox

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=10)
TIMEOUT = 30  # seconds
BATCH = 200  # mails at one poll
PATIENCE = 3  # polls that fail before one mail that the server does not give is left behind
LONGEST_PAUSE = timedelta(minutes=30)  # between tries of a mailbox that fails
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


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
        error = one_line(f"{type(trouble).__name__}: {trouble}", 300)
        log.warning("mailbox_trouble", mailbox=box.address, error=error)
    failures = box.failures + 1 if error else 0
    Mailbox.objects.filter(pk=pk).update(polled_at=clock.now(), claimed_until=None, error=error, failures=failures)
    return came


def _is_due(box: Mailbox) -> bool:
    """A mailbox that fails is asked less often."""
    if not box.failures or box.polled_at is None:
        return True
    pause = min(LONGEST_PAUSE, timedelta(seconds=15 * 2 ** int(min(box.failures, 10))))
    return bool(clock.now() >= box.polled_at + pause)


@contextmanager
def _opened(box: Mailbox) -> Iterator[BaseMailBox]:
    password = getattr(settings, "MAILBOX_PASSWORDS", {}).get(box.password_name)
    if not password:
        raise MailboxTrouble(f"the environment has no {box.password_name}")
    server: BaseMailBox
    if box.security == Mailbox.Security.PLAIN:
        server = MailBoxUnencrypted(box.host, box.port, timeout=TIMEOUT)
    elif box.security == Mailbox.Security.STARTTLS:
        server = MailBoxStartTls(box.host, box.port, timeout=TIMEOUT)
    else:
        server = MailBox(box.host, box.port, timeout=TIMEOUT)
    with server.login(box.user, password, initial_folder=box.folder):
        yield server


def _fetch(box: Mailbox, server: BaseMailBox) -> int:
    status = server.folder.status(box.folder, ["UIDVALIDITY"])
    validity = int(status["UIDVALIDITY"])
    if validity != box.uidvalidity:  # the server has numbered anew: what we have seen is known by its Message-ID
        box.uidvalidity, box.last_uid = validity, 0
        box.save(update_fields=["uidvalidity", "last_uid"])
    uids = sorted(int(uid) for uid in server.uids(AND(uid=U(str(box.last_uid + 1), "*"))))
    came = 0
    for uid in [uid for uid in uids if uid > box.last_uid][:BATCH]:
        try:
            _take(box, server, uid)
        except MailRefused as refusal:
            if box.failures < PATIENCE:
                raise
            _leave_behind(box, uid, str(refusal))
        box.last_uid = uid
        box.save(update_fields=["last_uid"])
        came += 1
    return came


def _take(box: Mailbox, server: BaseMailBox, uid: int) -> None:
    """Store one mail, then mark or move it. Of one that is too large the head is kept and parked."""
    size = _size(server, uid)
    too_large = size > settings.MAX_MAIL_BYTES
    content = _literal(server, uid, "BODY.PEEK[HEADER]" if too_large else "BODY.PEEK[]")
    raw = store(HandedIn(content=content, door=Door.IMAP, key=_key(box, uid), mailbox=box.address))
    if too_large:
        park(raw, f"{size} bytes, of which {settings.MAX_MAIL_BYTES} are allowed: only the head was taken, the mail lies in the mailbox")
        return
    if box.move_to:
        if not server.folder.exists(box.move_to):
            server.folder.create(box.move_to)
        server.move([str(uid)], box.move_to)
    else:
        server.flag([str(uid)], [MailMessageFlags.SEEN], True)


def _leave_behind(box: Mailbox, uid: int, reason: str) -> None:
    """A mail that the server does not give, however often it is asked, keeps the others from nobody: a parked row tells where it lies."""
    raw = store(HandedIn(content=b"", door=Door.IMAP, key=_key(box, uid), mailbox=box.address))
    park(raw, f"{reason}; it lies in the mailbox")


def _key(box: Mailbox, uid: int) -> str:
    return f"{box.pk}:{box.uidvalidity}:{uid}"


def _size(server: BaseMailBox, uid: int) -> int:
    answer = _answer(server, uid, "RFC822.SIZE")
    found = next((match for line in answer if isinstance(line, bytes) and (match := _SIZE.search(line))), None)
    return int(found[1]) if found else 0


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
