"""The door to tickets: the right is asked for this very row, and a stranger's ticket does not exist."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.http import Http404

from helpdesk.base import clock
from helpdesk.staff.models import Team, User
from helpdesk.staff.rights import Right
from helpdesk.studio.models import Topic
from tests.conftest import Travel
from tests.factories.desk import make_game, make_player, make_ticket
from tests.factories.staff import somebody
from tickets.access import attachment_for, find_ticket, may, message_for, ticket_for, visible_tickets
from tickets.actors import SYSTEM, operator
from tickets.lifecycle.machine import move
from tickets.models import Attachment, Message, Status, Ticket
from tickets.services.assign import set_team
from tickets.services.attachments import NewFile, keep_files
from tickets.services.edit import set_topic
from tickets.services.merge import merge

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _storage(settings: Any, tmp_path: Any) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "helpdesk.base.storage.WholeFiles", "OPTIONS": {"location": str(tmp_path)}}
    }


@pytest.fixture
def tickets(travel: Travel) -> dict[str, Ticket]:
    """Four that differ in one side each."""
    plain = make_ticket()
    other_game = make_ticket(game=make_game("ashvale"))
    russian = make_ticket(language="ru")
    billing = set_team(make_ticket(), to=Team.objects.create(name="Billing", slug="billing"), by=SYSTEM)
    payments = set_topic(make_ticket(), Topic.objects.create(slug="payments", name="Payments"), by=SYSTEM)
    return {"plain": plain, "other game": other_game, "russian": russian, "billing": billing, "payments": payments}


def seen(who: User, tickets: dict[str, Ticket], right: Right = Right.VIEW) -> set[str]:
    pks = set(visible_tickets(who, right).values_list("pk", flat=True))
    return {name for name, ticket in tickets.items() if ticket.pk in pks}


def test_a_right_for_everything_opens_everything(tickets: dict[str, Ticket]) -> None:
    assert seen(somebody(Right.VIEW), tickets) == set(tickets)


def test_without_a_grant_nothing_is_there(tickets: dict[str, Ticket]) -> None:
    assert seen(somebody(), tickets) == set()


def test_each_side_of_a_grant_narrows(tickets: dict[str, Ticket]) -> None:
    assert seen(somebody(Right.VIEW, game=tickets["other game"].game), tickets) == {"other game"}
    assert seen(somebody(Right.VIEW, language="ru"), tickets) == {"russian"}
    assert seen(somebody(Right.VIEW, team=tickets["billing"].team), tickets) == {"billing"}
    assert seen(somebody(Right.VIEW, topic=tickets["payments"].topic), tickets) == {"payments"}


def test_what_holds_for_a_topic_holds_for_those_beneath_it(tickets: dict[str, Ticket], django_assert_num_queries) -> None:
    payments = tickets["payments"].topic
    refund = Topic.objects.create(slug="refund", name="Refund", parent=payments, archived_at=clock.now())
    partly = Topic.objects.create(slug="partly", name="Only a part", parent=refund)
    tickets = tickets | {"partly": set_topic(make_ticket(), partly, by=SYSTEM)}
    marta, emil = somebody(Right.VIEW, topic=payments), somebody(Right.VIEW, topic=refund, game=tickets["partly"].game)

    assert seen(marta, tickets) == {"payments", "partly"}
    assert seen(emil, tickets) == {"partly"}
    with django_assert_num_queries(2):  # the grants, and what lies beneath their topics
        reader = User(pk=emil.pk)
        assert may(reader, tickets["partly"], Right.VIEW)
        assert not may(reader, tickets["payments"], Right.VIEW)


def test_a_role_given_by_a_process_of_the_former_release_holds_for_its_topic(tickets: dict[str, Ticket]) -> None:
    """It knows a topic by its short name alone. A name that no topic has opens nothing."""
    old, gone = somebody(Right.VIEW), somebody(Right.VIEW)
    copied = "SELECT user_id, role_id, language, %s FROM staff_grant WHERE user_id = %s"
    give = f"INSERT INTO staff_grant (user_id, role_id, language, topic) {copied}"
    for who, slug in ((old, "payments"), (gone, "gone")):
        before = who.grants.get()
        with connection.cursor() as cursor:
            cursor.execute(give, [slug, who.pk])
        before.delete()

    assert (seen(User.objects.get(pk=old.pk), tickets), seen(User.objects.get(pk=gone.pk), tickets)) == ({"payments"}, set())


def test_who_may_answer_here_and_look_everywhere_answers_only_here(tickets: dict[str, Ticket]) -> None:
    olga = somebody(Right.VIEW)
    reply_in_russian = somebody(Right.REPLY, Right.VIEW, language="ru")
    for grant in list(reply_in_russian.grants.all()):
        grant.pk, grant.user = None, olga
        grant.save(force_insert=True)
    olga = User.objects.get(pk=olga.pk)

    assert seen(olga, tickets) == set(tickets)
    assert seen(olga, tickets, Right.REPLY) == {"russian"}
    assert may(olga, tickets["russian"], Right.REPLY)
    assert not may(olga, tickets["plain"], Right.REPLY)


def test_a_right_to_act_is_no_right_to_see(tickets: dict[str, Ticket]) -> None:
    assert seen(somebody(Right.REPLY), tickets, Right.REPLY) == set()


def test_the_number_is_found_however_it_is_typed(tickets: dict[str, Ticket]) -> None:
    ticket = tickets["plain"]

    assert ticket_for(somebody(Right.VIEW), ticket.number.lower()) == ticket


@pytest.mark.parametrize("number", ["NOPE-NOPE", "", "7F3K-20QX' OR 1=1", "x" * 500])
def test_what_is_not_there_is_not_found(number: str, tickets: dict[str, Ticket]) -> None:
    with pytest.raises(Http404):
        ticket_for(somebody(Right.VIEW), number)


def test_a_strangers_ticket_is_not_found_either(tickets: dict[str, Ticket]) -> None:
    with pytest.raises(Http404):
        ticket_for(somebody(Right.VIEW, language="ru"), tickets["plain"].number)
    with pytest.raises(Http404):
        ticket_for(somebody(Right.VIEW), tickets["plain"].number, Right.REPLY)


def test_a_topic_in_the_scope_does_not_hinder_the_lock(tickets: dict[str, Ticket]) -> None:
    pavel = somebody(Right.VIEW, topic=tickets["payments"].topic)

    with transaction.atomic():
        assert list(visible_tickets(pavel).select_for_update()) == [tickets["payments"]]


def test_coming_through_the_door_is_no_licence_to_move(tickets: dict[str, Ticket]) -> None:
    """Only what `tickets.locks` gave out may be changed: it was read after the lock was held."""
    with transaction.atomic():
        ticket = ticket_for(somebody(Right.VIEW), tickets["plain"].number)
        with pytest.raises(RuntimeError):
            move(ticket, Status.RESOLVED, by=SYSTEM)


def test_a_message_is_found_in_its_own_ticket_only(tickets: dict[str, Ticket]) -> None:
    olga = somebody(Right.VIEW)
    message = Message.objects.get(ticket=tickets["plain"])

    assert message_for(olga, tickets["plain"].number, message.pk) == message
    with pytest.raises(Http404):
        message_for(olga, tickets["russian"].number, message.pk)


def file_of(ticket: Ticket) -> Attachment:
    return keep_files(ticket, [NewFile("a.txt", b"hello")], message=Message.objects.get(received_in=ticket))[0]


def test_a_file_needs_its_own_right(tickets: dict[str, Ticket]) -> None:
    file = file_of(tickets["plain"])

    assert attachment_for(somebody(Right.VIEW, Right.SEE_ATTACHMENTS), file.pk) == file
    with pytest.raises(Http404):
        attachment_for(somebody(Right.VIEW), file.pk)
    with pytest.raises(Http404):
        attachment_for(somebody(Right.VIEW, Right.SEE_ATTACHMENTS, language="ru"), file.pk)


def test_after_a_merge_a_file_opens_where_its_message_is_shown(travel: Travel, anna: User) -> None:
    mira = make_player()
    english, russian = make_ticket(player=mira), make_ticket(player=mira, language="ru")
    file = file_of(english)
    merge(english, into=russian, by=operator(anna))

    assert attachment_for(somebody(Right.VIEW, Right.SEE_ATTACHMENTS, language="ru"), file.pk) == file
    with pytest.raises(Http404):
        attachment_for(somebody(Right.VIEW, Right.SEE_ATTACHMENTS, language="en"), file.pk)


def test_finding_costs_two_queries(tickets: dict[str, Ticket], django_assert_num_queries) -> None:
    olga = User.objects.get(pk=somebody(Right.VIEW, Right.REPLY).pk)

    with django_assert_num_queries(2):
        ticket = ticket_for(olga, tickets["plain"].number, Right.REPLY)
        assert may(olga, ticket, Right.REPLY)


def test_the_door_asks_for_each_person_anew(tickets: dict[str, Ticket]) -> None:
    """Its words are kept for each scope; what a person may see is that of his grants now."""
    reader, writer = somebody(Right.VIEW, language="ru"), somebody(Right.VIEW, Right.REPLY)

    assert find_ticket(writer, tickets["plain"].number.lower(), Right.REPLY) == tickets["plain"]
    assert find_ticket(reader, tickets["plain"].number) is None
    assert find_ticket(reader, tickets["russian"].number) == tickets["russian"]
    assert find_ticket(reader, tickets["russian"].number, Right.REPLY) is None
