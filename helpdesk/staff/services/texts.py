"""Texts that players read: writing a new version, giving a game words of its own, seeing where a language is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.http import Http404, HttpRequest

from helpdesk.audit.services import note_audit
from helpdesk.base import texts
from helpdesk.base.models import Text, TextVersion
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right, Scope, scope_for
from helpdesk.studio.models import Game


@dataclass(frozen=True, slots=True)
class Sheet:
    """One text: whose it is (None: for all games), its newest version by language, and the languages that nobody wrote yet."""

    text: Text
    game: Game | None
    newest: dict[str, TextVersion] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


def sheets(user: User) -> list[Sheet]:
    """Every text that `user` may write, by key, the one for all before the games' own. Three queries."""
    games = list(Game.objects.all())
    by_scope = {game.text_scope: game for game in games}
    scope = scope_for(user, Right.MANAGE_TEXTS)
    mine = [text for text in Text.objects.order_by("key", "scope") if _allows(scope, text, by_scope)]
    newest = _newest(text.pk for text in mine)
    return [_sheet(text, by_scope.get(text.scope), newest.get(text.pk, {}), games) for text in mine]


def sheet_for(user: User, pk: int) -> Sheet:
    """The door to one text; a stranger's is a 404."""
    games = list(Game.objects.all())
    by_scope = {game.text_scope: game for game in games}
    text = Text.objects.filter(pk=pk).first()
    if text is None or not _allows(scope_for(user, Right.MANAGE_TEXTS), text, by_scope):
        raise Http404
    return _sheet(text, by_scope.get(text.scope), _newest([text.pk]).get(text.pk, {}), games)


@transaction.atomic
def write_text(text: Text, *, language: str, subject: str, body: str, by: User, request: HttpRequest | None = None) -> TextVersion:
    """A new version, told to the audit. The words themselves stay in the version; unknown places are refused by name."""
    version = texts.write(text, language=language, subject=subject, body=body, author_id=by.pk)
    note_audit(
        "texts.written", by=by, subject=text, request=request, key=text.key, scope=text.scope, language=language, version=version.version
    )
    return version


@transaction.atomic
def own_words(text: Text, game: Game, *, by: User, request: HttpRequest | None = None) -> Text:
    """The same text for one game alone, beginning with no words: until somebody writes some, the text for all serves."""
    facts = {"label": text.label, "placeholders": text.placeholders}
    own, made = Text.objects.get_or_create(key=text.key, scope=game.text_scope, defaults=facts)
    if made:
        note_audit("texts.own_words", by=by, subject=own, request=request, game_id=game.pk, key=own.key)
    return own


def games_without_own(user: User, text: Text) -> list[Game]:
    """The games of `user` that use the words for all."""
    own = set(Text.objects.filter(key=text.key).values_list("scope", flat=True))
    return [game for game in Game.objects.filter(scope_for(user, Right.MANAGE_TEXTS).games_q("pk")) if game.text_scope not in own]


def _allows(scope: Scope, text: Text, by_scope: dict[str, Game]) -> bool:
    if scope.everything:
        return True
    game = by_scope.get(text.scope)
    return game is not None and scope.allows(game_id=game.pk)


def _newest(pks: Iterable[int]) -> dict[int, dict[str, TextVersion]]:
    found: dict[int, dict[str, TextVersion]] = {}
    for version in (
        TextVersion.objects.filter(text__in=list(pks)).order_by("text_id", "language", "-version").distinct("text_id", "language")
    ):
        if version.has_words:  # one that was emptied counts as not written
            found.setdefault(version.text_id, {})[version.language] = version
    return found


def _sheet(text: Text, game: Game | None, newest: dict[str, TextVersion], games: list[Game]) -> Sheet:
    needed = game.languages if game else sorted({code for one in games for code in one.languages})
    return Sheet(text, game, newest, tuple(code for code in needed if code not in newest))
