"""What a mail of one game looks like, and the care that it stays readable.

A brand is typed by a person: a colour may be mistyped, a pair may be unreadable. Nothing of that may reach a player, so a
``Branding`` is plain input and ``palette`` turns it into colours that were checked (WCAG 2.2 AA: 4.5 to 1) or replaced.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

from helpdesk.base.colours import INK_SOFT, READABLE, channels, contrast

INK, PAPER = "#1d1f24", "#ffffff"
NIGHT, NIGHT_SOFT, NIGHT_INK = "#1d1f24", "#25282f", "#e9eaee"
DEFAULT_MAIN, DEFAULT_ACCENT, DEFAULT_TINT, DEFAULT_GROUND = "#2f3a4c", "#4f78c4", "#f4f5f7", "#e9ebef"
DEFAULT_FACE = "'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
LINK, LINK_NIGHT = "#0b57d0", "#9dbdf7"
HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})")
FACE = re.compile(r"[A-Za-z0-9 ,'-]{1,200}")
SPACING = re.compile(r"-?(?:0|0?\.\d{1,3})em")


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture that travels inside the mail; ``cid`` names its part. Sizes are those it is shown at, in CSS pixels."""

    cid: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Branding:
    """The brand of one game as its administrators typed it; colours as ``#rrggbb``, an empty one means the house's default."""

    name: str
    strapline: str = ""
    team: str = ""
    signature: str = ""
    main: str = ""
    main_end: str = ""
    on_main: str = ""
    accent: str = ""
    tint: str = ""
    ground: str = ""
    face: str = ""
    spacing: str = ""
    capitals: bool = False
    logo: Logo | None = None


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours and type that were checked: every text colour is readable on the ground it stands on."""

    main: str
    main_end: str
    on_main: str
    strap: str
    accent: str
    on_accent: str
    tint: str
    ground: str
    foot: str
    link: str
    link_night: str
    face: SafeString
    spacing: str
    capitals: bool


def colour(typed: str, default: str) -> str:
    """A long hex colour, whatever was typed: a mistyped one gives the default, never broken CSS."""
    typed = typed.strip().lower()
    if not HEX.fullmatch(typed):
        return default
    return typed if len(typed) == 7 else "#" + "".join(sign * 2 for sign in typed[1:])


def mix(one: str, other: str, share: float) -> str:
    """``share`` of ``one``, the rest of ``other``."""
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in zip(channels(one), channels(other), strict=True))


def readable(wanted: str, *grounds: str) -> str:
    """The wanted text colour where it can be read on all the grounds, else white or black, whichever reads better."""
    if all(contrast(wanted, ground) >= READABLE for ground in grounds):
        return wanted
    return max(("#ffffff", "#000000"), key=lambda plain: min(contrast(plain, ground) for ground in grounds))


def _first_readable(candidates: tuple[str, ...], ground: str, otherwise: str) -> str:
    return next((c for c in candidates if contrast(c, ground) >= READABLE), otherwise)


def palette(branding: Branding) -> Palette:
    """The checked colours of a brand. Of a gradient whose two ends no one text colour can bear, only the first end stays."""
    main = colour(branding.main, DEFAULT_MAIN)
    main_end = colour(branding.main_end, main)
    on_main = readable(colour(branding.on_main, PAPER), main, main_end)
    if min(contrast(on_main, main), contrast(on_main, main_end)) < READABLE:
        main_end, on_main = main, readable(colour(branding.on_main, PAPER), main)
    accent = colour(branding.accent, DEFAULT_ACCENT)
    tint = colour(branding.tint, DEFAULT_TINT)
    if contrast(INK_SOFT, tint) < READABLE or contrast(mix(INK_SOFT, tint, 0.85), tint) < READABLE:
        tint = DEFAULT_TINT
    ground = colour(branding.ground, DEFAULT_GROUND)
    soft = mix(on_main, main, 0.78)
    return Palette(
        main=main,
        main_end=main_end,
        on_main=on_main,
        strap=soft if min(contrast(soft, main), contrast(soft, main_end)) >= READABLE else on_main,
        accent=accent,
        on_accent=readable(on_main, accent),
        tint=tint,
        ground=ground,
        foot=readable(mix(main, "#6b6f78", 0.35), ground),
        link=_first_readable((accent, mix(accent, "#000000", 0.85), mix(accent, "#000000", 0.7), main), PAPER, LINK),
        link_night=_first_readable((accent, mix(accent, "#ffffff", 0.6), mix(main, "#ffffff", 0.4)), NIGHT, LINK_NIGHT),
        face=mark_safe(branding.face)
        if FACE.fullmatch(branding.face) and branding.face.count("'") % 2 == 0
        else mark_safe(DEFAULT_FACE),  # matched letter by letter
        spacing=branding.spacing if SPACING.fullmatch(branding.spacing) else "0",
        capitals=branding.capitals,
    )


def complaints(branding: Branding) -> list[str]:
    """What an administrator should know about the colours typed: the ones that a mail will replace, by field name."""
    checked = palette(branding)
    typed = {
        "main": branding.main,
        "on_main": branding.on_main,
        "accent": branding.accent,
        "tint": branding.tint,
        "ground": branding.ground,
    }
    return [field for field, value in typed.items() if value and colour(value, "") != getattr(checked, field)]
