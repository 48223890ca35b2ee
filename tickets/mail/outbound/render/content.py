"""What ``render_mail`` takes and gives: plain values, so that a page can preview a mail without a ticket."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tickets.mail.outbound.brand import Branding


@dataclass(frozen=True, slots=True)
class Earlier:
    """One earlier message of the conversation; an empty ``who`` means the player, who is *you* in his own mail."""

    when: datetime
    text: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class SurveyBlock:
    """Five links that choose a mark in advance; following one shows a form and rates nothing (mail scanners follow links)."""

    question: str
    links: tuple[tuple[int, str], ...]
    worst: str = ""
    best: str = ""

    @property
    def scale(self) -> list[tuple[int, str, str]]:
        """Each mark, its address and what it means, which only the two ends say."""
        ends = {0: self.worst, len(self.links) - 1: self.best}
        return [(mark, url, ends.get(place, "")) for place, (mark, url) in enumerate(self.links)]


@dataclass(frozen=True, slots=True)
class MailContent:
    """A mail to a player before it has a face. ``body`` is Markdown; ``footer`` is the game's own small print, plain text.

    The frame speaks ``language``, or ``fallback`` (the game's default) where we have no frame in it; ``year`` is the present one.
    """

    brand: Branding
    language: str
    subject: str
    body: str
    number: str
    author_name: str = ""
    earlier: tuple[Earlier, ...] = field(default=())
    footer: str = ""
    survey: SurveyBlock | None = None
    unsubscribe_url: str = ""
    zone: str = "UTC"
    year: int | None = None
    fallback: str = "en"


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """The three faces of one mail."""

    subject: str
    text: str
    html: str
