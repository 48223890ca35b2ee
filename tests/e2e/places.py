"""Every page that a person opens, with something on it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import requests

from tests.e2e.conftest import Town
from tests.live.waiting import until

QUESTION = "Hello,\n\nI bought the founder's pack twice by mistake (see the picture). Could you take one back?\n\nThank you!"
ANSWER = "Hello Ilse,\n\nthank you for the picture. **One** of the two packs has been taken back; the money arrives within five days."
OTHERS = {"Jun": "The map is black", "Kira": "Пропал питомец", "Luis": "No puedo entrar"}
NOTE = "Both payments went through within a minute. Refund by the book."


@dataclass(frozen=True, slots=True)
class Place:
    """A page. `who` looks at it: somebody of the studio, or nobody in particular (""), as the players do."""

    name: str
    path: str
    who: str = "olga"
    speaks: str = ""  # a language of its own, whatever the reader's


def furnish(town: Town) -> list[Place]:
    """Put something on every page, and name the pages."""
    ask, do = town.rows.one, town.hand.do
    number = do(
        "open_one", address="ilse@players.example", name="Ilse Brandt", subject="Founder's pack bought twice", text=QUESTION, hours_ago=5
    )
    do("add_note", number=number, text=NOTE)
    do("write_reply", number=number, text=ANSWER)
    for hours, (name, subject) in enumerate(
        (("Jun", "The map is black"), ("Kira", "Пропал питомец"), ("Luis", "No puedo entrar")), start=1
    ):
        do("open_one", address=f"{name.lower()}@players.example", name=name, subject=subject, text=f"{subject}!", hours_ago=7 * hours)
    do("mail_to_nobody")
    resolved = do("resolved", address="hana@players.example")
    survey = until(lambda: do("survey_path", number=resolved), "the survey to be asked", seconds=60)
    until(lambda: ask("SELECT count(*) FROM mail_rawmail WHERE parked_at IS NOT NULL"), "the lost mail to be put aside")
    until(lambda: ask("SELECT sent_at FROM tickets_message WHERE to_address = 'ilse@players.example'"), "the reply to be sent")
    do("player_writes", number=number, text="Wonderful, thank you. One more thing: may I keep the hat?")
    letter = _letter(town)

    def first(table: str) -> int:
        return int(ask(f"SELECT id FROM {table} ORDER BY id LIMIT 1"))

    desk = {
        "queue": "/tickets/",
        "queue-all": "/tickets/?status=all",
        "queue-empty": "/tickets/?status=all&q=nothing+like+this",
        "ticket": f"/tickets/{number}/",
        "ticket-note": f"/tickets/{number}/?mode=note",
        "ticket-resolved": f"/tickets/{resolved}/",
        "status": f"/tickets/{number}/status/",
        "start": "/tickets/new/",
        "notices": "/notices/",
        "account": "/account/",
        "second-factor": "/accounts/second-factor/",
        "password": "/accounts/password/change/",
        "sessions": "/accounts/sessions/",
        "settings": "/settings/",
        "people": "/settings/people/",
        "person": f"/settings/people/{first('staff_user')}/",
        "invite": "/settings/people/invite/",
        "teams": "/settings/teams/",
        "team-new": "/settings/teams/new/",
        "roles": "/settings/roles/",
        "role": f"/settings/roles/{first('staff_role')}/",
        "games": "/settings/games/",
        "game": f"/settings/games/{first('games_game')}/",
        "texts": "/settings/texts/",
        "text": f"/settings/texts/{first('base_text')}/",
        "lifecycle": "/settings/lifecycle/",
        "rule": f"/settings/lifecycle/{first('tickets_lifecyclerule')}/",
        "mails": "/settings/mails/",
        "mail": f"/settings/mails/{first('mail_rawmail')}/",
        "mailbox-new": "/settings/mails/boxes/new/",
        "deliveries": "/settings/deliveries/",
        "audit": "/settings/audit/",
    }
    public = {
        "sign-in": "/accounts/login/",
        "forgotten": "/accounts/password/reset/",
        "mailbox": "/mailbox/",
        "mailbox-mail": letter,
        "mailbox-write": "/mailbox/write/",
    }
    return [
        *(Place(name, path, "") for name, path in public.items()),
        Place("survey", survey, "", speaks="en"),  # the ticket's language
        *(Place(name, path) for name, path in desk.items()),
    ]


def _letter(town: Town) -> str:
    """The page of the newest mail in Ilse's mailbox."""
    page = requests.get(f"{town.desk}/mailbox/", params={"to": "ilse@players.example"}, timeout=30).text
    found = re.search(r'class="in">\s*<a href="([^"?]+)', page)
    assert found is not None
    return found[1]
