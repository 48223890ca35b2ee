"""What operators are told: a bell with a count, a list, and a copy by mail for those who want one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db import transaction

from helpdesk.base.clock import now
from helpdesk.base.paging import Page, page
from helpdesk.staff import staff_mail
from helpdesk.staff.facts import look_up
from helpdesk.staff.models import MailCopies, Notice, User


class NoticeKind(NamedTuple):
    """What a kind of notice says and to whom its copy goes.

    `name` is "room.verb". `text` is an English msgid with `%(name)s` places (mark it with `gettext_noop` where it is written); each reader
    sees it in their own language. `important` ones reach those who want mail only for what cannot wait.
    """

    name: str
    text: str
    important: bool = False


_kinds: dict[str, NoticeKind] = {}


def register(*kinds: NoticeKind) -> None:
    """Add kinds, in `AppConfig.ready()` of the room that tells them."""
    _kinds.update({kind.name: kind for kind in kinds})


@transaction.atomic
def notify(users: Iterable[User], kind: str, *, link: str = "", **data: Any) -> list[Notice]:
    """Tell each of `users` something, once, and post the copies they asked for. KeyError for a kind that no room has registered.

    The kind's text is filled from `data` and from what its ids are called when it is read (`facts.register`): ids and numbers, never a
    subject, a player's name or an address. `link` is a path of the desk.
    """
    _name, text, important = _kinds[kind]
    people = [user for user in {user.pk: user for user in users}.values() if user.is_active]
    notices = Notice.objects.bulk_create(Notice(user=user, kind=kind, at=now(), text=text, data=data, link=link) for user in people)
    for user, notice in zip(people, notices, strict=True):
        if user.mail_copies == MailCopies.ALL or (important and user.mail_copies == MailCopies.IMPORTANT):
            staff_mail.post_copy(notice, to=user.email)
    return notices


def unseen_count(user: User, limit: int = 99) -> int:
    """How many notices the person has not seen; counted no further than one above `limit`."""
    return Notice.objects.filter(user=user, seen_at=None)[: limit + 1].count()


def notices_page(user: User, *, cursor: str = "", unseen_only: bool = False) -> Page[Notice]:
    """Their notices, newest first."""
    notices = Notice.objects.filter(user=user)
    if unseen_only:
        notices = notices.filter(seen_at=None)
    found = page(notices, key="id", descending=True, cursor=cursor)
    look_up(user, found.rows)
    return found


def newest(user: User, count: int = 8) -> list[Notice]:
    """The few newest, for the bell's sheet."""
    notices = list(Notice.objects.filter(user=user).order_by("-id")[:count])
    look_up(user, notices)
    return notices


def see_at(user: User, link: str) -> int:
    """Mark what leads to this page as seen: the person is there. Returns how many were new."""
    return Notice.objects.filter(user=user, seen_at=None, link=link).update(seen_at=now())


def see(user: User, *, pks: Iterable[int] | None = None) -> int:
    """Mark notices as seen, all of them without `pks`. Returns how many were new."""
    unseen = Notice.objects.filter(user=user, seen_at=None)
    if pks is not None:
        unseen = unseen.filter(pk__in=list(pks))
    return unseen.update(seen_at=now())
