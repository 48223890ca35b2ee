"""Keys that people enter in pages: encrypted with `KEYS_SECRET` of the environment, and never shown again to anybody.

A key is entered for one purpose (`name`) and one place (host and port). Both are sealed in with the value: a row that is moved, or whose
place is changed in the database, opens nothing. `helpdesk/staff/services/keys.py` enters and removes keys, and tells the audit.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock
from helpdesk.base.errors import DomainError
from helpdesk.base.models import EnteredKey
from helpdesk.base.outgoing.signing import Key
from helpdesk.base.text import clean

LONGEST = 4_000  # bytes of a value
LONGEST_OVERLAP = timedelta(days=30)  # for which a former value stays good
NO_MASTER = _("The desk cannot keep keys: its environment has no KEYS_SECRET. Ask whoever runs it.")


class Unusable(Exception):
    """There is no key for this purpose and place that can be opened. The text says which of it, and nothing of the value."""


@dataclass(frozen=True, slots=True)
class Told:
    """All that may be known of a key: who entered it and when."""

    saved_by_id: int | None
    saved_at: datetime
    place: str


def told(name: str) -> Told | None:
    """What may be shown of a key; None where none was entered."""
    row = EnteredKey.objects.filter(name=name).first()
    return Told(row.saved_by_id, row.saved_at, row.place) if row else None


def value_of(name: str, place: str) -> str:
    """The key itself, for whoever is about to use it at that place. Unusable."""
    return _open(_row(name, place), "sealed")


def signing_keys(name: str, place: str) -> list[Key]:
    """The keys to sign with and to verify by: the present one, and the former one while it is still good. Unusable.

    Their ids are no secret, and come only once: a page may show them to who sets up the other side.
    """
    row = _row(name, place)
    keys = [Key(f"k{row.pk}.{row.version}", _open(row, "sealed").encode("utf-8"))]
    if row.former and row.former_until and row.former_until > clock.now():
        keys.append(Key(f"k{row.pk}.{row.version - 1}", _open(row, "former").encode("utf-8")))
    return keys


def put(name: str, value: str, *, place: str, by_id: int | None, former_until: datetime | None = None) -> bool:
    """Seal a value; whether it replaces another one. With `former_until` that one stays good until then, if it was for the same place.

    DomainError where the environment has no master key, for a value that is too long, and for an end too far away.
    """
    if not can_keep():
        raise DomainError(NO_MASTER)
    value = value.replace("\r\n", "\n")  # as a browser sends several lines
    if not 0 < len(value.encode("utf-8", "replace")) <= LONGEST or value != clean(value):
        raise DomainError(_("This cannot be a key: it is empty, too long, or has signs that nobody can type."))
    now = clock.now()
    if former_until and not now < former_until <= now + LONGEST_OVERLAP:
        raise DomainError(_("A former key stays good for %(days)s days at most.") % {"days": LONGEST_OVERLAP.days})
    sealed = _seal(name, place, value)
    with transaction.atomic():
        row, first = EnteredKey.objects.select_for_update().get_or_create(
            name=name, defaults={"place": place, "sealed": sealed, "version": 0}
        )
        stays = former_until is not None and not first and row.place == place and _opens(row)
        row.former, row.former_until = (row.sealed, former_until) if stays else ("", None)
        row.sealed, row.place, row.version = sealed, place, row.version + 1
        row.saved_by_id, row.saved_at = by_id, now
        row.save()
    return not first


def drop(name: str) -> bool:
    """Forget a key; whether there was one."""
    return EnteredKey.objects.filter(name=name).delete()[0] > 0


def drop_former() -> int:
    """Forget the former values whose time is over; how many."""
    return EnteredKey.objects.filter(former_until__lte=clock.now()).update(former="", former_until=None)


def can_keep() -> bool:
    """Whether the environment has what keys are encrypted with."""
    return bool(settings.KEYS_SECRET)


def unreadable() -> list[str]:
    """The names of the keys that the environment's KEYS_SECRET and its fallbacks do not open."""
    return [row.name for row in EnteredKey.objects.order_by("name") if not _opens(row)]


def reencrypt() -> tuple[int, list[str]]:
    """Seal every key anew with the present KEYS_SECRET, each under its lock: how many were, and the names of those that do not open."""
    done, lost = 0, []
    for pk, name in EnteredKey.objects.order_by("pk").values_list("pk", "name"):
        with transaction.atomic():
            row = EnteredKey.objects.select_for_update().filter(pk=pk).first()
            if row is None:
                continue
            if not can_keep() or not _opens(row):
                lost.append(name)
                continue
            ring = _ring(*_masters())
            row.sealed = ring.rotate(row.sealed.encode()).decode()
            row.former = ring.rotate(row.former.encode()).decode() if row.former else ""
            row.save(update_fields=["sealed", "former"])
            done += 1
    return done, lost


def _row(name: str, place: str) -> EnteredKey:
    row = EnteredKey.objects.filter(name=name, place=place).first()
    if row is None:
        raise Unusable("no key was entered for this place")
    return row


def _seal(name: str, place: str, value: str) -> str:
    return _ring(*_masters()).encrypt("\n".join((name, place, value)).encode("utf-8")).decode("ascii")


def _open(row: EnteredKey, column: str) -> str:
    try:
        opened = _ring(*_masters()).decrypt(getattr(row, column).encode("utf-8"))
    except InvalidToken as error:
        raise Unusable("the key cannot be opened: it was sealed with another KEYS_SECRET") from error
    name, place, value = opened.decode("utf-8").split("\n", 2)
    if (name, place) != (row.name, row.place):
        raise Unusable("the key was sealed for another purpose or place")
    return value


def _opens(row: EnteredKey) -> bool:
    try:
        return all(_open(row, column) for column in ("sealed", "former") if getattr(row, column))
    except Unusable:
        return False


def _masters() -> tuple[str, ...]:
    masters = tuple(secret for secret in (settings.KEYS_SECRET, *settings.KEYS_SECRET_FALLBACKS) if secret)
    if not masters:
        raise Unusable("the environment has no KEYS_SECRET")
    return masters


@lru_cache(maxsize=8)
def _ring(*masters: str) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(secret))) for secret in masters])


def _derived(secret: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"helpdesk entered keys v1").derive(secret.encode("utf-8"))
