"""How much a ticket matters: people and flows say it, the log tells of it, the queue is sorted by it, and no mail says it of itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.http import QueryDict

from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from tests.conftest import Travel
from tests.factories.desk import make_game, make_ticket
from tests.factories.staff import somebody
from tests.tickets.desk.conftest import DAILY
from tests.tickets.mail.inbound.desk import receive_mail
from tests.tickets.mail.parse.letters import letter
from tickets.actors import flow, operator
from tickets.desk.queue.filters import Wanted
from tickets.desk.queue.selectors import neighbours, queue_page
from tickets.filters.columns import Columns
from tickets.models import FAR, URGENCY, Event, Priority, Ticket
from tickets.past import state_at
from tickets.search.language import parse, q_of
from tickets.services.edit import set_priority
from tickets.services.take_back import Standing, take_back

pytestmark = pytest.mark.django_db
NIGHT_WATCH = flow(7, version=3)


def wanted(query: str, reader: User) -> Wanted:
    return Wanted.of(QueryDict(query), reader)


def walked(reader: User, query: str) -> list[str]:
    """The subjects of all pages, one after the other."""
    asked, found, cursor = wanted(query, reader), list[str](), ""
    while True:
        page = queue_page(reader, asked, Columns((), reader), cursor)
        found += [row.subject for row in page.rows]
        if not (cursor := page.later):
            return found


def test_it_is_normal_until_somebody_says_otherwise_and_the_log_tells_who(anna: User) -> None:
    ticket = make_ticket()
    opened = ticket.last_event_id

    set_priority(ticket, Priority.HIGH, by=operator(anna))
    set_priority(ticket, Priority.URGENT, by=NIGHT_WATCH)
    set_priority(ticket, Priority.URGENT, by=operator(anna))  # it is already

    told = Event.objects.filter(ticket=ticket, kind="ticket.priority_set").order_by("pk")
    assert [(one.actor_kind, one.data) for one in told] == [
        ("operator", {"priority": "high", "before": "normal"}),
        ("flow", {"priority": "urgent", "before": "high"}),
    ]
    assert Ticket.objects.get(pk=ticket.pk).priority == state_at(ticket).priority == Priority.URGENT
    assert state_at(ticket, Event.objects.get(pk=opened)).priority == Priority.NORMAL


def test_a_mail_cannot_make_itself_urgent() -> None:
    make_game(address="help@ember.example")
    receive_mail(letter("My sword is gone.", x_priority="1 (Highest)", importance="high", priority="urgent"))

    assert Ticket.objects.get().priority == Priority.NORMAL


def test_the_database_says_the_same_key_as_the_row(anna: User, travel: Travel) -> None:
    ticket, done = make_ticket(at=travel.moment - timedelta(days=3, microseconds=7)), make_ticket()
    set_priority(ticket, Priority.LOW, by=operator(anna))
    Ticket.objects.filter(pk=done.pk).update(waiting_since=None, waiting_key=FAR)

    for row in Ticket.objects.annotate(told=URGENCY):
        assert row.told == row.urgency_key


def test_the_queue_puts_the_most_urgent_first_and_then_who_waits_longest(travel: Travel) -> None:
    reader = somebody(*DAILY)
    for number in range(120):  # three pages, many of one priority and some of one moment
        ticket = make_ticket(subject=f"{number:03}", at=travel.moment - timedelta(hours=number % 50))
        Ticket.objects.filter(pk=ticket.pk).update(priority=number % 4 + 1)
    meant = sorted(Ticket.objects.all(), key=lambda one: (-one.priority, one.waiting_key, one.pk))

    for query in ("sort=urgent", "sort=urgent&status=new", "sort=urgent&status=all"):
        assert walked(reader, query) == [one.subject for one in meant]
    asked = wanted("sort=urgent", reader)
    assert neighbours(reader, asked, meant[60]) == (meant[59].number, meant[61].number)
    assert neighbours(reader, asked, meant[0])[0] == neighbours(reader, asked, meant[-1])[1] == ""


@pytest.mark.parametrize(
    "said", ["priority:urgent", "priority:high,urgent", "приоритет:срочный", "приоритет:Высокий,срочный", "-priority:normal"]
)
def test_it_is_found_in_both_languages(anna: User, said: str) -> None:
    reader = somebody(Right.VIEW)
    make_ticket()
    urgent = set_priority(make_ticket(), Priority.URGENT, by=operator(anna))

    parsed = parse(said, reader)

    assert parsed.troubles == ()
    assert list(Ticket.objects.filter(q_of(parsed.tree, reader, texts=lambda word: pytest.fail(word.text)))) == [urgent]


def test_it_is_taken_back_with_the_rest_unless_somebody_has_set_it_since(anna: User) -> None:
    ticket, other = make_ticket(), make_ticket()
    before, theirs = Standing.of(ticket), Standing.of(other)
    ticket = set_priority(ticket, Priority.URGENT, by=operator(anna))
    other = set_priority(other, Priority.URGENT, by=operator(anna))
    upto = other.last_event_id
    set_priority(other, Priority.HIGH, by=NIGHT_WATCH)

    take_back(replace(before, upto=ticket.last_event_id), ticket, by=operator(anna))
    with pytest.raises(Exception, match="changed since"):
        take_back(replace(theirs, upto=upto), other, by=operator(anna))

    assert Ticket.objects.get(pk=ticket.pk).priority == Priority.NORMAL
    assert Ticket.objects.get(pk=other.pk).priority == Priority.HIGH
