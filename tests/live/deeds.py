"""What a hand can do at a running desk, by its services. Runs in a process of the desk's own, `python -m tests.live`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction

from helpdesk.base import clock
from helpdesk.staff.models import DepartmentMember, Grant, Membership, Role, Team, User
from helpdesk.staff.rights import Right, registered
from helpdesk.studio.models import Department, Game
from players.models import Address, CardClass, CardLine, Player
from players.services import Declaration, declare, mark_address, name_class, remember_names, writer_from
from tests.live.people import PASSWORD, RUSSIAN, STAFF, email_of
from tickets.actors import operator
from tickets.lifecycle.machine import SILENCE
from tickets.lifecycle.rules import Rules
from tickets.lifecycle.waiting import wrong
from tickets.mail.inbound.inbox import InboundMail, store
from tickets.mail.models import Mailbox, MailSource, SenderRecords
from tickets.models import Hold, Message, Status, Ticket
from tickets.services.numbers import new_number
from tickets.services.open import Incoming, open_ticket, receive
from tickets.services.reply import OutgoingMessage, send_reply
from tickets.services.reply import add_note as note
from tickets.surveys.links import page_url
from tickets.surveys.models import Survey
from tickets.timers import TimerRequest, arm_many, fire_due

WORK = [
    Right.VIEW, Right.REPLY, Right.NOTE, Right.ASSIGN, Right.TAKE, Right.SET_STATUS, Right.START, Right.MERGE, Right.RESEND,
    Right.SEE_ATTACHMENTS, Right.SEE_RATING, Right.SEE_RAW_MAIL, Right.SEE_PLAYER, Right.SEE_PLAYER_CONTACT,
]  # fmt: skip
GAMES: list[dict[str, Any]] = [
    {
        "slug": "emberfall",
        "name": "Emberfall",
        "strapline": "The last forge still burns",
        "colour_main": "#8a2f14",
        "colour_accent": "#8a2f14",
        "colour_tint": "#fbf3ee",
        "colour_ground": "#efe5de",
        "face": "serif",
        "survey_delay_hours": 0,
    },
    {
        "slug": "tidewater",
        "name": "Tidewater",
        "strapline": "Sail on",
        "colour_main": "#0f5c74",
        "colour_accent": "#0f5c74",
        "colour_tint": "#eef6f8",
        "colour_ground": "#e1ecef",
        "face": "sans",
    },
]


def studio() -> None:
    """Two games, and the people of `tests/live/people.py` with their roles. May be repeated."""
    for facts in GAMES:
        name = facts["name"]
        Game.objects.get_or_create(
            slug=facts["slug"],
            defaults=facts
            | {
                "team_name": f"{name} Support",
                "sender_name": f"{name} Support",
                "address": f"support@{facts['slug']}.example",
                "languages": ["en", "ru"],
                "default_language": "en",
            },
        )
    Game.objects.filter(slug="emberfall").update(survey_delay_hours=0)  # the demo has one of this name, whose players are asked a day later
    agent, _made = Role.objects.get_or_create(slug="e2e-agent", defaults={"name": "Agent", "rights": list(WORK)})
    keeper, _made = Role.objects.get_or_create(slug="e2e-keeper", defaults={"name": "Keeper", "rights": registered()})
    strict, _made = Role.objects.get_or_create(
        slug="e2e-strict", defaults={"name": "Strict", "rights": list(WORK), "requires_second_factor": True}
    )
    roles = {"olga": keeper, "pavel": strict}
    for word, name in STAFF.items():
        _person(word, name, roles.get(word, agent))


def _person(word: str, name: str, role: Role) -> None:
    language = "ru" if word in RUSSIAN else "en"
    user = User.objects.filter(email=email_of(word)).first() or User.objects.create_user(
        email_of(word), PASSWORD, name=name, language=language
    )
    Grant.objects.get_or_create(user=user, role=role, game=None, team=None, language="", topic=None)


def open_one(
    address: str, text: str, *, subject: str = "Crystals", name: str = "", game: str = "emberfall", language: str = "en", hours_ago: int = 0
) -> str:
    """A ticket that this player opened by mail; its number."""
    player, contact = writer_from(address, name=name)
    incoming = Incoming(
        text=text, subject=subject, channel="mail", language=language, from_address=address, at=clock.now() - timedelta(hours=hours_ago)
    )
    message = open_ticket(incoming, game=Game.objects.get(slug=game), player=player, contact=contact)
    return message.ticket.number


def resolved(address: str) -> str:
    """A ticket that was answered and resolved; its survey follows by itself. Its number."""
    number = open_one(address, "My gems were not delivered.", subject="Gems", name="Hana", language="en")
    write_reply(number, "They are on your account now. Have fun!", then=Status.RESOLVED)
    return number


def survey_path(number: str) -> str:
    """The rating page of this ticket's survey; empty while nobody was asked."""
    survey = Survey.objects.filter(ticket__number=number).first()
    return page_url(survey.invitation_id).removeprefix(settings.DESK_URL) if survey else ""


def mail_to_nobody() -> int:
    """A mail that no game has the address for: it is put aside. The raw mail's id."""
    headers = b"From: Ida <ida@players.example>\nTo: nobody@elsewhere.example\nSubject: Where is this?\nMessage-ID: <lost@players.example>"
    letter = headers + b"\n\nHello?\n"
    return store(InboundMail(content=letter, source=MailSource.PIPE, key="lost")).pk


def mailbox() -> int:
    """A mailbox that is not polled; its id."""
    facts = {"host": "imap.studio.example", "user": "support", "password_name": "MAILBOX_PASSWORD_EMBER", "enabled": False}
    return Mailbox.objects.get_or_create(address="support@studio.example", defaults=facts)[0].pk


