"""Write an audit entry, in the same transaction as what it tells about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Model
from django.http import HttpRequest

from helpdesk.audit.client import client_address
from helpdesk.audit.models import ActorKind, AuditEntry, Remark
from helpdesk.base import personal
from helpdesk.base.clock import now
from helpdesk.base.text import one_line

SECRETS = ("password", "secret", "token", "recovery", "cookie")


class By(NamedTuple):
    """Who acted, when it is not a signed-in operator."""

    kind: ActorKind = ActorKind.SYSTEM
    id: int | None = None
    name: str = ""


def note_audit(
    action: str,
    *,
    by: AbstractBaseUser | By | None,
    subject: Model | tuple[str, int | None] | None = None,
    request: HttpRequest | None = None,
    game_id: int | None = None,
    remark: str = "",
    about: tuple[str, int | None] = ("", None),
    **data: Any,
) -> AuditEntry:
    """Tell that `by` (None: the system) did `action` ("room.verb") to `subject`.

    `data` is what one needs to understand it later: ids, names, fields with their old and new values. A secret in it is a bug: it raises.
    What a person typed goes into `remark`, which is emptied when the row that it is `about` (kind, id) is erased.
    """
    _refuse_secrets(data)
    actor = _actor(by)
    kind, subject_id = _subject(subject)
    entry = AuditEntry.objects.create(
        at=now(),
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name[:254],
        action=action,
        subject_kind=kind,
        subject_id=subject_id,
        game_id=game_id,
        data=_plain(data),
        ip=client_address(request) if request else None,
        user_agent=request.headers.get("User-Agent", "")[:300].replace("\x00", "") if request else "",
    )
    if remark:
        Remark.objects.create(entry=entry, text=one_line(remark, 500), about_kind=about[0], about_id=about[1])
    return entry


def forget_remarks(kind: str, pks: Iterable[int]) -> int:
    """Empty what was remarked about these rows; returns how many remarks there were."""
    return personal.empty(Remark.objects.filter(about_kind=kind, about_id__in=list(pks)))


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The fields that differ as {field: [old, new]}, fit for an entry's `data`."""
    return {field: [_plain(before.get(field)), _plain(value)] for field, value in after.items() if before.get(field) != value}


def _actor(by: AbstractBaseUser | By | None) -> By:
    if by is None:
        return By()
    if isinstance(by, By):
        return by
    return By(ActorKind.OPERATOR, by.pk, str(by))


def _subject(subject: Model | tuple[str, int | None] | None) -> tuple[str, int | None]:
    if subject is None:
        return "", None
    if isinstance(subject, tuple):
        return subject
    return subject._meta.label_lower, subject.pk


def _refuse_secrets(data: Mapping[str, Any]) -> None:
    for key, value in data.items():
        if any(word in key.lower() for word in SECRETS):
            raise ValueError(f"an audit entry carries no secrets: {key}")
        if isinstance(value, Mapping):
            _refuse_secrets(value)


def _plain(value: Any) -> Any:
    """Whatever came, as JSON can keep it."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [_plain(inner) for inner in value]
    return str(value).replace("\x00", "")
