"""Operators hear what concerns them, once, and not of what they did themselves."""

from __future__ import annotations

import pytest

from helpdesk.base import clock
from helpdesk.staff.models import Notice
from helpdesk.staff.notices import see
from helpdesk.staff.rights import Right
from tests.factories.desk import make_player, make_ticket, newest_question, player_writes, post
from tests.factories.staff import somebody
from tickets import drain
from tickets.actors import operator
from tickets.channels import Failed, Uncertain
from tickets.models import Lane
from tickets.notices.mentions import mentioned
from tickets.services import delivery_updates, outbox
from tickets.services.assign import assign
from tickets.services.open import Incoming, receive
from tickets.services.reply import OutgoingMessage, add_note, send_reply

pytestmark = pytest.mark.django_db


def heard(user):
    drain.drain(Lane.NOW)
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("kind", flat=True))


@pytest.fixture(autouse=True)
def _they_see_tickets(anna, boris):
    for user in (anna, boris):
        user.grants.create(role=somebody(Right.VIEW, Right.SEE_NOTES).grants.get().role)


@pytest.fixture
def ticket(the_post, travel):
    return make_ticket(player=make_player("Mirabelle"), subject="Charged twice")


def test_being_given_a_ticket(ticket, anna, boris):
    assign(ticket, to=boris, by=operator(anna))

    assert heard(boris) == ["notices.assigned"]
    notice = Notice.objects.get(user=boris)
    assert notice.data == {"number": ticket.number, "ticket": ticket.pk}
    assert notice.words() == f"{ticket.number} is yours now: “Charged twice”"
    boris.grants.all().delete()
    assert Notice.objects.get(user=boris).words() == f"{ticket.number} is yours now: “–”"  # he may not see it any more
    assert notice.link == f"/tickets/{ticket.number}/"
    assert heard(anna) == []


def test_taking_a_ticket_oneself_is_no_news(ticket, anna):
    assign(ticket, to=anna, by=operator(anna))

    assert heard(anna) == []


def test_the_players_answer_is_told_once_until_it_is_seen(ticket, anna, boris):
    assign(ticket, to=boris, by=operator(anna))
    heard(boris)

    player_writes(ticket, "Hello?")
    player_writes(ticket, "Hello??")
    assert heard(boris) == ["notices.assigned", "notices.player_answered"]

    see(boris)
    player_writes(ticket, "Hello???")
    assert heard(boris)[-2:] == ["notices.player_answered"] * 2


def test_a_vacation_mail_is_no_answer(ticket, anna, boris):
    assign(ticket, to=boris, by=operator(anna))

    receive(ticket, Incoming(text="I am away.", channel="post", at=clock.now(), automatic=True))

    assert heard(boris) == ["notices.assigned"]


def replied(ticket, by, travel):
    message = send_reply(ticket, OutgoingMessage("Refunded.", answers_upto=newest_question(ticket)), by=operator(by))
    travel.forward(seconds=20)
    outbox.send_due()
    return message


@pytest.mark.parametrize(("outcome", "kind"), [(Failed("550"), "notices.failed"), (Uncertain("lost"), "notices.uncertain")])
def test_a_reply_in_trouble_is_told_to_its_author(ticket, anna, travel, outcome, kind):
    post.outcomes.append(outcome)

    replied(ticket, anna, travel)

    assert heard(anna) == [kind]


def test_a_bounce_is_told_to_its_author(ticket, anna, boris, travel):
    message = replied(ticket, anna, travel)
    assign(ticket, to=boris, by=operator(anna))

    delivery_updates.bounced(message.pk, clock.now(), reason="550 5.1.1")

    assert heard(anna) == ["notices.bounced"]
    assert heard(boris) == ["notices.assigned"]


def test_a_stale_reply_is_told_to_its_author(ticket, anna, travel):
    send_reply(ticket, OutgoingMessage("Refunded.", answers_upto=newest_question(ticket)), by=operator(anna))
    player_writes(ticket, "Wait!")
    travel.forward(seconds=20)
    outbox.send_due()

    assert heard(anna) == ["notices.player_answered", "notices.stale"]  # by answering she has the ticket


def test_trouble_of_somebody_who_has_left_goes_to_who_has_the_ticket(ticket, anna, boris, travel):
    message = replied(ticket, anna, travel)
    assign(ticket, to=boris, by=operator(anna))
    anna.is_active = False
    anna.save(update_fields=["is_active"])

    delivery_updates.bounced(message.pk, clock.now(), reason="550 5.1.1")

    assert heard(boris) == ["notices.assigned", "notices.bounced"]


def test_a_note_that_names_a_colleague_who_may_see_the_ticket(ticket, anna):
    carol = somebody(Right.VIEW, Right.SEE_NOTES, name="Carol Haddad")

    add_note(ticket, "@carol please look, mirabelle@mail.example says she paid twice.", by=operator(anna))

    assert heard(carol) == ["notices.mention"]
    assert "Anna Krylova named you" in Notice.objects.get(user=carol).words()


def test_a_note_does_not_tell_of_tickets_one_may_not_see(ticket, anna, boris):
    boris.grants.all().delete()
    add_note(ticket, "@boris please look.", by=operator(anna))

    assert heard(boris) == []


def test_names_that_mean_two_people_mean_nobody(anna, boris, django_user_model):
    other = django_user_model.objects.create_user("anna.meyer@studio.example", "a long password", name="Anna Meyer")
    people = [anna, boris, other]

    assert mentioned("@Anna look", people) == []
    assert mentioned("@anna.krylova, @AnnaMeyer. And @Boris!", people) == [anna, other, boris]
    assert mentioned("mail me at x@boris.example or a@anna.meyer", people) == []


def test_who_loses_a_ticket_to_a_colleague_is_told(ticket, anna, boris):
    assign(ticket, to=anna, by=operator(anna))
    heard(anna)

    assign(ticket, to=boris, by=operator(boris))

    assert heard(anna) == ["notices.taken_over"]
    assert Notice.objects.get(user=anna).words() == f"{ticket.number} is with {boris.name} now: “Charged twice”"
    assert heard(boris) == []
