"""Every page that a person opens, with something on it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import requests

from tests.e2e.conftest import Town
from tests.live.waiting import until

QUESTION = "Hello,\n\nI bought the founder's pack twice by mistake (see the picture). Could you take one back?\n\nThank you!"
ANSWER = "Hello Ilse,\n\nthank you for the picture. **One** of the two packs has been taken back; the money arrives within five days."
OTHERS = {"Jun": "The map is black", "Kira": "Пропал питомец", "Luis": "No puedo entrar"}
LONG_SUBJECT = (
    "Das Schwert der neun Schmieden unter dem Berg ist verschwunden, nachdem ich die Donaudampfschifffahrtsgesellschaft verlassen habe"
)
LONG_NAME = "Maximiliane-Konstantinopolitanischer von und zu Hohenschwangau-Neuschwanstein"
LONG_ADDRESS = "maximiliane.konstantinopolitanischer.hohenschwangau@ein-sehr-langer-name-eines-postamts.players.example"
MARK = "[data-matrix] tbody input[tabindex='0']"
NOTE = "Both payments went through within a minute. Refund by the book."


@dataclass(frozen=True, slots=True)
class Place:
    """A page. `who` looks at it: somebody of the studio, or nobody in particular (""), as the players do.

    `presses`: at which elements (selectors) which keys are pressed there, one after the other; without a key such an element is waited for.
    """

    name: str
    path: str  # with the names of what `furnish` puts there
    who: str = "olga"
    speaks: str = ""  # a language of its own, whatever the reader's
    answers: int = 200
    words: bool = True  # whether those that stand there are the desk's, and so to be translated
    presses: tuple[tuple[str, str], ...] = ()


PLACES = (
    Place("sign-in", "/accounts/login/", ""),
    Place("sign-up", "/accounts/signup/", ""),
    Place("forgotten", "/accounts/password/reset/", ""),
    Place("forgotten-done", "/accounts/password/reset/done/", ""),
    Place("forgotten-link", "/accounts/password/reset/key/x-x/", ""),
    Place("forgotten-changed", "/accounts/password/reset/key/done/", ""),
    Place("inactive", "/accounts/inactive/", ""),
    Place("survey", "/survey/{survey}/", "", speaks="en"),  # the ticket's language
    Place("survey-stop", "/survey/{survey}/stop/", "", speaks="en"),
    Place("queue", "/tickets/"),
    Place("queue-all", "/tickets/?status=all"),
    Place("queue-filtered", "/tickets/?status=all&channel=mail&waits=-"),
    Place("queue-search", "/tickets/?status=all&q=lang:en+ИЛИ+lang:de+-text:щит+waiting_sinc:1d+created:2026-02-30"),
    Place("queue-offers", "/tickets/", presses=(("#search", "ArrowDown"), ("#completion li", ""))),
    Place("queue-panel", "/tickets/?q=lang:en", presses=(("[data-key=f]", "Enter"), ("#chooser .panel-of", ""))),
    Place("queue-chip", "/tickets/?q=lang:en", presses=(("#tabs ~ .filters .on .says", "Enter"), ("#chooser .menu-of", ""))),
    Place("queue-order", "/tickets/", presses=(("#order", "Enter"), ("#order + .sheet", ""))),
    Place("queue-export", "/tickets/", presses=(("summary:has(.words)", "Enter"), ("[name=format][value=csv]", ""))),
    Place("queue-picked", "/tickets/", presses=(("body", "j"), ("body", "x"), ("#picked summary", "Enter"), ("#picked .sheet", ""))),
    Place("queue-save", "/tickets/?q=lang:en", presses=(("[data-key=v]", "Enter"), ("#view-dialog form", ""))),
    Place("queue-columns", "/tickets/?status=all&columns=number,subject,player_name,created,tier,tag&sort=-created&density=compact"),
    Place("columns", "/tickets/columns/"),
    Place("queue-empty", "/tickets/?status=all&q=4711-0815+lang:en+-status:new"),
    Place("filters", "/tickets/filters/?q=lang:en+waiting:>4h"),
    Place("filter", "/tickets/filters/language/?q=lang:en+waiting:>4h&place=0"),
    Place("filter-moment", "/tickets/filters/waiting_since/?q=lang:en+waiting:>4h&place=1"),
    Place("queue-view", "/tickets/?status=pending&q=lang:en&view={view}"),
    Place("queue-view-lacks", "/tickets/?q=team:4711+topic:none&view={lacking}"),
    Place("views", "/tickets/views/"),
    Place("view", "/tickets/views/{view}/edit/"),
    Place("view-new", "/tickets/views/new/?q=lang:en"),
    Place("ticket", "/tickets/{ticket}/"),
    Place("ticket-note", "/tickets/{ticket}/?mode=note"),
    Place("ticket-resolved", "/tickets/{resolved}/"),
    Place("ticket-long", "/tickets/{long}/"),
    Place("who-may-see", "/tickets/{ticket}/who/"),
    Place("status", "/tickets/{ticket}/status/"),
    Place("status-hold", "/tickets/{promised}/status/?to=pending"),
    Place("ticket-promised", "/tickets/{promised}/"),
    Place("assign", "/tickets/{ticket}/assign/"),
    Place("facts", "/tickets/{ticket}/facts/"),
    Place("priority", "/tickets/{ticket}/priority/"),
    Place("ticket-player", "/tickets/{ticket}/player/"),
    Place("merge", "/tickets/{ticket}/merge/"),
    Place("sender", "/tickets/{ticket}/messages/{message}/sender/"),
    Place("ticket-blocked", "/tickets/{blocked}/"),
    Place("block", "/tickets/{ticket}/block/"),
    Place("ticket-held", "/tickets/{held_ticket}/"),
    Place("held", "/tickets/{held_ticket}/messages/{held}/held/"),
    Place("start", "/tickets/new/"),
    Place("jobs", "/jobs/?all=1"),
    Place("job", "/jobs/{job}/"),
    Place("notices", "/notices/"),
    Place("account", "/account/"),
    Place("password", "/accounts/password/change/"),
    Place("password-again", "/accounts/reauthenticate/"),
    Place("second-factor", "/accounts/second-factor/"),
    Place("second-factor-app", "/accounts/second-factor/totp/activate/"),
    Place("second-factor-keys", "/accounts/second-factor/webauthn/"),
    Place("second-factor-key", "/accounts/second-factor/webauthn/add/"),
    Place("sessions", "/accounts/sessions/"),
    Place("sign-out", "/accounts/logout/"),
    Place("settings", "/settings/"),
    Place("people", "/settings/people/"),
    Place("person", "/settings/people/{person}/"),
    Place("person-leaves", "/settings/people/{person}/leave/"),
    Place("invite", "/settings/people/invite/"),
    Place("teams", "/settings/teams/"),
    Place("team", "/settings/teams/{team}/"),
    Place("team-new", "/settings/teams/new/"),
    Place("shifts", "/shifts/?week={week}"),
    Place("shifts-empty", "/shifts/?week=2030-01-07", "anna"),
    Place("plan", "/shifts/people/{person}/"),
    Place("departments", "/settings/departments/"),
    Place("department", "/settings/departments/{department}/"),
    Place("department-new", "/settings/departments/new/"),
    Place("reasons", "/settings/reasons/"),
    Place("reason", "/settings/reasons/{reason}/"),
    Place("reason-new", "/settings/reasons/new/hold/"),
    Place("see-as", "/settings/as/?person={person}"),
    Place("seeing-queue", "/tickets/?status=all", "olga as anna"),
    Place("seeing-ticket", "/tickets/{ticket}/", "olga as anna"),
    Place("roles", "/settings/roles/"),
    Place("roles-review", "/settings/roles/", presses=((MARK, "Space"), (MARK, "Enter"), (".fates", ""))),
    Place("roles-give", "/settings/roles/?of=may_grant"),
    Place("role", "/settings/roles/{role}/"),
    Place("role-new", "/settings/roles/new/"),
    Place("games", "/settings/games/"),
    Place("game", "/settings/games/{game}/"),
    Place("game-new", "/settings/games/new/"),
    Place("texts", "/settings/texts/"),
    Place("text", "/settings/texts/{text}/"),
    Place("text-language", "/settings/texts/{text}/ru/"),
    Place("text-version", "/settings/texts/{text}/versions/{version}/"),
    Place("lifecycle", "/settings/lifecycle/"),
    Place("rule", "/settings/lifecycle/{rule}/"),
    Place("mails", "/settings/mails/"),
    Place("mails-aside", "/settings/mails/?which=aside"),
    Place("mail", "/settings/mails/{mail}/"),
    Place("mailbox", "/settings/mails/boxes/{mailbox}/"),
    Place("mailbox-new", "/settings/mails/boxes/new/"),
    Place("addresses", "/settings/addresses/"),
    Place("address", "/settings/addresses/{address}/"),
    Place("senders", "/settings/senders/"),
    Place("parked", "/settings/parked/"),
    Place("outgoing", "/settings/outgoing/"),
    Place("deliveries", "/settings/deliveries/"),
    Place("card-fields", "/settings/card/?game={slug}"),
    Place("card-field", "/settings/card/fields/{card_field}/"),
    Place("card-field-new", "/settings/card/games/{slug}/new/"),
    Place("card-class", "/settings/card/classes/{card_class}/"),
    Place("card-class-new", "/settings/card/classes/new/"),
    Place("erasures", "/settings/erasures/"),
    Place("player-data", "/players/{player}/data/"),
    Place("audit", "/settings/audit/"),
    Place("not-allowed", "/settings/people/", "anna", answers=403),
    Place("not-found", "/nowhere/", answers=404),
    Place("players-mailbox", "/mailbox/", "", words=False),
    Place("players-mailbox-mail", "{letter}", "", words=False),
    Place("players-mailbox-write", "/mailbox/write/", "", words=False),
)


def furnish(town: Town) -> list[Place]:
    """Put something on every page, and tell where the pages are now."""
    ask, do = town.rows.one, town.hand.do
    number = do(
        "open_one", address="ilse@players.example", name="Ilse Brandt", subject="Founder's pack bought twice", text=QUESTION, hours_ago=5
    )
    do("add_note", number=number, text=NOTE)
    do("write_reply", number=number, text=ANSWER)
    others = [
        do("open_one", address=f"{name.lower()}@players.example", name=name, subject=subject, text=f"{subject}!", hours_ago=7 * hours)
        for hours, (name, subject) in enumerate(OTHERS.items(), start=1)
    ]
    held_ticket, department, reason = others[-1], do("department"), do("reason")
    long = do("open_one", address=LONG_ADDRESS, name=LONG_NAME, subject=LONG_SUBJECT, text=f"{LONG_SUBJECT}\n\n{'x' * 300}", hours_ago=500)
    blocked = do("blocked", address="gregor@players.example", name="Gregor Falk")
    do("mail_to_nobody")
    do("dns_said")
    do("outgoing_calls")
    resolved = do("resolved", address="hana@players.example")
    survey = until(lambda: do("survey_path", number=resolved), "the survey to be asked", seconds=60)
    until(lambda: ask("SELECT count(*) > 1 FROM mail_rawmail WHERE parked_at IS NOT NULL"), "two mails to be put aside")
    until(lambda: ask("SELECT sent_at FROM tickets_message WHERE to_address = 'ilse@players.example'"), "the reply to be sent")
    do("player_writes", number=number, text="Wonderful, thank you. One more thing: may I keep the hat?")

    def first(table: str, where: str = "true") -> int:
        return int(ask(f"SELECT id FROM {table} WHERE {where} ORDER BY id LIMIT 1"))

    held = do("held_reply", number=held_ticket, text="Please try another browser, and tell us what you see.")
    card = do("card")
    version, text = town.rows.all("SELECT id, text_id FROM base_textversion WHERE language = 'ru' ORDER BY id LIMIT 1")[0]
    there = {
        "ticket": number,
        "view": do("view", name="English, and whoever else writes in it from wherever", address="q=lang:en", folder="By language"),
        "lacking": do("view", name="Night shift", address="q=team:4711+topic:none"),
        "resolved": resolved,
        "held_ticket": held_ticket,
        "held": held,
        "long": long,
        "blocked": blocked,
        "message": ask(
            "SELECT m.id FROM tickets_message m JOIN tickets_ticket t ON t.id = m.ticket_id WHERE t.number = %s ORDER BY m.id", number
        ),
        "survey": survey.strip("/").rpartition("/")[2],
        "letter": _letter(town),
        "address": do("bounced", number=long),
        "person": ask("SELECT id FROM staff_user WHERE email = 'anna@studio.example'"),
        "role": first("staff_role"),
        "team": do("team"),
        "department": department,
        "week": do("shifts"),
        "reason": reason,
        "promised": do("promised", number=others[0], department=department, reason=reason),
        "game": first("games_game"),
        "slug": ask("SELECT slug FROM games_game ORDER BY id LIMIT 1"),
        "card_field": card["field"],
        "card_class": card["class"],
        "text": text,
        "version": version,
        "rule": first("tickets_lifecyclerule"),
        "mail": first("mail_rawmail", "parked_at IS NOT NULL AND set_aside_id IS NULL"),
        "mailbox": do("mailbox"),
        "job": do("job"),
        "player": first("players_player"),
    }
    return [replace(place, path=place.path.format_map(there)) for place in PLACES]


def _letter(town: Town) -> str:
    """The page of the newest mail in Ilse's mailbox."""
    page = requests.get(f"{town.desk}/mailbox/", params={"to": "ilse@players.example"}, timeout=30).text
    found = re.search(r'class="in">\s*<a href="([^"?]+)', page)
    assert found is not None
    return found[1]
