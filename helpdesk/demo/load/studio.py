"""The studio itself: two games with their faces, twelve people, their teams, roles and where these hold, the topics."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import QueryDict
from PIL import Image, ImageDraw

from helpdesk.demo.crew import BY_KEY, CREW
from helpdesk.demo.logins import password_of
from helpdesk.staff.models import Role, Team, User
from helpdesk.staff.rights import Right
from helpdesk.staff.services.departments import make_department
from helpdesk.staff.services.games import make_game
from helpdesk.staff.services.reasons import make_reason
from helpdesk.staff.services.roles import first_administrator, give_role, make_role
from helpdesk.staff.services.teams import make_team
from helpdesk.staff.services.topics import make_topic
from helpdesk.studio.models import Department, Game, Reason, Tag, Topic
from helpdesk.studio.reasons import lists
from players.models import CardClass, CardLine
from players.services import Declaration, declare
from tickets.desk.rights import EXPORT
from tickets.desk.saved_views.rights import SHARE
from tickets.desk.saved_views.services import make_view
from tickets.lifecycle.reasons import HOLD

_MOVES = (Right.SET_PENDING, Right.SET_RESOLVED)
_WORK = (
    *(Right.VIEW, Right.SEE_NOTES, Right.REPLY, Right.NOTE, Right.TAKE, Right.SET_STATUS, *_MOVES, Right.SET_CLOSED),
    *(Right.SET_PRIORITY, Right.START, Right.MERGE, Right.RESEND),
)
_PLAYER = (Right.SEE_PLAYER, Right.SEE_PLAYER_CONTACT, Right.SEE_PLAYER_PAYMENTS, Right.SEE_PLAYER_DEVICE)
_LEAD = (
    *_WORK,
    *_PLAYER,
    Right.ASSIGN,
    Right.BULK,
    EXPORT,
    Right.RELEASE_HELD,
    Right.SEE_ATTACHMENTS,
    Right.SEE_RATING,
    Right.SEE_RAW_MAIL,
    Right.BLOCK_PLAYER,
    SHARE,
)
ROLES: dict[str, tuple[str, tuple[Right, ...]]] = {  # beside the administrator, who holds every right of every room
    "supervisor": (
        "Supervisor",
        (*_LEAD, Right.EDIT_PLAYER, Right.MANAGE_TEXTS, Right.MANAGE_LIFECYCLE, Right.MANAGE_STAFF, Right.MANAGE_MAIL, Right.SEE_AUDIT),
    ),
    "planner": ("Plans a team's shifts", (Right.PLAN_SHIFTS,)),
    "lead": ("Team lead", (*_LEAD, Right.EDIT_PLAYER)),
    "operator": ("Operator", (*_WORK, *_PLAYER, Right.EDIT_PLAYER, Right.ASSIGN, Right.SEE_ATTACHMENTS, Right.SEE_RATING)),
    "newcomer": ("Newcomer", (Right.VIEW, Right.SEE_NOTES, Right.REPLY, *_MOVES, Right.NOTE, Right.SEE_ATTACHMENTS, Right.SEE_PLAYER)),
    "quality": (
        "Quality",
        (Right.VIEW, Right.SEE_NOTES, Right.NOTE, *_PLAYER, Right.SEE_ATTACHMENTS, Right.SEE_RATING, Right.SEE_RAW_MAIL),
    ),
    "analyst": ("Analyst", (Right.VIEW, Right.SEE_NOTES, Right.SEE_RATING)),
}
GIVES = {"supervisor": ("lead", "operator", "newcomer", "analyst", "planner")}  # whose holder may give which other roles
TEAMS = {
    "Emberfall": ("anna", "pavel", "lena", "carlos", "jonas"),
    "Tideborn": ("dana", "mei", "pavel", "lena", "carlos", "jonas"),
    "Payments": ("marta", "anna", "carlos"),
    "Fair play": ("boris", "dana", "lena"),
}
PLANNERS = {"Emberfall": "anna", "Tideborn": "dana"}
CARD = {  # field: its class, labels, kind and whether one may filter by it; the games tell more, which nobody has declared yet
    "level": ("open", "Level", "Уровень", CardLine.Kind.NUMBER, True),
    "crystals": ("open", "Crystals", "Кристаллы", CardLine.Kind.NUMBER, False),
    "pearls": ("open", "Pearls", "Жемчуг", CardLine.Kind.NUMBER, False),
    "server": ("open", "Server", "Сервер", CardLine.Kind.PLAIN, True),
    "paid_90d": ("payments", "Paid, 90 days", "Оплачено за 90 дней", CardLine.Kind.PLAIN, False),
    "device": ("device", "Device", "Устройство", CardLine.Kind.PLAIN, True),
    "city": ("open", "City", "Город", CardLine.Kind.PLAIN, False),
    "version": ("open", "Version", "Версия", CardLine.Kind.PLAIN, True),
}
ONLY_IN = {"crystals": "emberfall", "pearls": "tideborn"}
TEAM_OF_TOPIC = {"refund": "Payments", "double_charge": "Payments", "ban": "Fair play", "harassment": "Fair play"}
TOPICS = {
    "Payments": {"lost_purchase": "Lost purchase", "refund": "Refund", "double_charge": "Double charge", "gift": "Gift"},
    "Account": {
        "recovery": "Account recovery",
        "ban": "Ban appeal",
        "new_phone": "Progress on a new phone",
        "deletion": "Account deletion",
    },
    "The game": {
        "crash": "Crash or bug",
        "lag": "Connection",
        "event_reward": "Event reward",
        "guild": "Guild",
        "localisation": "Translation",
    },
    "": {"harassment": "Chat report", "ideas": "Ideas and praise", "how_to": "How do I"},
}
DEPARTMENTS = {"Payments": ("marta", "carlos"), "Fair play": ("boris", "dana"), "Game team": ()}
REASONS: dict[str, tuple[str, int | None]] = {  # why a ticket waits for a department, or for us: the reason, its hours of support
    "": ("We look into it", None),
    "Payments": ("The shop checks a payment", 24),
    "Fair play": ("A ban is looked into", 30),
    "Game team": ("The game team reads the logs", 40),
}
TAGS = ("patch day", "vip", "whole guild affected", "minor", "press")
VIEWS: dict[str, tuple[tuple[str, str, str], ...]] = {  # a team's: name, sign, what it asks for
    "Payments": (
        ("Refunds and double charges", "credit-card", "q=topic:refund,double-charge"),
        ("Lost purchases", "flag", "q=topic:lost-purchase"),
    ),
    "Fair play": (("Ban appeals", "shield", "q=topic:ban-appeal"),),
}
_DAY, _WEEKEND = [["08:00", "22:00"]], [["10:00", "20:00"]]
_COMMON: dict[str, Any] = {
    "languages": ["en", "ru", "de", "es"],
    "default_language": "en",
    "timezone": "Europe/Berlin",
    "holidays": ["2026-12-25", "2027-01-01"],
    "hours": {str(day): (_DAY if day < 5 else _WEEKEND) for day in range(7)},
}
GAMES: dict[str, dict[str, Any]] = {
    "emberfall": {
        "name": "Emberfall",
        "strapline": "Support of the Realm",
        "team_name": "Emberfall Support",
        "address": "support@emberfall.example",
        "sender_name": "Emberfall Support",
        "colour_main": "#2a1512",
        "colour_on_main": "#fbe7cf",
        "colour_accent": "#d9622b",
        "colour_tint": "#faf3ee",
        "colour_ground": "#efe6df",
        "face": "serif",
        "uppercase_name": True,
        "back_office_link": "https://office.northlight.example/emberfall/{id}",
    },
    "tideborn": {
        "name": "Tideborn",
        "strapline": "We are here to help",
        "team_name": "The Tideborn crew",
        "address": "help@tideborn.example",
        "sender_name": "Tideborn Crew",
        "colour_main": "#0f6f7c",
        "colour_on_main": "#ffffff",
        "colour_accent": "#ffc24b",
        "colour_tint": "#eef8f8",
        "colour_ground": "#e3f1f2",
        "face": "sans",
        "uppercase_name": False,
        "back_office_link": "https://office.northlight.example/tideborn/{id}",
    },
}


@dataclass(frozen=True, slots=True)
class Studio:
    """The rows that the stories are played with."""

    games: dict[str, Game]
    users: dict[str, User]
    teams: dict[str, Team]
    topics: dict[str, Topic]
    tags: dict[str, Tag]
    departments: dict[str, Department]
    reasons: dict[str, Reason]


def crest(slug: str) -> bytes:
    """A game's mark, drawn here: an ember, or a wave under a sun."""
    facts = GAMES[slug]
    picture = Image.new("RGBA", (480, 480), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((8, 8, 472, 472), fill=facts["colour_main"])
    if slug == "emberfall":
        pen.polygon(
            [(240, 70), (330, 220), (350, 320), (300, 400), (180, 400), (130, 320), (170, 250), (200, 290)], fill=facts["colour_accent"]
        )
        pen.polygon([(245, 230), (290, 310), (280, 370), (205, 370), (200, 320)], fill=facts["colour_on_main"])
    else:
        pen.ellipse((190, 90, 290, 190), fill=facts["colour_accent"])
        for row, left in enumerate((70, 50, 80)):
            top = 230 + 62 * row
            pen.line(
                [(x, top + (22 if (x - left) // 34 % 2 else 0)) for x in range(left, 480 - left, 34)],
                fill=facts["colour_on_main"],
                width=20,
                joint="curve",
            )
    out = io.BytesIO()
    picture.resize((240, 240)).save(out, "PNG", optimize=True)
    return out.getvalue()


@transaction.atomic
def open_studio() -> Studio:
    """Everything that must stand before the first player writes."""
    users = {
        member.key: User.objects.create_user(
            member.email, password_of(member), name=member.name, language=member.language, timezone=member.timezone
        )
        for member in CREW
    }
    first = users["ingrid"]
    roles: dict[str, Role] = {"administrator": first_administrator(first)}
    for key, (name, rights) in ROLES.items():
        given = {right for one in GIVES.get(key, ()) for right in ROLES[one][1]}
        roles[key] = make_role(name=name, rights=rights, may_grant=given, by=first)
    games = {slug: make_game(by=first, logo=crest(slug), **_COMMON, **facts) for slug, facts in GAMES.items()}
    classes = {one.slug: one for one in CardClass.objects.all()}
    for slug, game in games.items():
        for field, (what, english, russian, kind, filterable) in CARD.items():
            if ONLY_IN.get(field, slug) == slug:
                declare(game, field, Declaration(classes[what], english, russian, kind, filterable), by=first)
    for member in CREW[1:]:
        for held in member.roles:
            give_role(users[member.key], roles[held.role], by=first, game=games.get(held.game), language=held.language)
    teams = {name: make_team(name=name, members=[users[BY_KEY[key].key] for key in keys], by=first) for name, keys in TEAMS.items()}
    for team, key in PLANNERS.items():
        give_role(users[key], roles["planner"], by=first, team=teams[team])
    for name, views in VIEWS.items():
        for called, sign, asked in views:
            whose = f"team:{teams[name].pk}"
            make_view(name=called, icon=sign, folder=name, whose=whose, asked=QueryDict(asked), by=first)
    topics: dict[str, Topic] = {}
    for group, beneath in TOPICS.items():
        under = make_topic(name=group, by=first) if group else None
        topics |= {key: make_topic(name=name, under=under, by=first) for key, name in beneath.items()}
    tags = {name: Tag.objects.create(name=name) for name in TAGS}
    departments = {name: make_department(name=name, members=[users[key] for key in keys], by=first) for name, keys in DEPARTMENTS.items()}
    why = next(each for each in lists() if each.name == HOLD)
    reasons = {owes: make_reason(why, name=name, default_hours=hours, by=first) for owes, (name, hours) in REASONS.items()}
    return Studio(games, users, teams, topics, tags, departments, reasons)
