"""The right of the toy room, in a group of its own."""

from __future__ import annotations

from helpdesk.staff import rights

PLAY = rights.register("toy.play", "Play with toys", rights.RightGroup("toys", "Toys", 35))
