"""Every address of the house × who comes: a stranger, somebody without rights, somebody whose rights lie elsewhere, somebody with all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from helpdesk.base.models import Text
from helpdesk.games.models import Game
from helpdesk.staff.models import Grant, Role, Team, User
from helpdesk.staff.rights import Right
from players.models import Player
from tests.factories.desk import make_game, make_ticket, newest_question
from tests.factories.staff import somebody
from tests.house.ground import PACKAGES
from tickets.mail.models import Mailbox, RawMail
from tickets.models import Attachment, Delivery, LifecycleRule, Message, Ticket
from tickets.services.attachments import NewFile, keep_files
from tickets.services.reply import OutgoingMessage, send_reply

pytestmark = pytest.mark.django_db

PUBLIC = {
    "livez", "readyz", "metrics",  # machines; the numbers ask for a token where one is set
    "set_language",
    "account_login", "account_logout", "account_inactive", "account_signup", "mfa_authenticate", "mfa_login_webauthn",
    "account_reset_password", "account_reset_password_done", "account_reset_password_from_key", "account_reset_password_from_key_done",
    "staff:new_address",  # a colleague, by a signed address
    "surveys:brand", "surveys:answer", "surveys:stop",  # a player, by a signed address
    "mail:hand_in", "mail:hand_in_kind", "mail:tracking",  # mail providers, who sign what they bring
}  # fmt: skip
FOR_EVERYBODY_AT_WORK = {
    "home",
    "staff:account", "staff:appearance", "staff:sign_out_everywhere", "staff:notices", "staff:bell", "staff:notices_seen", "staff:notice",
    "staff:settings",
}  # fmt: skip
SIGN_IN = ("account_", "mfa_", "usersessions_")
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
        self.message: Message = send_reply(self.ticket, OutgoingMessage("Hello", answers_upto=newest_question(self.ticket)), by=self.author)
        self.file: Attachment = keep_files(
            self.ticket, [NewFile("a.txt", b"hello")], message=Message.objects.filter(ticket=self.ticket)[0]
        )[0]
        self.team = Team.objects.create(name="Billing", slug="billing")

    def address(self, door: Door, **other: Any) -> str:
        return reverse(door.name, kwargs={want: other.get(want, self.fills(door, want)) for want in door.wants})

    def fills(self, door: Door, want: str) -> Any:
        """Something that exists, where there is one."""
        there: dict[str, Any] = {
            "number": self.ticket.number, "slug": self.game.slug, "language": "en", "way": "next", "provider": "mailgun", "kind": "mime",
        }  # fmt: skip
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
            "mailbox": Mailbox, "mail": RawMail, "delivery": Delivery, "player": Player,
        }  # fmt: skip
        return next((first(model) for word, model in kinds.items() if word in name), 1)


def first(model: Any) -> int:
    return model.objects.order_by("pk").values_list("pk", flat=True).first() or 1


@pytest.fixture
def house(settings: Any, tmp_path: Any) -> House:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "helpdesk.base.storage.WholeFiles", "OPTIONS": {"location": str(tmp_path)}}
    }
    return House()


def comes(user: User | None) -> Client:
    client = Client()
    client.handler = HANDLER  # the middlewares are loaded once for all who come
    if user:
        client.force_login(user)
    return client


def knock(client: Client, method: str, address: str) -> HttpResponse:
    return getattr(client, method)(address)


def refused(house: House, door: Door, user: User) -> None:
    """403, or 405 where the door knows the method not at all; never a page."""
    statuses = {method: knock(comes(user), method, house.address(door)).status_code for method in METHODS}
    assert 403 in statuses.values(), statuses
    assert set(statuses.values()) <= {403, 405}, statuses


def able(*but: Right, game: Game | None = None) -> User:
    return somebody(*[right for right in Right if right not in but], game=game)


@pytest.mark.parametrize("door", [door for door in ALL if door.ours], ids=repr)
def test_every_door_of_ours_says_what_it_asks_for(door: Door) -> None:
    known = hasattr(door.view, "requires") or door.name in PUBLIC

    assert known, f"{door.name} has no @requires and is not on the list of public addresses"
    if hasattr(door.view, "requires") and not door.view.requires:
        assert door.name in FOR_EVERYBODY_AT_WORK, f"{door.name} opens to everybody who is signed in"


def test_the_lists_name_doors_that_exist() -> None:
    assert {door.name for door in ALL} >= PUBLIC | FOR_EVERYBODY_AT_WORK


@pytest.mark.parametrize("door", [door for door in ALL if door.name not in PUBLIC], ids=repr)
def test_a_stranger_is_sent_to_sign_in(door: Door, house: House) -> None:
    for method in METHODS:
        response = knock(comes(None), method, house.address(door))
        sign_in = response.status_code == 302 and (response["Location"].startswith(reverse("account_login")) or door.name == "home")
        assert sign_in or response.status_code in {401, 403, 404, 405} or (door.name.startswith(SIGN_IN) and response.status_code == 302), (
            method, response.status_code,
        )  # fmt: skip


@pytest.mark.parametrize("door", WITH_RIGHTS, ids=repr)
def test_without_the_right_it_asks_for_nobody_comes_in(door: Door, house: House) -> None:
    """Neither with no right at all, nor with every other one, nor with all of them for one game where the whole studio is concerned."""
    refused(house, door, somebody())
    refused(house, door, able(*door.view.requires))
    if door.view.everywhere:
        refused(house, door, able(game=house.game))


@pytest.mark.parametrize("door", OF_A_TICKET, ids=repr)
def test_a_ticket_of_another_game_does_not_exist(door: Door, house: House) -> None:
    """Also not when one comes to its message through a ticket that one may see."""
    elsewhere, addresses = able(game=house.other_game), [house.address(door)]
    if {"pk", "number"} <= set(door.wants):
        addresses.append(house.address(door, number=make_ticket(game=house.other_game).number))
    for method in METHODS:
        for address in addresses:
            assert knock(comes(elsewhere), method, address).status_code in {404, 405}, (method, address)


@pytest.mark.parametrize("door", GUARDED, ids=repr)
def test_nothing_that_an_able_person_asks_for_breaks(door: Door, house: House) -> None:
    boss = able()
    junk = "?cursor=W1sx&page=-1&after=x&since=%00&q=%27%22%3C&status=gone&game=999999999999999999999&sort=drop&tab=none&pk=abc&ids=1,x"
    huge = {want: 10**30 for want in door.wants if want.endswith("pk")}
    for method in METHODS:
        for address in (house.address(door), house.address(door) + junk, house.address(door, **huge)):
            assert knock(comes(boss), method, address).status_code < 500, (method, address)


@pytest.mark.parametrize("side", ["game", "team", "language", "topic"])
def test_a_right_that_is_held_in_part_breaks_no_page_that_asks_for_it(side: str, house: House) -> None:
    """Whatever part a studio gives of whatever right: a page, or a refusal that says so."""
    part = {side: {"game": house.game, "team": house.team, "language": "de", "topic": "lost-purchase"}[side]}
    broken = []
    for right in Right:
        olga = somebody(right, **part)
        for door in WITH_RIGHTS:
            if right in door.view.requires:
                answers = {method: knock(comes(olga), method, house.address(door)).status_code for method in METHODS}
                broken += [(door.name, method, status) for method, status in answers.items() if status >= 500]

    assert broken == []


@pytest.mark.parametrize("door", [door for door in GUARDED if not door.wants], ids=repr)
def test_a_fragment_for_a_stranger_sends_the_whole_page_to_sign_in(door: Door, house: House) -> None:
    answers = [getattr(comes(None), method)(house.address(door), headers={"HX-Request": "true"}) for method in METHODS]

    assert (204, reverse("account_login")) in [(response.status_code, response.get("HX-Redirect")) for response in answers]


def test_a_page_carries_its_security_policy(house: House) -> None:
    response = comes(able()).get(reverse("desk:queue"))

    policy = response["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    for part in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert part in policy
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
