"""What the mail room keeps of a player: the mails as they came, given out as files, or emptied.

The rows stay, without a word and without their bytes, so that a mailbox that is read again from its beginning brings nothing back:
the keys against doubles lead to them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock, personal
from helpdesk.base.models import Blob
from players.models import AddressUse
from players.selectors import addresses_of_him_alone
from tickets.mail.inbound.judge import Outcome
from tickets.mail.models import MessageIdAlias, RawMail

STEP = 200  # rows


def export(player_id: int) -> Iterator[dict[str, Any]]:
    """Which mails of his came in, when, and what became of them. A stranger's mail on a ticket of his is the stranger's."""
    for raw in _to_be_given(player_id).select_related("blob").order_by("pk").iterator():
        yield {
            "received_at": raw.received_at.isoformat(),
            "from": raw.from_address,
            "to": raw.recipient,
            "subject": raw.subject,
            "outcome": raw.outcome,
            "sha256": raw.blob.sha256 if raw.blob else None,
        }


def files(player_id: int) -> Iterator[tuple[str, Blob]]:
    """The mails as they came."""
    for raw in _to_be_given(player_id).filter(blob__isnull=False).select_related("blob").order_by("pk").iterator():
        assert raw.blob
        yield f"mail-{raw.pk}.eml", raw.blob


def amounts(player_id: int) -> list[tuple[Any, int]]:
    """What there is; mails of others that only name his address are found when they are erased."""
    return [(_("Mails as they came"), _of(player_id).filter(blob__isnull=False).count())]


def erase(player_id: int) -> Iterator[int]:
    """The mails from and about him, then those that no ticket came of and that name an address of his: bounces, parked, dismissed ones."""
    while pks := list(_of(player_id).exclude(**_blanks()).order_by("pk").values_list("pk", flat=True)[:STEP]):
        yield _empty(pks)
    yield MessageIdAlias.objects.filter(Q(message__ticket__player=player_id) | Q(message__received_in__player=player_id)).delete()[0]
    yield from _erase_where_named(addresses_of_him_alone(player_id))


def _erase_where_named(addresses: list[str]) -> Iterator[int]:
    """Nothing but its bytes says whom such a mail is about, so they are read."""
    names = [name.encode() for address in addresses for name in {address, quote(address).lower()}]
    seen = 0
    while names:
        rows = RawMail.objects.filter(Q(processed_at__isnull=False) | Q(parked_at__isnull=False), ticket=None, blob__isnull=False)
        page = list(rows.filter(pk__gt=seen).select_related("blob").order_by("pk")[:STEP])
        if not page:
            return
        seen = page[-1].pk
        yield _empty([raw.pk for raw in page if _names(raw, names)])


def _names(raw: RawMail, names: list[bytes]) -> bool:
    assert raw.blob
    try:
        with default_storage.open(raw.blob.path) as file:
            content = file.read().lower()
    except FileNotFoundError:  # lost: nothing is left of it; any other trouble of the storage stops the erasure until it is mended
        return False
    return any(name in content for name in names)


@transaction.atomic
def _empty(pks: list[int]) -> int:
    """Parked ones are put by: there is nothing left to read again."""
    rows = RawMail.objects.filter(pk__in=pks)
    rows.filter(processed_at=None).update(
        parked_at=None, processed_at=clock.now(), claimed_until=None, outcome=Outcome.IGNORE, reason=personal.ERASED
    )
    return personal.empty(rows, reason=personal.ERASED)


def _blanks() -> dict[str, Any]:
    return personal.blanks_of(RawMail) | {"reason": personal.ERASED}


def _of(player_id: int) -> QuerySet[RawMail]:
    """Mails on his tickets, those set aside as his, and those from addresses that he alone uses."""
    mine = AddressUse.objects.filter(player=player_id).values("address__folded")
    shared = AddressUse.objects.exclude(player=player_id).values("address__folded")
    on_his = Q(ticket__player=player_id) | Q(message__ticket__player=player_id) | Q(message__received_in__player=player_id)
    on_his |= Q(set_aside__player=player_id)
    return RawMail.objects.filter(on_his | Q(from_address__in=mine) & ~Q(from_address__in=shared))


def _to_be_given(player_id: int) -> QuerySet[RawMail]:
    mine = AddressUse.objects.filter(player=player_id).values("address__folded")
    return _of(player_id).exclude(~Q(from_address__in=mine), message__from_stranger=True)
