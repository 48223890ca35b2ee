"""The studio's own words: its games with their hours, what tickets are about, and who else owes answers."""

from __future__ import annotations

from helpdesk.studio.models.calendar import CalendarVersion
from helpdesk.studio.models.capability import CapabilityMode, Mode
from helpdesk.studio.models.department import Department
from helpdesk.studio.models.game import COLOUR, Game
from helpdesk.studio.models.topic import ABOVE, DEEPEST, Tag, Topic

__all__ = ["ABOVE", "COLOUR", "DEEPEST", "CalendarVersion", "CapabilityMode", "Department", "Game", "Mode", "Tag", "Topic"]
