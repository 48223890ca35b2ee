"""The rating page: a signed link, a form without a script, a rating that can be changed for a week."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from tests.factories.desk import make_ticket
from tickets.models import Event
from tickets.surveys.links import page_url, stop_url, token_for
from tickets.surveys.models import Refusal, Survey
from tickets.surveys.selectors import rating_of, ratings_of

pytestmark = pytest.mark.django_db


def page(survey):
    return reverse("surveys:answer", args=[token_for(survey.invitation_id)])


def test_the_page_asks_in_the_players_language_and_in_the_games_colours(ask, client):
    survey = ask(language="ru")

    response = client.get(page(survey))

    text = response.content.decode()
    assert response.status_code == 200
    assert '<html lang="ru">' in text
    assert "Насколько вы довольны нашей помощью?" in text
    assert survey.ticket.number in text
    assert "/survey/brand/emberfall.css" in text
    assert "<script" not in text
    assert "style=" not in text


@pytest.mark.parametrize(
    ("language", "words"), [("en", "How was our help?"), ("de", "Wie war unsere Hilfe?"), ("es", "¿Qué tal nuestra ayuda?")]
)
def test_every_language_we_write_in(ask, client, language, words):
    assert words in client.get(page(ask(language=language))).content.decode()


def test_a_scanner_that_follows_every_link_rates_nothing(ask, client):
    survey = ask()

    for score in range(1, 6):
        response = client.get(page(survey), {"score": score})
        assert response.status_code == 200
        client.head(page(survey), {"score": score})
    client.get(reverse("surveys:stop", args=[token_for(survey.invitation_id)]))

    survey.refresh_from_db()
    assert survey.score is None
    assert not Refusal.objects.exists()
    assert not Event.objects.filter(kind="survey.answered").exists()


def test_the_mark_in_the_link_is_chosen_in_advance(ask, client):
    text = client.get(page(ask()), {"score": "4"}).content.decode()

    assert re.search(r'value="4"\s+required\s+checked', text)
    assert text.count(" checked") == 1


def test_the_rating_stands_on_the_ticket_with_whom_it_credits(ask, client, anna):
    survey = ask()

    response = client.post(page(survey), {"score": "5", "comment": "Quick and kind."})

    rating = rating_of(survey.ticket)
    event = Event.objects.get(kind="survey.answered")
    assert (response.status_code, response["Location"]) == (303, page(survey) + "?saved=1")
    assert (rating.score, rating.comment, rating.reply.author_name) == (5, "Quick and kind.", anna.shown_to_players)
    assert event.actor_kind == "player"
    assert event.data == {
        "survey": survey.pk,
        "score": 5,
        "commented": True,
        "resolution": survey.resolution_event_id,
        "reply": survey.reply_id,
        "author": anna.pk,
    }
    assert "Thank you!" in client.get(response["Location"]).content.decode()


def test_it_may_be_changed_for_seven_days_and_then_the_page_says_so(ask, client, travel):
    survey = ask()
    client.post(page(survey), {"score": "2", "comment": ""})

    travel.forward(days=6)
    assert client.post(page(survey), {"score": "4", "comment": "Better now."}).status_code == 303
    travel.forward(days=1, minutes=1)
    late = client.post(page(survey), {"score": "1", "comment": ""})
    shown = client.get(page(survey))

    survey.refresh_from_db()
    assert survey.score == 4
    assert late.status_code == 409
    assert shown.status_code == 200
    assert "Your rating is final" in shown.content.decode()
    assert "Better now." in shown.content.decode()
    assert [event.data["score"] for event in Event.objects.filter(kind="survey.answered").order_by("pk")] == [2, 4]


def test_the_same_rating_twice_is_one_event(ask, client):
    survey = ask()

    client.post(page(survey), {"score": "3", "comment": "ok"})
    client.post(page(survey), {"score": "3", "comment": "ok"})

    assert Event.objects.filter(kind="survey.answered").count() == 1


def test_what_was_typed_is_not_lost_with_a_missing_mark(ask, client):
    response = client.post(page(ask()), {"comment": "I forgot the mark <b>"})

    assert response.status_code == 422
    assert "Please choose a mark from 1 to 5." in response.content.decode()
    assert "I forgot the mark &lt;b&gt;" in response.content.decode()


def test_an_unanswered_link_expires_kindly(ask, client, travel):
    survey = ask()
    travel.forward(days=31)

    response = client.get(page(survey))

    assert response.status_code == 410
    assert "This survey is over" in response.content.decode()
    assert client.post(page(survey), {"score": "5"}).status_code == 410


def test_reassigning_the_ticket_afterwards_changes_no_credit(ask, client, boris, anna):
    survey = ask()
    survey.ticket.assignee = boris
    survey.ticket.save(update_fields=["assignee"])

    client.post(page(survey), {"score": "1"})

    assert rating_of(survey.ticket).reply_author_id == anna.pk


def test_saying_no_takes_one_click_of_a_person_or_of_his_mail_program(ask, client):
    survey = ask()
    address = stop_url(survey.invitation_id).split("8000", 1)[1]

    asked = client.get(address)
    client.post(address, {"List-Unsubscribe": "One-Click"})
    again = client.post(address)

    assert "No more surveys?" in asked.content.decode()
    assert again.status_code == 200
    assert Refusal.objects.get().player == survey.ticket.player


def test_a_list_of_past_tickets_costs_one_query(ask, client, django_assert_num_queries):
    survey = ask()
    client.post(page(survey), {"score": "5"})
    others = [make_ticket() for _ in range(5)]

    with django_assert_num_queries(1):
        assert ratings_of([survey.ticket, *others]) == {survey.ticket_id: 5}


def test_the_page_costs_few_queries(ask, client, django_assert_max_num_queries):
    survey = ask()

    with django_assert_max_num_queries(9):  # one for the survey, the rest count the knocks
        client.get(page(survey))


def test_links_in_mails_are_whole_addresses(ask, settings):
    settings.DESK_URL = "https://desk.studio.example"
    survey = ask()

    assert page_url(survey.invitation_id, 3).startswith("https://desk.studio.example/survey/")
    assert page_url(survey.invitation_id, 3).endswith("/?score=3")


def test_one_rating_per_resolution_is_the_databases_word(ask):
    survey = ask()

    with pytest.raises(Exception, match="resolution_event_id"):
        Survey.objects.create(
            ticket=survey.ticket,
            resolution_event_id=survey.resolution_event_id,
            resolved_at=survey.resolved_at,
            language="en",
            invitation_id=survey.reply_id,
            expires_at=survey.expires_at,
        )
