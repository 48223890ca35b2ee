"""Making and changing games: the brand, who writes, in which languages, and when somebody is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from helpdesk.audit.services import changed, note_audit
from helpdesk.base import blobs, pictures
from helpdesk.base.clock import now
from helpdesk.base.errors import DomainError
from helpdesk.base.models import Blob
from helpdesk.staff.models import User
from helpdesk.staff.services.slugs import free_slug
from helpdesk.staff.services.words import put_aside
from helpdesk.studio import capabilities
from helpdesk.studio.models import CalendarVersion, Game, Mode

LOGO_BYTES = 2 * 1024 * 1024
LOGO_SIDE = 1200  # pixels; mail programs show far fewer, but phones have dense screens


@transaction.atomic
def make_game(
    *, by: User, request: HttpRequest | None = None, logo: bytes | None = None, modes: Mapping[str, Mode] | None = None, **facts: Any
) -> Game:
    """`facts` are fields of `Game`, `modes` those of its capabilities by name. DomainError for an address that another game has, or a
    `logo` that is too large or no picture."""
    _refuse_double(facts)
    game = Game(slug=free_slug(Game, facts["name"]), **facts)
    if logo:
        game.logo = keep_logo(logo)
    game.save()
    _keep_calendar(game)
    _switch(game, modes or {})
    note_audit("games.made", by=by, subject=game, request=request, game_id=game.pk, name=game.name, address=game.address)
    return game


@transaction.atomic
def change_game(
    game: Game,
    *,
    by: User,
    request: HttpRequest | None = None,
    logo: bytes | None = None,
    drop_logo: bool = False,
    modes: Mapping[str, Mode] | None = None,
    **facts: Any,
) -> Game:
    """Only what differs is written and told, modes of capabilities too. A new `logo` wins over `drop_logo`."""
    kept = Game.objects.select_for_update(of=("self",)).get(pk=game.pk)
    _refuse_double(facts, but=kept)
    if logo:
        facts["logo"] = keep_logo(logo)
    elif drop_logo:
        facts["logo"] = None
    differences = changed({field: getattr(kept, field) for field in facts}, facts)
    if differences:
        for field in differences:
            setattr(kept, field, facts[field])
        kept.save(update_fields=list(differences))
        _keep_calendar(kept)
    if differences := differences | _switch(kept, modes or {}):
        note_audit("games.changed", by=by, subject=kept, request=request, game_id=kept.pk, changes=differences)
    return kept


def set_archived(game: Game, archived: bool, *, by: User, request: HttpRequest | None = None) -> Game:
    """An archived game opens no new conversations by hand; its tickets stay."""
    return put_aside(game, archived, actions=("games.archived", "games.reopened"), by=by, request=request, game_id=game.pk)


def keep_logo(content: bytes) -> Blob:
    """The picture, drawn anew as PNG: nothing that was hidden in the file survives, and no mail program stumbles over it."""
    if len(content) > LOGO_BYTES:
        raise DomainError(_("The logo is larger than 2 MB."), field="logo")
    drawn = pictures.logo(content, LOGO_SIDE)
    if drawn is None:
        raise DomainError(
            _("This is no picture that the desk can read, or it has too many pixels. Take PNG, JPEG, WebP or GIF."), field="logo"
        )
    return blobs.keep(drawn, media_type="image/png", field="logo")


def _switch(game: Game, modes: Mapping[str, Mode]) -> dict[str, Any]:
    """Write down the modes that differ, and return them as changes."""
    differences = changed(capabilities.modes_of(game), modes)
    for name in differences:
        capabilities.switch(name, game, modes[name])
    return differences


def _keep_calendar(game: Game) -> None:
    """A version of the hours, if they are others than those of the newest one."""
    hours = {"timezone": game.timezone, "hours": game.hours, "holidays": game.holidays}
    newest = CalendarVersion.objects.filter(game=game).order_by("-valid_from").values(*hours).first()
    if newest != hours:
        CalendarVersion.objects.update_or_create(game=game, valid_from=now(), defaults=hours)


def _refuse_double(facts: dict[str, Any], but: Game | None = None) -> None:
    if "address" in facts and _taken(facts["address"], but):
        raise DomainError(_("Another game already uses this address."), field="address")


def _taken(address: str, but: Game | None) -> bool:
    others = Game.objects.filter(address__iexact=address)
    return (others.exclude(pk=but.pk) if but else others).exists()
