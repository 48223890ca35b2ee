"""Small made-up screenshots, as players attach them."""

from __future__ import annotations

import io
from functools import cache

from PIL import Image, ImageDraw

from helpdesk.demo.load.studio import GAMES
from tickets.services.attachments import NewFile

KINDS = ("receipt", "error", "inbox", "ranking")
_LINES = {
    "receipt": ("Your receipt", "Order confirmed", "1 item", "Paid: card ending 4417", "Thank you!"),
    "error": ("Something went wrong", "The application has stopped.", "Code 0x7E-0087", "[ Restart ]", ""),
    "inbox": ("Inbox", "0 messages", "", "Nothing has arrived yet.", ""),
    "ranking": ("Final ranking", "1  Raven_Queen   99 120", "2  oldsalt        97 845", "3  …", "You: see list"),
}


@cache
def _drawn(game: str, kind: str) -> bytes:
    facts, size = GAMES[game], (360, 640)
    picture = Image.new("RGB", size, facts["colour_ground"])
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, size[0], 84), fill=facts["colour_main"])
    pen.text((20, 34), facts["name"].upper(), fill=facts["colour_on_main"], font_size=22)
    pen.rounded_rectangle((20, 130, 340, 470), 14, fill=facts["colour_tint"], outline=facts["colour_accent"], width=3)
    for number, line in enumerate(_LINES[kind]):
        pen.text((42, 160 + 56 * number), line, fill=facts["colour_main"], font_size=24 if number == 0 else 18)
    pen.rounded_rectangle((90, 520, 270, 576), 10, fill=facts["colour_accent"])
    pen.text((152, 536), "OK", fill=facts["colour_on_main"], font_size=22)
    out = io.BytesIO()
    picture.quantize(32).save(out, "PNG", optimize=True)
    return out.getvalue()


def screenshot(game: str, topic: str, number: int) -> NewFile:
    """A picture that fits the topic."""
    kind = {"crash": "error", "lag": "error", "event_reward": "ranking", "localisation": "error", "harassment": "inbox"}.get(
        topic, KINDS[number % 3]
    )
    return NewFile(f"Screenshot_{20260000 + number}.png", _drawn(game, kind))
