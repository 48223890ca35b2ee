"""The event log: what a row says, and that the ticket's own services record what they change."""

from __future__ import annotations

import pytest
from django.db import transaction

from helpdesk.base.errors import DomainError
from helpdesk.staff.models import Team, User
from helpdesk.studio.models import Tag, Topic
from tests.conftest import Travel
from tests.factories.desk import make_player, make_ticket
from tests.tickets.deeds import kinds
from tickets.actors import SYSTEM, flow, operator
from tickets.events import NewEvent, record, record_many
from tickets.events.of_tickets import TicketRenamed
from tickets.locks import lock, lock_many
from tickets.models import Event, Ticket
from tickets.services import edit
from tickets.services.assign import assign, set_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket(travel: Travel) -> Ticket:
    return make_ticket()


def last(ticket: Ticket) -> Event:
    return Event.objects.filter(ticket=ticket).latest("pk")


def test_an_event_shows_the_ticket_after_it(ticket: Ticket, anna: User) -> None:
    team = Team.objects.create(name="Billing", slug="billing")
    set_team(ticket, to=team, by=operator(anna))
    assign(ticket, to=anna, by=operator(anna))

    event = last(ticket)

    assert (event.kind, event.team_id, event.assignee_id, event.status, event.language) == (
        "ticket.assigned",
        team.pk,
        anna.pk,
        "new",
        "en",
    )
    assert event.data == {"assignee": anna.pk, "how": "taken"}


def test_nothing_changed_nothing_recorded(ticket: Ticket, anna: User) -> None:
    before = kinds(ticket)
    by = operator(anna)

    assign(ticket, to=None, by=by)
    set_team(ticket, to=None, by=by)
    edit.rename(ticket, ticket.subject, by=by)
    edit.set_topic(ticket, None, by=by)
    edit.set_language(ticket, "en", by=by)
    edit.set_tags(ticket, [], by=by)
    edit.set_player(ticket, ticket.player, by=by)

    assert kinds(ticket) == before


def test_a_person_confirms_a_machines_topic(ticket: Ticket, anna: User) -> None:
    topic = Topic.objects.create(slug="payments", name="Payments")
    edit.set_topic(ticket, topic, by=SYSTEM, by_machine=True)

    confirmed = edit.set_topic(ticket, topic, by=operator(anna))

    assert not confirmed.topic_by_machine
    assert kinds(ticket).count("ticket.topic_set") == 2


def test_tags_are_told_by_what_came_and_what_went(ticket: Ticket, anna: User) -> None:
    vip, bug, refund = (Tag.objects.create(name=name) for name in ("vip", "bug", "refund"))
    edit.set_tags(ticket, [vip, bug], by=operator(anna))

    edit.set_tags(ticket, [bug, refund], by=operator(anna))

    assert last(ticket).data == {"added": [refund.pk], "removed": [vip.pk]}


def test_a_language_the_game_does_not_speak_is_refused(ticket: Ticket, anna: User) -> None:
    with pytest.raises(DomainError) as refusal:
        edit.set_language(ticket, "fi", by=operator(anna))

    assert refusal.value.field == "language"


def test_a_subject_is_one_line_and_never_empty(ticket: Ticket, anna: User) -> None:
    renamed = edit.rename(ticket, "  Lost\r\ncrystals  ", by=operator(anna))

    assert renamed.subject == "Lost crystals"
    with pytest.raises(DomainError):
        edit.rename(ticket, " \n ", by=operator(anna))


def test_it_was_somebody_else_who_wrote(ticket: Ticket, anna: User) -> None:
    brother = make_player("Marek")
    before = ticket.player_id

    edit.set_player(ticket, brother, by=operator(anna))

    assert last(ticket).data == {"player": brother.pk, "before": before}


def test_a_flow_names_its_version(ticket: Ticket) -> None:
    assign(ticket, to=None, by=SYSTEM)
    with transaction.atomic():
        event = record(lock(ticket), TicketRenamed(), by=flow(7, 3))

    assert (event.actor_kind, event.actor_id, event.actor_version) == ("flow", 7, 3)


def test_the_ticket_remembers_its_last_event(ticket: Ticket, anna: User, travel: Travel) -> None:
    travel.forward(hours=1)
    assign(ticket, to=anna, by=operator(anna))

    ticket.refresh_from_db()
    assert (ticket.last_event_id, ticket.changed_at) == (last(ticket).pk, travel.moment)


def test_many_events_cost_as_many_queries_as_one(travel: Travel, django_assert_max_num_queries) -> None:
    pks = [make_ticket().pk for _ in range(20)]
    with transaction.atomic():
        rows = lock_many(pks)
        with django_assert_max_num_queries(5):
            record_many([NewEvent(row, TicketRenamed(), SYSTEM) for row in rows])


def test_without_the_lock_nothing_is_recorded(ticket: Ticket) -> None:
    unlocked = Ticket.objects.get(pk=ticket.pk)

    with transaction.atomic(), pytest.raises(RuntimeError):
        record(unlocked, TicketRenamed(), by=SYSTEM)
