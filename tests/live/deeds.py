"""What a hand can do at a running desk, by its services. Runs in a process of the desk's own, `python -m tests.live`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.http import QueryDict
from django.utils.text import slugify

from helpdesk.base import blobs, clock, outgoing
from helpdesk.base.jobs import verbs
from helpdesk.base.jobs.models import Job, JobPart
from helpdesk.base.models import OutgoingCall
from helpdesk.staff.models import Absence, DepartmentMember, Grant, Membership, Role, Team, User
from helpdesk.staff.rights import ANY, Right, registered
from helpdesk.staff.services.away import go_away
from helpdesk.staff.services.planning import Span, cancel_absence, plan_absence, plan_shifts
from helpdesk.studio.models import Department, Game, Reason
from players import giving_out
from players.models import Address, CardClass, CardLine, Player
from players.services import Declaration, declare, mark_address, name_class, remember_names, writer_from
from tests.live.people import PASSWORD, RUSSIAN, STAFF, email_of
from tickets.actors import operator
from tickets.desk.queue import bulk_jobs
from tickets.desk.saved_views.services import make_view
from tickets.lifecycle.machine import SILENCE
from tickets.lifecycle.pending import PendingInfo
from tickets.lifecycle.rules import Rules
from tickets.lifecycle.waiting import wrong
from tickets.mail.inbound.inbox import InboundMail, store
from tickets.mail.inbound.passwords import keep_password
from tickets.mail.models import Mailbox, MailSource, SenderRecords
from tickets.models import Hold, Message, Status, Ticket
from tickets.services.blocks import block_player
from tickets.services.edit import set_status
from tickets.services.numbers import new_number
from tickets.services.open import Incoming, open_ticket, receive
from tickets.services.reply import OutgoingMessage, send_reply
from tickets.services.reply import add_note as note
from tickets.surveys.links import page_url
from tickets.surveys.models import Survey
from tickets.timers import TimerRequest, arm_many, fire_due

WORK = [
    Right.VIEW, Right.SEE_NOTES, Right.REPLY, Right.NOTE, Right.ASSIGN, Right.TAKE, Right.START, Right.MERGE,
    Right.SET_STATUS, Right.SET_PENDING, Right.SET_RESOLVED, Right.SET_CLOSED,
    Right.RESEND, Right.SEE_ATTACHMENTS, Right.SEE_RATING, Right.SEE_RAW_MAIL, Right.SEE_PLAYER, Right.SEE_PLAYER_CONTACT,
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
    keeper, _made = Role.objects.get_or_create(slug="e2e-keeper", defaults={"name": "Keeper", "rights": registered(), "may_grant": [ANY]})
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


def blocked(address: str, name: str) -> str:
    """A ticket whose player is blocked, and a mail of his that is set aside as soon as it is read; its number."""
    number = open_one(address, "You are thieves, all of you.", subject="Thieves", name=name, hours_ago=30)
    ticket, until = Ticket.objects.get(number=number), clock.now() + timedelta(days=7)
    if not ticket.player.is_blocked:
        block_player(
            ticket.player, on=ticket, until=until, why="Threatens a colleague by name", by=User.objects.get(email=email_of("olga"))
        )
    headers = f"From: {name} <{address}>\nTo: support@emberfall.example\nSubject: And another thing\nMessage-ID: <aside.{address}>"
    store(InboundMail(content=f"{headers}\n\nThieves!\n".encode(), source=MailSource.PIPE, key=f"aside {address}"))
    return number


def mailbox() -> int:
    """A mailbox that is not polled, with a password that somebody entered; its id."""
    facts = {"host": "imap.studio.example", "user": "support", "enabled": False}
    box = Mailbox.objects.get_or_create(address="support@studio.example", defaults=facts)[0]
    keep_password(box, "a word of the mail server", by=User.objects.earliest("pk"))
    return box.pk


def outgoing_calls() -> None:
    """Calls to two servers of others, of which one does not answer and is left alone."""
    outcome, servers = (
        OutgoingCall.Outcome,
        [("mailgun", "api.mailgun.net", "bounces"), ("hooks.ember", "hooks.ember.example", "ticket.opened")],
    )
    came = [(outcome.ANSWERED, 200), (outcome.ANSWERED, 404), (outcome.ERROR, 503), (outcome.SLOW, None), (outcome.UNREACHABLE, None)]
    for number in range(70):
        (service, host, what), (how, status) = servers[number % 2], came[number % 5]
        line = {"service": service, "host": host, "what": what, "method": "POST", "outcome": how, "status": status}
        OutgoingCall.objects.create(at=clock.now() - timedelta(minutes=7 * number), milliseconds=97 * (1 + number % 5), sent=812, **line)
    outgoing.breaker.gone("hooks.ember", "error 503", who="somebody")


def dns_said() -> int:
    """What DNS told of a game's sender, as if somebody had asked; the row's id."""
    domain = "emberfall.example"
    found = {
        "sending": domain, "spf": ["v=spf1 mx"], "named": ["mx"], "lookups": 1, "dkim": {"s1": ["v=DKIM1; k=rsa; p=" + "A" * 400]},
        "dmarc_at": domain, "dmarc": [],
    }  # fmt: skip
    facts = {"selector": "s1", "asked_at": clock.now(), "found": found}
    return SenderRecords.objects.update_or_create(domain=domain, defaults=facts)[0].pk


def team(name: str = "Payments", people: Sequence[str] = ("anna",)) -> int:
    """A team with these people in it; its id."""
    made, _new = Team.objects.get_or_create(slug=slugify(name), defaults={"name": name})
    for word in people:
        Membership.objects.get_or_create(team=made, user=User.objects.get(email=email_of(word)))
    return made.pk


def view(name: str, address: str = "", by: str = "olga", folder: str = "", whose: str = "me") -> int:
    """A saved view."""
    person = User.objects.get(email=email_of(by))
    asked = QueryDict(address)
    return make_view(name=name, icon="star", folder=folder, whose=whose, asked=asked, by=person).pk


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


def job() -> int:
    """Jobs of Olga's: one that waits for its time, one that stands still, an archive, a change that is done; the last one's id."""
    olga, pks = User.objects.get(email=email_of("olga")), list(Ticket.objects.order_by("pk").values_list("pk", flat=True)[:3])
    Job.objects.filter(owner=olga.pk).delete()
    now, bulk = clock.now(), {"kind": bulk_jobs.BULK, "owner": olga.pk}
    him, said = Player.objects.order_by("pk")[0], {"act": "status:resolved", "seen": 0}
    Job.objects.create(**bulk, parameters=said | {"act": "assign:me"}, total=800, due_at=now + timedelta(days=300))
    Job.objects.create(**bulk, parameters=said, total=9100, done=3275, changed=3275, state=Job.State.PAUSED, started_at=now)
    archive = {"result": blobs.keep(b"x" * 90_000), "result_name": f"player-{him.pk}.zip", "result_until": now + timedelta(days=3)}
    Job.objects.create(kind=giving_out.KIND, owner=olga.pk, player=him.pk, state=Job.State.DONE, started_at=now, ended_at=now, **archive)
    ended = {"state": Job.State.DONE, "started_at": now, "ended_at": now, "done": 1234, "changed": 1180, "refused": 42, "skipped": 12}
    done = Job.objects.create(**bulk, parameters=said, total=1234, **ended)
    JobPart.objects.create(job=done, place=0, ids=pks, done_at=now, refused={"4711": pks * 14})
    return done.pk


def reason() -> int:
    """A reason for which tickets are put on hold; its id."""
    made, _new = Reason.objects.get_or_create(list="hold", name="Waits for the next patch", defaults={"default_hours": 40})
    return int(made.pk)


def promised(number: str, department: int, reason: int) -> str:
    """Anna puts a ticket on hold until the day after tomorrow; its number."""
    anna, until = User.objects.get(email=email_of("anna")), clock.now() + timedelta(days=2)
    said = PendingInfo("Payments", until, "We ask the shop.", department, reason)
    return set_status(Ticket.objects.get(number=number), Status.PENDING, by=operator(anna), pending=said).number


def department() -> int:
    """A department with somebody in it; its id."""
    made, _new = Department.objects.get_or_create(name="Payments")
    DepartmentMember.objects.get_or_create(department=made, user=User.objects.get(email=email_of("anna")))
    return made.pk


def shifts() -> str:
    """This week's shifts of two people, one of whom is absent for a day and one has stepped away; the week's first day."""
    olga, anna, boris = (User.objects.get(email=email_of(word)) for word in ("olga", "anna", "boris"))
    today = clock.now().date()
    monday = datetime.combine(today - timedelta(days=today.weekday()), time(9), UTC)
    begins = [(person, monday + timedelta(days=day, hours=late)) for person, late in ((anna, 0), (boris, 12)) for day in range(5)]
    plan_shifts([Span(person, begin, begin + timedelta(hours=8)) for person, begin in begins], by=olga)
    if not Absence.objects.filter(user=anna).exists():
        ill = plan_absence(anna, kind=Absence.Kind.ILL, first_day=today, last_day=today + timedelta(days=9), by=olga)
        cancel_absence(ill, by=olga)
        plan_absence(anna, kind=Absence.Kind.HOLIDAY, first_day=today, last_day=today, by=olga)
    go_away(olga, until=clock.now() + timedelta(hours=2))
    return monday.date().isoformat()


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


def change_of_many(count: int) -> list[int]:
    """So many tickets, and a job of Olga's that takes all of them; its id, and theirs."""
    olga, game = User.objects.get(email=email_of("olga")), Game.objects.get(slug="tidewater")
    player, contact = writer_from("crowd@mail.example", name="Crowd")
    made = Ticket.objects.bulk_create(_answered(game, player, contact, clock.now()) for _ticket in range(count))
    pks = [ticket.pk for ticket in made]
    job = verbs.start(bulk_jobs.BULK, owner=olga.pk, parameters={"act": "assign:me", "seen": 0}, ids=pks)
    return [job.pk, *pks]


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
