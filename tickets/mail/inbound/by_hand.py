"""What a person decides about a mail that the desk put aside or ignored: it is dismissed, taken back, or opens a ticket after all."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from helpdesk.base import clock
from helpdesk.base.errors import Conflict
from helpdesk.studio.models import Game
from tickets.actors import Actor
from tickets.mail.inbound import inbox
from tickets.mail.inbound.judge import Outcome
from tickets.mail.models import RawMail
from tickets.models import Message, Status
from tickets.services.edit import count_as_written

WITHOUT_TICKET = (Outcome.IGNORE, Outcome.BOUNCE, Outcome.DISMISS)


def dismiss(raw: RawMail) -> None:
    """A parked mail that needs nothing. It stays in the list of what was dismissed, with its reason."""
    parked = RawMail.objects.filter(pk=raw.pk, parked_at__isnull=False)
    if not parked.update(parked_at=None, processed_at=clock.now(), outcome=Outcome.DISMISS):
        raise Conflict(_("This mail is not parked any more."))


def take_back(raw: RawMail) -> None:
    """A dismissed mail is parked again."""
    dismissed = RawMail.objects.filter(pk=raw.pk, outcome=Outcome.DISMISS).exclude(reason="")
    if not dismissed.update(parked_at=clock.now(), processed_at=None, outcome=Outcome.PARK):
        raise Conflict(_("This mail is not dismissed any more."))


@transaction.atomic
def open_ticket(raw: RawMail, *, game: Game | None = None, by: Actor) -> None:
    """A person wrote it: it is read again, and whatever speaks for a machine or a report counts no more.

    `game` is whom it is for, where no address says that. One that was shown on its ticket as a machine's counts there from now on; if that
    ticket is closed, it opens a follow-up. Conflict when it stands on a ticket as a person's already.
    """
    raw = RawMail.objects.select_for_update(of=("self",)).get(pk=raw.pk)
    shown = _shown_as_a_machines(raw)
    if shown is not None and shown.ticket.status != Status.CLOSED:
        count_as_written(shown, by=by)
        RawMail.objects.filter(pk=raw.pk).update(by_person=True, answers_held=False)
        return
    aside = Q() if shown else Q(parked_at__isnull=False) | Q(outcome__in=WITHOUT_TICKET)
    if not inbox.read_again(raw, aside, by_person=True, game=game or raw.game, same_as=None, ticket=None, message=None):
        raise Conflict(_("This mail stands on a ticket already."))


def _shown_as_a_machines(raw: RawMail) -> Message | None:
    """Its message on a ticket, where it does not count as the player's."""
    if raw.outcome != Outcome.REPLY or raw.message_id is None:
        return None
    return Message.objects.select_related("ticket").filter(pk=raw.message_id, kind=Message.Kind.INBOUND, automatic=True).first()
