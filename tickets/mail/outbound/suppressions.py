"""An address that mails do not reach: what we and the provider hold against it, and trying it again."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from helpdesk.base import outward
from helpdesk.base.errors import Conflict, DomainError
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from players.models import Address
from players.services import forgive_address
from tickets.access import visible_tickets
from tickets.actors import Actor
from tickets.mail.provider import KeepsList, NoAnswer, Suppression
from tickets.mail.provider_api import asking
from tickets.mail.providers import sending_provider
from tickets.models import Message, Status
from tickets.models.message import ANSWERED_STATES
from tickets.services import outbox

State = Message.State
MOST_DOMAINS = 3
MOST_MESSAGES = 50


def in_trouble() -> QuerySet[Address]:
    """The addresses that notices and surveys stay away from, the newest trouble first."""
    found = Address.objects.exclude(state=Address.State.GOOD).exclude(address="").filter(state_since__isnull=False)
    return found.order_by("-state_since", "-pk")


def keeper() -> KeepsList | None:
    """The provider by which mails leave, where it keeps a list of its own that can be asked."""
    provider = sending_provider()
    return provider if isinstance(provider, KeepsList) else None


def ask(address: Address) -> list[Suppression]:
    """What the provider holds against it. Asks its API. DomainError when it does not answer."""
    provider = keeper()
    if provider is None:
        return []
    try:
        return provider.suppressions(asking(provider), address.address, _domains(address))
    except NoAnswer as error:
        raise DomainError(_("%(provider)s does not tell: %(why)s.") % {"provider": provider.label, "why": error}) from error


def lift(address: Address, *, by: User, request: HttpRequest | None = None) -> list[Suppression]:
    """Have the provider take it off its lists, and say that it is good. Returns what the provider does not let go.

    Where the provider does not answer, nothing is changed: our word alone would only make the next mail come back.
    """
    if outward.is_off():
        raise DomainError(_("Nothing leaves the desk at present, so the address cannot be tried again. Nothing was changed."))
    provider = keeper()
    left: list[Suppression] = []
    if provider:
        domains = _domains(address)
        try:
            provider.unsuppress(asking(provider), address.address, domains)
            left = provider.suppressions(asking(provider), address.address, domains)
        except NoAnswer as error:
            words = _("%(provider)s cannot be told: %(why)s. Nothing was changed here.") % {"provider": provider.label, "why": error}
            raise DomainError(words) from error
    if not left:
        forgive_address(address, by=by, request=request, **({"provider": provider.label} if provider else {}))
    return left


def failed_to(address: Address, reader: User) -> QuerySet[Message]:
    """Answers of people that did not reach it and still matter: their ticket is open, and nothing later got through there. Newest first."""
    tickets = visible_tickets(reader, Right.RESEND).exclude(status=Status.CLOSED)
    answers = Message.objects.filter(kind=Message.Kind.REPLY, purpose=Message.Purpose.ANSWER)
    arrived = answers.filter(ticket=OuterRef("ticket"), pk__gt=OuterRef("pk"), state__in=ANSWERED_STATES)
    failed = answers.filter(
        ticket__in=tickets.values("pk"),
        channel="mail",
        state__in=[State.FAILED, State.BOUNCED],
        to_address__iexact=address.address,
    )
    return failed.exclude(Exists(arrived)).select_related("ticket").order_by("-pk")[:MOST_MESSAGES]


def send_again(messages: Sequence[Message], *, by: Actor) -> tuple[int, str]:
    """How many leave once more, and why another one does not."""
    sent, why = 0, ""
    for message in messages:
        try:
            outbox.resend(message, by=by)
            sent += 1
        except Conflict:
            continue  # somebody was first
        except DomainError as refusal:
            why = str(refusal)
    return sent, why


def _domains(address: Address) -> list[str]:
    """Of the games that have written to it lately: most providers keep a list for each."""
    senders = Message.objects.filter(channel="mail", kind=Message.Kind.REPLY, ticket__contact=address).order_by("-pk")
    addresses = senders.values_list("ticket__game__address", flat=True)[:200]
    return list(dict.fromkeys(one.rpartition("@")[2] for one in addresses))[:MOST_DOMAINS]
