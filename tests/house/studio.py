"""A small studio with one of everything, every address of the house in it, and those who come."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from helpdesk.base.models import Text
from helpdesk.staff.models import Grant, Role, Team, User
from helpdesk.staff.rights import Right, registered
from helpdesk.studio.models import Department, Game, Reason
from players.models import Address, CardClass, CardLine, Player
from tests.factories.desk import make_game, make_ticket, newest_question
from tests.factories.staff import somebody
from tests.house.ground import PACKAGES
from tickets.actors import operator
from tickets.desk.saved_views.models import SavedView
from tickets.mail.models import Mailbox, RawMail
from tickets.models import Attachment, Delivery, LifecycleRule, Message, Ticket
from tickets.services.attachments import NewFile, keep_files
from tickets.services.reply import OutgoingMessage, send_reply

METHODS = ("get", "post")
HANDLER = Client().handler


@dataclass(frozen=True)
class Door:
    """An address with its view."""

    name: str
    wants: tuple[str, ...]
    view: Any

    @property
    def ours(self) -> bool:
        return self.view.__module__.split(".")[0] in PACKAGES

    def __repr__(self) -> str:
        return self.name


def doors(resolver: URLResolver | None = None, prefix: str = "", wants: tuple[str, ...] = ()) -> Iterator[Door]:
    for entry in (resolver or get_resolver()).url_patterns:
        here = (
            (*wants, *entry.pattern.regex.groupindex)
            if not getattr(entry.pattern, "converters", None)
            else (*wants, *entry.pattern.converters)
        )
        if isinstance(entry, URLResolver):
            yield from doors(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix, here)
        elif isinstance(entry, URLPattern):
            yield Door(f"{prefix}{entry.name or entry.pattern}", here, entry.callback)


ALL = sorted(doors(), key=lambda door: door.name)
GUARDED = [door for door in ALL if hasattr(door.view, "requires")]
WITH_RIGHTS = [door for door in GUARDED if door.view.requires]
OF_A_TICKET = [door for door in GUARDED if "number" in door.wants or door.name in {"desk:attachment", "desk:thumbnail"}]


class House:
    """A small studio with one of everything, and the address of each door in it."""

    def __init__(self) -> None:
        self.game, self.other_game = make_game(), make_game("ashvale")
        self.ticket: Ticket = make_ticket(game=self.game)
        self.author = somebody(Right.VIEW, Right.REPLY, name="Vera Author")
        self.message: Message = send_reply(
            self.ticket, OutgoingMessage("Hello", answers_upto=newest_question(self.ticket)), by=operator(self.author)
        )
        self.file: Attachment = keep_files(
            self.ticket, [NewFile("a.txt", b"hello")], message=Message.objects.filter(ticket=self.ticket)[0]
        )[0]
        self.own_class = CardClass.objects.create(slug="sanctions", name="Sanctions")
        CardLine.objects.create(game=self.game, name="warnings", card_class=self.own_class)
        self.team = Team.objects.create(name="Billing", slug="billing")
        self.boss, self.nobody = able(), somebody()
        self.of_this_game, self.of_another_game = able(game=self.game), able(game=self.other_game)
        self._sessions: dict[int, str] = {}
        for who in (self.boss, self.nobody, self.of_this_game, self.of_another_game):
            self._session(who)  # now: one that a test began would be gone with it

    def knock(self, who: User | None, method: str, address: str, **more: Any) -> HttpResponse:
        """What this person is answered. Each knock is the first: what it changed is undone, a session that it ended too."""
        client = Client()
        client.handler = HANDLER  # the middlewares are loaded once for all who come
        if who:
            client.cookies[settings.SESSION_COOKIE_NAME] = self._session(who)
        with _undone():
            response: HttpResponse = getattr(client, method)(address, **more)
        return response

    def _session(self, who: User) -> str:
        if who.pk not in self._sessions:
            client = Client()
            client.force_login(who)
            self._sessions[who.pk] = client.cookies[settings.SESSION_COOKIE_NAME].value
        return self._sessions[who.pk]

    def address(self, door: Door, **other: Any) -> str:
        return reverse(door.name, kwargs={want: other.get(want, self.fills(door, want)) for want in door.wants})

    def fills(self, door: Door, want: str) -> Any:
        """Something that exists, where there is one."""
        there: dict[str, Any] = {
            "number": self.ticket.number, "slug": self.game.slug, "language": "en", "way": "next", "provider": "mailgun", "kind": "mime",
            "of": "hold",
        }  # fmt: skip
        if door.name == "administration:card_class":
            return self.own_class.pk
        if door.name == "desk:filter":
            return "language"
        if want == "pk":
            return self.row(door.name)
        if want == "grant_pk":
            return first(Grant)
        return there.get(want, "1" if want.endswith("pk") else "x")

    def row(self, name: str) -> int:
        if name in {"desk:attachment", "desk:thumbnail", "desk:drop_file"}:
            return self.file.pk
        if name.startswith("desk:"):
            return self.message.pk
        kinds: dict[str, Any] = {
            "rule": LifecycleRule, "text": Text, "own_words": Text, "game": Game, "role": Role, "team": Team, "person": User,
            "department": Department, "mailbox": Mailbox, "address": Address, "mail": RawMail, "delivery": Delivery,
            "player": Player, "card_field": CardLine, "reason": Reason, "saved_views": SavedView,
        }  # fmt: skip
        return next((first(model) for word, model in kinds.items() if word in name), 1)


def first(model: Any) -> int:
    return model.objects.order_by("pk").values_list("pk", flat=True).first() or 1


def able(*but: Right, game: Game | None = None) -> User:
    """Somebody with every right but these, everywhere or for one game."""
    return somebody(*[right for right in registered() if right not in but], game=game)


@contextmanager
def _undone() -> Iterator[None]:
    """By hand, since an `atomic` would forbid what must be the outermost one."""
    before = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(before)
        transaction.savepoint_commit(before)
