"""The links of a survey's invitation. They are made when it is written for its player and stand in no row (`tickets/links.py`).

A link names the message that invites and is signed; the pages it opens are found by their URL names.
"""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.urls import reverse

from tickets.links import Links

SIGNER = {"salt": "tickets.surveys", "sep": "."}
LONGEST_TOKEN = 120


def token_for(message_pk: int) -> str:
    """The part of a link that names the inviting message."""
    return signing.Signer(salt=SIGNER["salt"], sep=SIGNER["sep"]).sign_object(message_pk)


def message_named_by(token: str) -> int | None:
    """The message a token names; None for a forged, cut or foreign one."""
    if len(token) > LONGEST_TOKEN:
        return None
    try:
        named = signing.Signer(salt=SIGNER["salt"], sep=SIGNER["sep"]).unsign_object(token)
    except (signing.BadSignature, ValueError):
        return None
    return named if isinstance(named, int) and not isinstance(named, bool) else None


def page_url(message_pk: int, score: int | None = None) -> str:
    """The rating page; with `score` that mark is chosen in advance, and not more than chosen."""
    url = settings.DESK_URL + reverse("surveys:answer", args=[token_for(message_pk)])
    return f"{url}?score={score}" if score else url


def stop_url(message_pk: int) -> str:
    """Where a player says that he wants no more surveys; also the one-click address of List-Unsubscribe."""
    return settings.DESK_URL + reverse("surveys:stop", args=[token_for(message_pk)])


def links_of_invitation(message_pk: int) -> Links:
    """The five marks, and the way out."""
    return Links(tuple((score, page_url(message_pk, score)) for score in range(1, 6)), stop_url(message_pk))
