"""The studio's own words: its games with their hours, what tickets are about, who else owes answers, and why something was done."""

from __future__ import annotations

from helpdesk.studio.models.calendar import CalendarVersion
from helpdesk.studio.models.capability import CapabilityMode, Mode
from helpdesk.studio.models.department import Department
from helpdesk.studio.models.game import COLOUR, Game
from helpdesk.studio.models.reason import Reason
from helpdesk.studio.models.topic import ABOVE, DEEPEST, Tag, Topic

__all__ = ["ABOVE", "COLOUR", "DEEPEST", "CalendarVersion", "CapabilityMode", "Department", "Game", "Mode", "Reason", "Tag", "Topic"]
