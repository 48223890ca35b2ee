"""What an operator may do and see: rights, the scope in which he holds each, and the door that asks for one.

A `Grant` gives a role to a person for everything or for a game, team, language or topic. `scope_for(user, right)` folds his
grants into one value that speaks SQL (`q`), Elasticsearch (`es`) and Python (`allows`) with the same meaning, so that list,
page, search and export cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce, wraps
from operator import or_
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Q, TextChoices
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from helpdesk.staff.models import User

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)


class Right(TextChoices):
    VIEW = "ticket.view", _("See tickets")
    REPLY = "ticket.reply", _("Answer players")
    NOTE = "ticket.note", _("Write notes for colleagues")
    ASSIGN = "ticket.assign", _("Give tickets to people and teams")
    TAKE = "ticket.take", _("Take the next ticket")
    SET_STATUS = "ticket.set_status", _("Change the status")
    START = "ticket.start", _("Start a conversation")
    MERGE = "ticket.merge", _("Merge tickets")
    RESEND = "ticket.resend", _("Send a failed message again")
    BULK = "ticket.bulk", _("Change many tickets at once")
    RELEASE_HELD = "ticket.release_held", _("Release held replies")

    SEE_ATTACHMENTS = "ticket.see_attachments", _("Open attachments")
    SEE_RATING = "ticket.see_rating", _("See players' ratings")
    SEE_RAW_MAIL = "ticket.see_raw_mail", _("See the mail as it came")

    SEE_PLAYER = "player.see", _("See the player's card")
    SEE_PLAYER_CONTACT = "player.see_contact", _("See players' addresses")
    SEE_PLAYER_PAYMENTS = "player.see_payments", _("See purchases")
    SEE_PLAYER_DEVICE = "player.see_device", _("See devices")
    EDIT_PLAYER = "player.edit", _("Edit players")
    ERASE_PLAYER = "player.erase", _("Give out and erase players' data")

    MANAGE_GAMES = "studio.games", _("Games and brands")
    MANAGE_TEXTS = "studio.texts", _("Texts to players")
    MANAGE_LIFECYCLE = "studio.lifecycle", _("Life cycle rules")
    MANAGE_ROLES = "studio.roles", _("Roles and rights")
    MANAGE_STAFF = "studio.staff", _("People and teams")
    MANAGE_MAIL = "studio.mail", _("Parked mails and mailboxes")
    MANAGE_DELIVERIES = "studio.deliveries", _("Parked work")
    SEE_AUDIT = "studio.audit", _("Audit")


RIGHT_GROUPS: tuple[tuple[Any, tuple[Right, ...]], ...] = (
    (
        _("Work on tickets"),
        (
            Right.VIEW,
            Right.REPLY,
            Right.NOTE,
            Right.ASSIGN,
            Right.TAKE,
            Right.SET_STATUS,
            Right.START,
            Right.MERGE,
            Right.RESEND,
            Right.BULK,
            Right.RELEASE_HELD,
        ),
    ),
    (_("Parts of a ticket"), (Right.SEE_ATTACHMENTS, Right.SEE_RATING, Right.SEE_RAW_MAIL)),
    (
        _("Players"),
        (
            Right.SEE_PLAYER,
            Right.SEE_PLAYER_CONTACT,
            Right.SEE_PLAYER_PAYMENTS,
            Right.SEE_PLAYER_DEVICE,
            Right.EDIT_PLAYER,
            Right.ERASE_PLAYER,
        ),
    ),
    (
        _("The studio"),
        (
            Right.MANAGE_GAMES,
            Right.MANAGE_TEXTS,
            Right.MANAGE_LIFECYCLE,
            Right.MANAGE_STAFF,
            Right.MANAGE_ROLES,
            Right.MANAGE_MAIL,
            Right.MANAGE_DELIVERIES,
            Right.SEE_AUDIT,
        ),
    ),
)


class StaffRequest(HttpRequest):
    """A request whose door has been passed: somebody is signed in."""

    user: User
    htmx: HtmxDetails


@dataclass(frozen=True, slots=True)
class Part:
    """One slice of the work. An empty field leaves that side open; the set ones must all hold."""

    game_id: int | None = None
    team_id: int | None = None
    language: str = ""
    topic: str = ""

    def sides(self) -> tuple[tuple[str, int | str], ...]:
        pairs: tuple[tuple[str, int | str | None], ...] = (
            ("game", self.game_id),
            ("team", self.team_id),
            ("language", self.language or None),
            ("topic", self.topic or None),
        )
        return tuple((side, value) for side, value in pairs if value is not None)


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a right is held: everywhere, in some parts, or nowhere. Parts add up."""

    everything: bool = False
    parts: tuple[Part, ...] = ()

    @property
    def nothing(self) -> bool:
        return not self.everything and not self.parts

    def allows(self, *, game_id: int | None = None, team_id: int | None = None, language: str = "", topic: str = "") -> bool:
        if self.everything:
            return True
        row = {"game": game_id, "team": team_id, "language": language, "topic": topic}
        return any(all(row[side] == value for side, value in part.sides()) for part in self.parts)

    def q(self, game: str = "game_id", team: str = "team_id", language: str = "language", topic: str = "topic__slug") -> Q:
        """The scope as a condition on rows; parts that name one side alone become one IN."""
        if self.everything:
            return Q()
        if self.nothing:
            return Q(pk__in=[])
        columns = {"game": game, "team": team, "language": language, "topic": topic}
        alone, mixed = self._sorted_parts()
        conditions = [Q(**{f"{columns[side]}__in": values}) for side, values in alone.items()]
        conditions += [Q(**{columns[side]: value for side, value in part}) for part in mixed]
        return reduce(or_, conditions)

    def games_q(self, game: str = "game_id") -> Q:
        """The same for rows that belong to a game and to nothing narrower (a game, its rules, its texts): a part that names a team, a
        language or a topic opens none of them."""
        if self.everything:
            return Q()
        return Q(**{f"{game}__in": [part.game_id for part in self.parts if part == Part(part.game_id)]})

    def es(self, game: str = "game_id", team: str = "team_id", language: str = "language", topic: str = "topic") -> dict[str, Any]:
        """The same as an Elasticsearch filter."""
        if self.everything:
            return {"match_all": {}}
        if self.nothing:
            return {"match_none": {}}
        fields = {"game": game, "team": team, "language": language, "topic": topic}
        alone, mixed = self._sorted_parts()
        should: list[dict[str, Any]] = [{"terms": {fields[side]: values}} for side, values in alone.items()]
        should += [{"bool": {"filter": [{"term": {fields[side]: value}} for side, value in part]}} for part in mixed]
        return {"bool": {"should": should, "minimum_should_match": 1}}

    def _sorted_parts(self) -> tuple[dict[str, list[int | str]], list[tuple[tuple[str, int | str], ...]]]:
        alone: dict[str, list[int | str]] = {}
        mixed = []
        for part in self.parts:
            sides = part.sides()
            if len(sides) == 1:
                alone.setdefault(sides[0][0], []).append(sides[0][1])
            else:
                mixed.append(sides)
        return alone, mixed


