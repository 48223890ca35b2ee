"""What the audit and the numbers show of this room."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from helpdesk.audit import labels
from helpdesk.base import watch
from players.models import Erasure


def register() -> None:
    """Called in `ready()`."""
    labels.register(
        actions={
            "players.looked_at": _("looked at a player's data"),
            "players.exported": _("had a player's data given out"),
            "players.erasure_asked": _("asked for a player's data to be erased"),
            "players.erasure_taken_back": _("took the erasure of a player's data back"),
            "players.erased": _("erased a player's data"),
            "players.field_sorted": _("said who sees a field of the card"),
        },
        subjects={"players.player": _("player"), "players.cardfield": _("field of the card")},
        facts={"erasure": _("erasure"), "counts": _("rows emptied"), "sort": _("kind of field")},
    )
    in_trouble = Erasure.objects.filter(ended_at=None, attempts__gt=0)
    watch.register_number(watch.PARKED, lambda _at: {"erasure": in_trouble.count()})
