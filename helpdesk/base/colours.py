"""How well one colour reads on another (WCAG 2.2). Colours are written `#rrggbb`."""

from __future__ import annotations

READABLE = 4.5  # what WCAG AA asks of text
INK_SOFT = "#4a4e57"  # the grey of a mail's small print, which lies on the game's tint


def channels(hexed: str) -> tuple[int, int, int]:
    """Red, green and blue, 0 to 255."""
    return int(hexed[1:3], 16), int(hexed[3:5], 16), int(hexed[5:7], 16)


def luminance(hexed: str) -> float:
    """Relative luminance as WCAG defines it: 0 is black, 1 is white."""
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (c / 255 for c in channels(hexed)))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)
