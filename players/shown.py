"""What the audit, the bell and the numbers show of this room."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from helpdesk.audit import labels
from helpdesk.base import watch
from helpdesk.staff import notices, rights
from helpdesk.staff.notices import NoticeKind
from players.classes import rights_of_studio
from players.models import Erasure
from players.services import FIELDS_CAME


def register() -> None:
    """Called in `ready()`."""
    labels.register(
        actions={
            "players.looked_at": _("looked at a player's data"),
            "players.exported": _("had a player's data given out"),
            "players.erasure_asked": _("asked for a player's data to be erased"),
            "players.erasure_taken_back": _("took the erasure of a player's data back"),
            "players.erased": _("erased a player's data"),
            "players.field_declared": _("declared a field of the card"),
            "players.field_undeclared": _("took the declaration of a field back"),
            "players.field_sorted": _("said who sees a field of the card"),  # until fields were declared for each game
            "players.names_forgotten": _("had names on the card forgotten that nobody declared"),
            "players.class_made": _("made a class of fields"),
            "players.address_forgiven": _("said that mails reach an address again"),
            "players.blocked": _("blocked a player"),
            "players.unblocked": _("ended the block of a player"),
            "players.brought_in": _("brought in what a player had written while he was blocked"),
            "players.class_renamed": _("called a class of fields otherwise"),
        },
        subjects={
            "players.player": _("player"),
            "players.address": _("mail address"),
            "players.cardfield": _("field of the card"),
            "players.cardline": _("field of the card"),
            "players.cardclass": _("class of fields"),
        },
        facts={
            "erasure": _("erasure"),
            "counts": _("rows emptied"),
            "sort": _("kind of field"),
            "field": _("field"),
            "state": _("state"),
            "block": _("block"),
            "card_class": _("class"),
            "label_en": _("label in English"),
            "label_ru": _("label in Russian"),
            "filterable": _("one may filter by it"),
        },
    )
    came = gettext_noop("A game tells fields of its players that nobody has declared: they stay closed until somebody does.")
    notices.register(NoticeKind(FIELDS_CAME, came))
    rights.register_rows(rights_of_studio)
    in_trouble = Erasure.objects.filter(ended_at=None, attempts__gt=0)
    watch.register_number(watch.PARKED, lambda _at: {"erasure": in_trouble.count()})
