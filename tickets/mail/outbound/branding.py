"""The look of a game, and the few texts around a mail, read from the rows where administrators keep them."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, UnidentifiedImageError

from helpdesk.base import blobs
from helpdesk.base.texts import wording
from helpdesk.studio.models import Game
from tickets.mail.outbound.brand import DEFAULT_FACE, Branding, Logo

FACES = {"serif": "Georgia, 'Times New Roman', serif", "sans": DEFAULT_FACE}
LOGO_FORMATS = {"PNG": "png", "JPEG": "jpeg", "GIF": "gif"}  # what mail programs show
LOGO_BOX = (240, 48)
SIGNATURE_KEY, FOOTER_KEY = "mail.signature", "mail.footer"


def branding_of(game: Game, *, signature: str = "", logo: Logo | None = None) -> Branding:
    """The game's brand as typed."""
    return Branding(
        name=game.name,
        strapline=game.strapline,
        team=game.team_name,
        signature=signature,
        main=game.colour_main,
        on_main=game.colour_on_main,
        accent=game.colour_accent,
        tint=game.colour_tint,
        ground=game.colour_ground,
        face=FACES.get(game.face, DEFAULT_FACE),
        spacing=".06em" if game.uppercase_name else "-.01em",
        capitals=game.uppercase_name,
        logo=logo,
    )


def signature_and_footer(game: Game, language: str, author: str) -> tuple[str, str]:
    """The studio's own words under a mail: the signature (Markdown) and the small print, in the language or the game's default."""
    values = {"operator": author, "team": game.team_name, "game": game.name}
    found = [
        wording(key, scopes=[game.text_scope], languages=dict.fromkeys([language, game.default_language]))
        for key in (SIGNATURE_KEY, FOOTER_KEY)
    ]
    signature, footer = (text.filled(values).body if text else "" for text in found)
    return signature, footer


def logo_of(game: Game) -> tuple[Logo, bytes, str] | None:
    """The game's logo as it is shown, its bytes and its subtype; None without one that a mail program could show."""
    if game.logo is None:
        return None
    try:
        content = blobs.read(game.logo)
        with Image.open(BytesIO(content)) as picture:
            kind, (width, height) = picture.format or "", picture.size
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError):
        return None  # a mail without its logo is better than no mail
    if kind not in LOGO_FORMATS or not width or not height:
        return None
    scale = min(LOGO_BOX[0] / width, LOGO_BOX[1] / height, 1.0)
    shown = Logo(f"logo.{game.logo.sha256[:16]}@{game.slug}", max(1, round(width * scale)), max(1, round(height * scale)))
    return shown, content, LOGO_FORMATS[kind]
