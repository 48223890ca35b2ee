"""The words of the frame around a mail, in the languages we write to players in; a language we lack is written in English.

They are not interface texts: the reader is the player, whose language is the message's and not the operator's, and what was
sent must stay reproducible. Words that a studio wants to choose itself (signatures, notices, surveys) are rows in ``base/texts``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_skeleton

RIGHT_TO_LEFT = {"ar", "dv", "fa", "he", "ku", "ps", "ur", "yi"}
WORLD_ENGLISH = Locale("en", "001")


@dataclass(frozen=True, slots=True)
class Phrases:
    """One language's frame."""

    you_wrote: str
    other_wrote: str
    ticket: str
    unsubscribe: str
    survey: str
    worst: str
    best: str


FRAME = {
    "en": Phrases(
        you_wrote="You wrote on {day} at {time}",
        other_wrote="{who} wrote on {day} at {time}",
        ticket="Ticket {number}. To go on with the conversation, just answer this mail.",
        unsubscribe="Do not ask me for ratings again",
        survey="How satisfied are you with our help?",
        worst="very bad",
        best="very good",
    ),
    "ru": Phrases(
        you_wrote="Вы писали {day} в {time}",
        other_wrote="{who}, {day} в {time}",
        ticket="Обращение {number}. Чтобы продолжить разговор, просто ответьте на это письмо.",
        unsubscribe="Больше не просить меня об оценках",
        survey="Насколько вы довольны нашей помощью?",
        worst="очень плохо",
        best="отлично",
    ),
    "de": Phrases(
        you_wrote="Du hast am {day} um {time} Uhr geschrieben",
        other_wrote="{who} schrieb am {day} um {time} Uhr",
        ticket="Anfrage {number}. Um das Gespräch fortzusetzen, antworte einfach auf diese Mail.",
        unsubscribe="Bitte keine Fragen nach Bewertungen mehr",
        survey="Wie zufrieden bist du mit unserer Hilfe?",
        worst="sehr schlecht",
        best="sehr gut",
    ),
    "es": Phrases(
        you_wrote="Escribiste el {day} a las {time}",
        other_wrote="{who} escribió el {day} a las {time}",
        ticket="Consulta {number}. Para seguir la conversación, responde simplemente a este correo.",
        unsubscribe="No volver a pedirme valoraciones",
        survey="¿Qué tan satisfecho estás con nuestra ayuda?",
        worst="muy mala",
        best="muy buena",
    ),
}


def base_language(language: str) -> str:
    """``pt-BR`` and ``pt_BR`` are both written in ``pt``."""
    return language.replace("_", "-").split("-")[0].lower()


def phrases(language: str) -> Phrases:
    """The frame in the language asked for, or in English."""
    return FRAME[frame_language(language)]


def direction(language: str) -> str:
    """``rtl`` for the languages that are written from the right."""
    return "rtl" if base_language(language) in RIGHT_TO_LEFT else "ltr"


def frame_language(*languages: str) -> str:
    """The first of the languages we have a frame in, or English."""
    return next((base for base in map(base_language, languages) if base in FRAME), "en")


def day_and_time(when: datetime, *, language: str, zone: str, year: int | None) -> tuple[str, str]:
    """The day in words (its year only where it is not ``year``) and the time by the clock, both in the player's zone."""
    try:
        local = when.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        local = when
    spoken = frame_language(language)
    try:
        locale = WORLD_ENGLISH if spoken == "en" else Locale.parse(spoken)
    except (UnknownLocaleError, ValueError):
        locale = WORLD_ENGLISH
    day = format_skeleton("MMMMd", local, locale=locale) if local.year == year else format_date(local, "long", locale=locale)
    return day.replace("\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"), format_datetime(local, "HH:mm", locale=locale)
