"""The door is public. What strangers try there stays outside."""

from __future__ import annotations

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse

from helpdesk.base.models import RateLimitWindow
from tickets.models import Event
from tickets.surveys import views
from tickets.surveys.links import token_for
from tickets.surveys.models import Refusal, Survey

pytestmark = pytest.mark.django_db


def page(survey):
    return reverse("surveys:answer", args=[token_for(survey.invitation_id)])


@pytest.mark.parametrize("token", ["x", "MQ.forged", "a" * 500, "..", "%00", "MQ.", "1", "🙂"])
def test_a_made_up_link_is_a_friendly_404(client, db, token):
    response = client.get(reverse("surveys:answer", args=[token]), headers={"Accept-Language": "de-DE,de;q=0.9"})

    assert response.status_code == 404
    assert "Diesen Link kennen wir nicht" in response.content.decode()
    assert client.post(reverse("surveys:answer", args=[token]), {"score": "5"}).status_code == 404
    assert client.post(reverse("surveys:stop", args=[token])).status_code == 404


def test_a_link_signed_for_something_else_opens_nothing(ask, client):
    survey = ask()
    foreign = signing.Signer(salt="password-reset", sep=".").sign_object(survey.invitation_id)
    wrong = signing.Signer(salt="tickets.surveys", sep=".").sign_object({"pk": survey.invitation_id})

    for token in (foreign, wrong, token_for(survey.reply_id), token_for(10**17)):
        assert client.get(reverse("surveys:answer", args=[token])).status_code == 404


def test_a_cut_or_changed_signature_is_refused(ask, client):
    token = token_for(ask().invitation_id)

    for changed in (token[:-1], token[:-1] + ("A" if token[-1] != "A" else "B"), token.swapcase()):
        assert client.get(reverse("surveys:answer", args=[changed])).status_code == 404


@pytest.mark.parametrize("score", ["0", "6", "-1", "5.0", "five", "", "٣", "5\x00", "1" * 400])
def test_only_whole_marks_from_one_to_five(ask, client, score):
    survey = ask()

    assert client.post(page(survey), {"score": score}).status_code == 422
    assert Survey.objects.get(pk=survey.pk).score is None


def test_a_huge_body_is_refused_before_it_is_read(ask, client):
    survey = ask()

    assert client.post(page(survey), {"score": "5", "comment": "x" * 200_000}).status_code == 413
    assert Survey.objects.get(pk=survey.pk).score is None


def test_a_comment_has_a_length_and_no_control_characters(ask, client):
    survey = ask()

    assert client.post(page(survey), {"score": "5", "comment": "ä" * 2001}).status_code == 422
    assert (
        client.post(
            page(survey), {"score": "5", "comment": "fine\x00\x07 \ud83d\ude42".encode("utf-8", "surrogatepass").decode("utf-8", "replace")}
        ).status_code
        == 303
    )
    assert "\x00" not in Survey.objects.get(pk=survey.pk).comment


def test_a_comment_is_words_wherever_it_is_shown(ask, client, travel):
    survey = ask()
    client.post(page(survey), {"score": "1", "comment": "</textarea><script>alert(1)</script>"})

    shown = client.get(page(survey)).content.decode()
    travel.forward(days=8)
    fixed = client.get(page(survey)).content.decode()

    assert "<script" not in shown
    assert "<script" not in fixed


def test_knocking_too_often_is_told_to_wait(ask, client):
    survey = ask()

    answers = [client.post(page(survey), {"score": str(n % 5 + 1)}).status_code for n in range(20)]

    assert answers[:15] == [303] * 15
    assert answers[15:] == [429] * 5
    assert Event.objects.filter(kind="survey.answered").count() == 15


def test_guessing_links_is_slowed_down_too(db, client, travel):
    codes = {client.post(reverse("surveys:answer", args=[f"guess{n}"])).status_code for n in range(40)}

    assert codes == {404, 429}
    travel.forward(minutes=11)
    assert client.post(reverse("surveys:answer", args=["guess"])).status_code == 404


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options", "trace"])
def test_other_methods_do_nothing(ask, client, method):
    assert getattr(client, method)(page(ask())).status_code == 405


def test_the_link_is_kept_from_caches_other_sites_and_search_engines(ask, client):
    response = client.get(page(ask()))

    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "no-referrer"
    assert "noindex" in response["X-Robots-Tag"]
    assert not response.cookies


def test_a_post_from_another_site_needs_no_cookie_and_gains_nothing_without_the_link(ask):

    survey = ask()
    strict = Client(enforce_csrf_checks=True)

    assert strict.post(page(survey), {"score": "5"}, headers={"Origin": "https://evil.example"}).status_code == 303


def test_a_brand_typed_in_bad_faith_breaks_no_style(ask, client):
    survey = ask(slug="odd", colour_main="#};b{x:", name="Odd")

    css = client.get(reverse("surveys:brand", args=["odd"]))

    assert css["Content-Type"] == "text/css; charset=utf-8"
    assert "};b{" not in css.content.decode()
    assert client.get(page(survey)).status_code == 200
    assert client.get(reverse("surveys:brand", args=["nobody"])).status_code == 404


def test_looking_without_end_is_slowed_down_at_every_page_of_the_door(ask, client):
    survey = ask(slug="odd")
    style = reverse("surveys:brand", args=["odd"])

    codes = [client.get(page(survey)).status_code for _look in range(views.MOST_GETS + views.STRIDE)]

    assert (codes[0], codes[-1]) == (200, 429)
    assert client.head(page(survey)).status_code == 429
    assert client.get(style).status_code == 429


def test_guesses_fill_no_table(db, client):
    for number in range(25):
        client.post(reverse("surveys:answer", args=[f"guess{number}"]))

    assert RateLimitWindow.objects.count() == 1


@pytest.mark.parametrize("purpose", [{"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}, {"X-Moz": "prefetch"}, {}])
@pytest.mark.parametrize("method", ["get", "head"])
def test_a_scanner_that_follows_the_links_of_the_mail_rates_nothing(ask, client, purpose, method):
    survey = ask()

    for score in range(1, 6):
        getattr(client, method)(f"{page(survey)}?score={score}", headers=purpose)
    client.get(reverse("surveys:stop", args=[token_for(survey.invitation_id)]))

    survey.refresh_from_db()
    assert survey.score is None
    assert not Refusal.objects.exists()
    assert not Event.objects.filter(kind="survey.answered").exists()
