"""Mails to operators. A letter is a row; a worker claims it, sends it, and empties its words.

A worker that dies between sending and saying so sends it once more when its lease is over: an invitation twice harms nobody. While the
mail server is away letters wait behind it as messages do (`helpdesk/base/relay.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from math import inf

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from helpdesk.base import outward, parking, relay
from helpdesk.base.claims import claim
from helpdesk.base.clock import now
from helpdesk.base.queue import nudge
from helpdesk.base.sweeps import each_alone
from helpdesk.base.text import one_line
from helpdesk.base.turns import Turn
from helpdesk.staff.copies import worded
from helpdesk.staff.models import Notice, StaffMail, StaffMailState

log = structlog.get_logger(__name__)

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480))
LEASE = timedelta(minutes=5)
KEPT = timedelta(days=30)  # a letter that has left or failed, without its words
BATCH = 5_000
RELAY = "mail"  # letters leave by the same server as the messages of this channel


def post(*, to: str, subject: str, text: str, html: str = "") -> StaffMail:
    """Put a letter into the box and tell a worker after the commit."""
    letter = StaffMail.objects.create(to=to, subject=one_line(subject, 300), text=text, html=html, queued_at=now(), due_at=now())
    nudge("staff.send_letter", letter.pk)
    return letter


def post_copy(notice: Notice, *, to: str) -> StaffMail:
    """The copy of a notice into the box, without words: they are found when it leaves."""
    letter = StaffMail.objects.create(to=to, notice=notice, queued_at=now(), due_at=now())
    nudge("staff.send_letter", letter.pk)
    return letter


def drop_old() -> int:
    """Throw away what left or failed long ago; returns how many."""
    old = StaffMail.objects.filter(state__in=[StaffMailState.SENT, StaffMailState.FAILED], queued_at__lt=now() - KEPT).order_by("pk")
    gone = 0
    while pks := list(old.values_list("pk", flat=True)[:BATCH]):
        gone += StaffMail.objects.filter(pk__in=pks).delete()[0]
    return gone


def send(pk: int) -> bool:
    """Send one letter, if it is due and nobody else has it. True when it left."""
    return _send_next(StaffMail.objects.filter(pk=pk)) is True


def send_due(limit: int = 50, *, seconds: float = inf) -> int:
    """The sweep: whatever a nudge did not reach, one claim at a time, until the time is up. Returns how many left."""
    left, turn = 0, Turn(seconds)
    for _try in range(limit):
        if not turn.lasts():
            break
        sent = _send_next(StaffMail.objects.order_by("due_at"))
        if sent is None:
            break
        left += sent
    return left


def _send_next(letters: QuerySet[StaffMail]) -> bool | None:
    """None when there is nothing to send, or nothing may be sent now."""
    if outward.is_off() or RELAY in relay.shut():
        return None
    left: list[bool] = []
    taken = claim(letters.filter(state=StaffMailState.QUEUED, parked_at=None, due_at__lte=now()), limit=1, lease=LEASE)
    each_alone(taken, lambda pk: left.append(_deliver(StaffMail.objects.get(pk=pk))), park=park)
    return any(left) if taken else None


def _deliver(letter: StaffMail) -> bool:
    """The attempt is counted before it is made: what cannot be written down afterwards is not sent again and again."""
    if not relay.may_try(RELAY, _who(letter)):
        StaffMail.objects.filter(pk=letter.pk).update(claimed_until=None)
        return False
    letter.attempts += 1
    letter.save(update_fields=["attempts"])
    subject, text = worded(letter.notice) if letter.notice else (letter.subject, letter.text)
    mail = EmailMultiAlternatives(subject, text, settings.DEFAULT_FROM_EMAIL, [letter.to], headers={"Auto-Submitted": "auto-generated"})
    if letter.html:
        mail.attach_alternative(letter.html, "text/html")
    letter.claimed_until = None
    try:
        mail.send()
    except Exception as error:  # whatever the mail server says, the letter waits or is given up
        _put_back(letter, error)
        return False
    relay.back(RELAY)
    letter.state, letter.sent_at, letter.error = StaffMailState.SENT, now(), ""
    letter.subject = letter.text = letter.html = ""
    letter.save()
    return True


def _put_back(letter: StaffMail, error: Exception) -> None:
    letter.error = one_line(str(error), 300)
    if relay.is_unreachable(error):  # that says nothing of this letter
        letter.attempts -= 1
        letter.due_at = relay.gone(RELAY, letter.error, who=_who(letter), doubtful=True)
        given_up = now() - letter.queued_at >= relay.PATIENCE
    else:
        relay.back(RELAY)
        given_up = letter.attempts > len(PAUSES)
        letter.due_at = now() + PAUSES[min(letter.attempts, len(PAUSES)) - 1]
    if given_up:
        letter.state = StaffMailState.FAILED
        letter.subject = letter.text = letter.html = ""
    letter.save()
    log.warning("letter_not_sent", letter=letter.pk, attempts=letter.attempts, error=letter.error)


def _who(letter: StaffMail) -> str:
    """As the relay knows it: sending a letter is one step, so that what it meets may be its own fault."""
    return f"letter {letter.pk}"


def park(pk: int, reason: str) -> None:
    """Put a letter aside for a person."""
    if StaffMail.objects.filter(pk=pk, state=StaffMailState.QUEUED).update(parked_at=now(), claimed_until=None, error=reason):
        parking.announce("letter")


def retry(pks: Iterable[int]) -> int:
    """Parked letters go back to the sweep."""
    parked = StaffMail.objects.filter(pk__in=list(pks), parked_at__isnull=False)
    return parked.update(parked_at=None, due_at=now(), attempts=0, claimed_until=None, error="")


def give_up(pk: int) -> bool:
    """A parked letter is not sent; its words are forgotten."""
    parked = StaffMail.objects.filter(pk=pk, parked_at__isnull=False)
    return parked.update(parked_at=None, state=StaffMailState.FAILED, subject="", text="", html="") == 1


def open_lot() -> None:
    """Called when the room opens."""
    queued = StaffMail.objects.filter(state=StaffMailState.QUEUED)
    parking.register(parking.Lot("letter", _("Letter to a colleague"), queued.all, "error", retry, give_up))
    outward.register(outward.Kind("letter", _("Letters to colleagues"), queued.all, since="queued_at", to="to"))