def dns_said() -> int:
    """What DNS told of a game's sender, as if somebody had asked; the row's id."""
    domain = "emberfall.example"
    found = {
        "sending": domain, "spf": ["v=spf1 mx"], "named": ["mx"], "lookups": 1, "dkim": {"s1": ["v=DKIM1; k=rsa; p=" + "A" * 400]},
        "dmarc_at": domain, "dmarc": [],
    }  # fmt: skip
    facts = {"selector": "s1", "asked_at": clock.now(), "found": found}
    return SenderRecords.objects.update_or_create(domain=domain, defaults=facts)[0].pk


def team() -> int:
    """A team with somebody in it; its id."""
    made, _new = Team.objects.get_or_create(slug="payments", defaults={"name": "Payments"})
    Membership.objects.get_or_create(team=made, user=User.objects.get(email=email_of("anna")))
    return made.pk


def card() -> dict[str, int]:
    """A card with a field that is declared, some that are not, and a class of the studio's; their ids."""
    game, olga = Game.objects.order_by("pk")[0], User.objects.get(email=email_of("olga"))
    remember_names(game, ["arena_rank", "season_pass", "ltv_usd"])
    made = CardClass.objects.filter(slug="sanctions").first() or name_class(None, "Sanctions", by=olga)
    line = declare(game, "warnings", Declaration(made, "Warnings", "Предупреждения", CardLine.Kind.NUMBER), by=olga)
    return {"field": line.pk, "class": made.pk}


@transaction.atomic
def held_reply(number: str, text: str) -> int:
    """A reply that a gate holds, by Anna; its id."""
    pk = write_reply(number, text)
    Message.objects.filter(pk=pk).update(state=Message.State.HELD)
    Hold.objects.create(message_id=pk, gate="tests.mentor", reason="A mentor reads it first.", approves=True)
    return pk


def department() -> int:
    """A department with somebody in it; its id."""
    made, _new = Department.objects.get_or_create(name="Payments")
    DepartmentMember.objects.get_or_create(department=made, user=User.objects.get(email=email_of("anna")))
    return made.pk


def prefer(word: str, language: str) -> None:
    """Somebody works in this language from now on."""
    User.objects.filter(email=email_of(word)).update(language=language)


def player_writes(number: str, text: str) -> int:
    """A further message of the ticket's player; its id."""
    ticket = Ticket.objects.get(number=number)
    return receive(ticket, Incoming(text=text, channel="mail", from_address=ticket.contact.address if ticket.contact else "")).pk


def write_reply(number: str, text: str, by: str = "anna", then: str = "") -> int:
    """A reply by one who has seen everything; the message's id."""
    ticket = Ticket.objects.get(number=number)
    seen = Message.objects.filter(ticket=ticket, kind=Message.Kind.INBOUND).order_by("-pk").first()
    words = OutgoingMessage(text, answers_upto=seen.pk if seen else None, then_status=then)
    return send_reply(ticket, words, by=operator(User.objects.get(email=email_of(by)))).pk


def bounced(number: str) -> int:
    """An answer that did not reach the player, whose address is marked for it; the address's id."""
    said = "550 5.1.1 no such user here"
    Message.objects.filter(pk=write_reply(number, "Here is your sword.")).update(state=Message.State.FAILED, error=said)
    contact = Ticket.objects.get(number=number).contact
    return mark_address(contact.address, Address.State.BOUNCED, reason=said).pk


def add_note(number: str, text: str, by: str = "anna") -> int:
    """A note for colleagues; the message's id."""
    return note(Ticket.objects.get(number=number), text, by=operator(User.objects.get(email=email_of(by)))).pk


def tick(task: str, queue: str = "now") -> None:
    """What the beat does by the clock: ask a worker for this task, now. On a fresh connection, as the broker may have been away."""
    with current_app.connection_for_write() as connection:
        current_app.send_task(task, queue=queue, producer=current_app.amqp.Producer(connection))


@transaction.atomic
def answered_crowd(count: int, days_ago: int = 4) -> list[int]:
    """Tickets that were answered some days ago, each with its silence timer, due long since; their ids in the order they are due."""
    game, (player, contact) = Game.objects.get(slug="tidewater"), writer_from("crowd@mail.example", name="Crowd")
    began = clock.now() - timedelta(days=days_ago)
    tickets = Ticket.objects.bulk_create(
        [_answered(game, player, contact, began + timedelta(seconds=n)) for n in range(count)], batch_size=1000
    )
    rule = Rules.load().silence(tickets[0])
    if rule is None:
        raise LookupError("No rule knows a silence for answered tickets.")
    hours = timedelta(hours=rule.hours or 0)
    arm_many([TimerRequest(ticket, ticket.status_since + hours, ticket.status_since, rule) for ticket in tickets], SILENCE)
    return [ticket.pk for ticket in tickets]


def _answered(game: Game, player: Player, contact: Address, at: datetime) -> Ticket:
    return Ticket(
        number=new_number(),
        game=game,
        player=player,
        contact=contact,
        channel="mail",
        subject="One of many",
        language="en",
        status=Status.ANSWERED,
        status_since=at,
        created_at=at,
        changed_at=at,
        waiting_since=None,
    )


def fire_timers() -> int:
    """What a worker does with due timers, here and now."""
    return fire_due()


def make_due(number: str, kind: str = SILENCE) -> int:
    """Let this ticket's timer of that kind be due; how many there were."""
    ticket = Ticket.objects.get(number=number)
    return ticket.timers.filter(kind=kind).update(due_at=clock.now() - timedelta(seconds=1), claimed_until=None)


def wrong_waits() -> list[str]:
    """Numbers of tickets whose row says something else about the waiting than their messages."""
    return [ticket.number for ticket, _facts in wrong(list(Ticket.objects.all()))]