NOWHERE = Scope()
EVERYWHERE = Scope(everything=True)


def scope_of(parts: Iterable[Part]) -> Scope:
    """Fold parts into a scope: one that names no side opens everything."""
    unique = tuple(dict.fromkeys(parts))
    if any(not part.sides() for part in unique):
        return EVERYWHERE
    return Scope(parts=unique)


def scope_for(user: User | AnonymousUser, right: Right) -> Scope:
    """Where `user` holds `right`. His grants are read once and kept on the instance, that is: one query a request."""
    if not user.is_authenticated or not user.is_active:
        return NOWHERE
    return scope_of(grant.part for grant in user.held_grants() if right in grant.rights)


def has_right(user: User | AnonymousUser, right: Right) -> bool:
    """Whether the right is held anywhere at all; the row's own scope is asked where rows are fetched."""
    return not scope_for(user, right).nothing


def has_everywhere(user: User | AnonymousUser, right: Right) -> bool:
    """Whether the right is held for everything: what is not about one game (people, roles, audit) asks for that."""
    return scope_for(user, right).everything


def rights_of(user: User | AnonymousUser) -> frozenset[Right]:
    """Every right held somewhere, for menus."""
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    return frozenset(Right(right) for grant in user.held_grants() for right in grant.rights)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back. A fragment sends the whole page there, so that no sign-in form lands inside a list."""
    back = _page_of(request)
    address = resolve_url(settings.LOGIN_URL) + (f"?next={quote(back)}" if back else "")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _page_of(request: HttpRequest) -> str:
    """The path of the page where the person stands: what he asked for; of a fragment or a form the page that held it, if it is ours."""
    if request.headers.get("HX-Request"):
        page = request.headers.get("HX-Current-URL", "")
    elif request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    else:
        page = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure()):
        return ""
    return urlsplit(page)._replace(scheme="", netloc="", fragment="").geturl()


View = Callable[Concatenate[StaffRequest, P], R]


def requires(*rights: Right, everywhere: bool = False) -> Callable[[View[P, R]], Callable[Concatenate[HttpRequest, P], R | HttpResponse]]:
    """The door of a page: sign in first; then one of `rights` must be held somewhere, else 403.

    With `everywhere` it must be held for everything. Without rights the door asks for sign-in only. The rights
    stay readable as `view.requires` and `view.everywhere` for the house test over all URLs.
    """

    def door(view: View[P, R]) -> Callable[Concatenate[HttpRequest, P], R | HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> R | HttpResponse:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            held = has_everywhere if everywhere else has_right
            if rights and not any(held(request.user, right) for right in rights):
                raise PermissionDenied
            return view(request, *args, **kwargs)  # type: ignore[arg-type]  # signed in: it is a StaffRequest

        guarded.requires = rights  # type: ignore[attr-defined]
        guarded.everywhere = everywhere  # type: ignore[attr-defined]
        return guarded

    return door
