"""Fields by what the card of the player's account says in the ticket's game, where the studio has declared that one may filter by it.

Games declare for themselves: a ticket is found only where its game's declaration opens the fact to the reader.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import reduce
from operator import and_, or_

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, Case, Exists, F, Func, OuterRef, Q, TextField, Value, When
from django.db.models.functions import Lower
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from helpdesk.base.folding import finds
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right, scope_for
from players.models import CardValue, GameAccount
from players.selectors import filterable_by
from tickets.access import scope_q
from tickets.filters.fields import Fetched, Field, Finds, Kind, Listed, Operator, Values, register
from tickets.filters.spoken import MOST_OFFERED, Offers


def register_own() -> None:
    """Called in `ready()`."""
    register(
        _field("version", _("Version of the game"), "build", ("build", "версия")),
        _field("platform", _("Platform"), "platform", ("os", "платформа")),
        _field("server", _("Server"), "server", ("сервер",)),
        _field("country", _("Country"), "country", ("страна",)),
    )


def _field(name: str, label: str | Promise, trait: str, names: tuple[str, ...]) -> Field:
    return Field(
        name,
        label,
        Kind.CHOICE,
        _said(trait),
        right=Right.SEE_PLAYER,
        names=names,
        suggest=_suggest(trait),
        offered=lambda reader: bool(_games(trait, reader)),
        listed=Listed(_told(trait), hides=True),
    )


def _said(trait: str) -> Finds:
    def found(_operator: Operator, values: Values, reader: User) -> Q:
        words = {str(value).lower() for value in values}
        ids = list(CardValue.objects.filter(trait=trait).alias(low=Lower("value")).filter(low__in=words).values_list("pk", flat=True))
        said = Exists(GameAccount.objects.filter(player=OuterRef("player"), game=OuterRef("game"), traits__overlap=ids))
        return Q(said) & _open_to(filterable_by(trait), reader)

    return found


def _told(trait: str) -> Fetched:
    """What the card says, and nothing where the game's cards do not say it; None where the reader may not know it."""

    def told(reader: User) -> Case:
        accounts = GameAccount.objects.filter(player=OuterRef(OuterRef("player")), game=OuterRef(OuterRef("game")))
        ids = accounts.annotate(each=Func(F("traits"), function="unnest", output_field=BigIntegerField())).values("each")
        values = CardValue.objects.filter(trait=trait, pk__in=ids).order_by("value").values("value")
        games = filterable_by(trait)
        open_, hidden = When(_open_to(games, reader), then=ArraySubquery(values)), When(game__in=list(games), then=None)
        return Case(open_, hidden, default=Value([], ArrayField(TextField())))

    return told


def _open_to(games: Mapping[int, Collection[Right]], reader: User) -> Q:
    """The tickets by whose cards the reader may filter. `games`: which rights that takes in each."""
    of_games = (reduce(and_, (scope_q(reader, right) for right in rights), Q(game=game)) for game, rights in games.items())
    return reduce(or_, of_games, Q(pk__in=[]))


def _suggest(trait: str) -> Callable[[str, User], Offers]:
    def suggested(prefix: str, reader: User) -> Offers:
        accounts = GameAccount.objects.filter(game__in=_games(trait, reader), traits__contains=[OuterRef("pk")])
        known = CardValue.objects.filter(Exists(accounts), trait=trait).order_by("value")
        known = known.filter(finds("value", prefix)) if prefix else known
        return [(word, word) for word in known.values_list("value", flat=True)[:MOST_OFFERED]]

    return suggested


def _games(trait: str, reader: User) -> list[int]:
    """In which games the reader may filter by it, at least by some tickets."""
    return [game for game, rights in filterable_by(trait).items() if _reaches(reader, (Right.SEE_PLAYER, *rights), game)]


def _reaches(reader: User, rights: Iterable[Right], game: int) -> bool:
    scopes = (scope_for(reader, right) for right in rights)
    return all(scope.everything or any(part.game_id in {None, game} for part in scope.parts) for scope in scopes)
