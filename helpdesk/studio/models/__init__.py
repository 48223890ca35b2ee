"""The studio's own words: its games, and what tickets are about."""

from __future__ import annotations

from helpdesk.studio.models.calendar import CalendarVersion
from helpdesk.studio.models.game import COLOUR, Game
from helpdesk.studio.models.topic import ABOVE, DEEPEST, Tag, Topic

__all__ = ["ABOVE", "COLOUR", "DEEPEST", "CalendarVersion", "Game", "Tag", "Topic"]
