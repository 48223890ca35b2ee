"""The demo studio's twelve people: who they are, what they may do, in which languages and games they write. Plain data, no database."""

from __future__ import annotations

from dataclasses import dataclass, field

GAMES = ("emberfall", "tideborn")
DOMAIN = "northlight.example"


@dataclass(frozen=True, slots=True)
class Held:
    """A role, and the part of the work in which it holds; empty means everywhere."""

    role: str
    game: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """One colleague. `writes`: the languages in which they answer players, of the games in `games`; empty for those who do not."""

    key: str
    name: str
    woman: bool
    title: str
    roles: tuple[Held, ...]
    language: str = "en"
    timezone: str = "Europe/Berlin"
    writes: tuple[str, ...] = ()
    games: tuple[str, ...] = ()
    share: int = 0  # of the answering, against the others
    spoken: dict[str, str] = field(default_factory=dict)  # their first name in another script

    @property
    def email(self) -> str:
        return f"{self.key}@{DOMAIN}"

    def first_name(self, language: str) -> str:
        return self.spoken.get(language) or self.name.split(" ")[0]


CREW: tuple[Member, ...] = (
    Member("ingrid", "Ingrid Solberg", True, "Administrator", (Held("administrator"),), timezone="Europe/Oslo"),
    Member(
        "boris",
        "Boris Lindqvist",
        False,
        "Supervisor",
        (Held("supervisor"),),
        "ru",
        "Europe/Stockholm",
        ("en", "ru"),
        GAMES,
        2,
        {"ru": "Борис"},
    ),
    Member("marta", "Marta Kowalczyk", True, "Supervisor", (Held("supervisor"),), "en", "Europe/Warsaw", ("en", "de"), GAMES, 1),
    Member("henrik", "Henrik Vos", False, "Quality", (Held("quality"),), timezone="Europe/Amsterdam"),
    Member(
        "anna",
        "Anna Krylova",
        True,
        "Team lead, Emberfall",
        (Held("lead", "emberfall"),),
        "ru",
        "Europe/Riga",
        ("ru", "en"),
        ("emberfall",),
        8,
        {"ru": "Анна"},
    ),
    Member(
        "dana",
        "Dana Mendes",
        True,
        "Team lead, Tideborn",
        (Held("lead", "tideborn"),),
        "en",
        "Europe/Lisbon",
        ("es", "en"),
        ("tideborn",),
        7,
    ),
    Member(
        "pavel",
        "Pavel Orlov",
        False,
        "Operator",
        (Held("operator", language="ru"), Held("operator", language="en")),
        "ru",
        "Asia/Tbilisi",
        ("ru", "en"),
        GAMES,
        10,
        {"ru": "Павел"},
    ),
    Member(
        "lena",
        "Lena Hartwig",
        True,
        "Operator",
        (Held("operator", language="de"), Held("operator", language="en")),
        "en",
        "Europe/Berlin",
        ("de", "en"),
        GAMES,
        10,
    ),
    Member(
        "carlos",
        "Carlos Rivero",
        False,
        "Operator",
        (Held("operator", language="es"), Held("operator", language="en")),
        "en",
        "Europe/Madrid",
        ("es", "en"),
        GAMES,
        10,
    ),
    Member("mei", "Mei Tanaka", True, "Operator", (Held("operator", "tideborn"),), "en", "Europe/London", ("en",), ("tideborn",), 10),
    Member("jonas", "Jonas Weber", False, "Newcomer", (Held("newcomer", language="de"),), "en", "Europe/Vienna", ("de",), GAMES, 4),
    Member("priya", "Priya Nair", True, "Analyst, reads only", (Held("analyst"),), "en", "Asia/Kolkata"),
)

BY_KEY = {member.key: member for member in CREW}


def writers(game: str, language: str) -> tuple[Member, ...]:
    """Who answers the players of this game in this language."""
    return tuple(member for member in CREW if game in member.games and language in member.writes)
