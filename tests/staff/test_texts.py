"""Texts to players: versions, places, missing languages, and whose they are."""

from __future__ import annotations

import pytest
from django.urls import reverse

from helpdesk.audit.models import AuditEntry
from helpdesk.base.models import Text
from helpdesk.base.texts import wording, write
from helpdesk.staff.rights import Right
from helpdesk.staff.services.texts import sheets
from tests.factories.desk import make_game
from tests.factories.staff import somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def signature() -> Text:
    make_game("emberfall", languages=["en", "ru"])
    text = Text.objects.create(key="test.signature", label="Signature", placeholders=["operator", "team"])
    write(text, language="en", subject="", body="{operator}, {team}", author_id=None)
    return text


def test_a_change_is_a_new_version_and_the_old_one_stays(client, signature: Text) -> None:
    client.force_login(somebody(Right.MANAGE_TEXTS, name="Nora Berg"))

    answer = client.post(reverse("staff:text_language", args=[signature.pk, "en"]), {"subject": "", "body": "Yours, {operator}"})

    assert answer.status_code == 302
    found = wording("test.signature", scopes=[], languages=["en"])
    assert found is not None and found.body == "Yours, {operator}"
    assert signature.versions.count() == 2
    page = client.get(reverse("staff:text_language", args=[signature.pk, "en"])).content.decode()
    assert "Nora Berg" in page and "Yours, Anna" in page
    assert AuditEntry.objects.get(action="texts.written").data["version"] == 2


def test_an_unknown_place_is_refused_by_name(client, signature: Text) -> None:
    client.force_login(somebody(Right.MANAGE_TEXTS))

    answer = client.post(reverse("staff:text_language", args=[signature.pk, "en"]), {"body": "Dear {password}"})

    assert answer.status_code == 422
    assert "{password}" in answer.content.decode()
    assert signature.versions.count() == 1


def test_a_missing_language_is_shown(client, signature: Text) -> None:
    nora = somebody(Right.MANAGE_TEXTS)

    (sheet,) = [sheet for sheet in sheets(nora) if sheet.text == signature]

    assert set(sheet.missing) == {"ru"}


def test_a_game_gets_words_of_its_own(client, signature: Text) -> None:
    emberfall = make_game("emberfall")
    client.force_login(somebody(Right.MANAGE_TEXTS))

    made = client.post(reverse("staff:own_words", args=[signature.pk]), {"game": emberfall.pk})
    own = Text.objects.get(key=signature.key, scope=emberfall.text_scope)
    assert made.url == reverse("staff:text", args=[own.pk])
    assert client.post(reverse("staff:own_words", args=[signature.pk]), {"game": emberfall.pk}).status_code == 404


def test_for_one_game_one_writes_that_games_words_only(client, signature: Text) -> None:
    emberfall, tidewake = make_game("emberfall"), make_game("tidewake")
    own = Text.objects.create(key="test.signature", scope=emberfall.text_scope, label="Signature")
    foreign = Text.objects.create(key="test.signature", scope=tidewake.text_scope, label="Signature")
    client.force_login(somebody(Right.MANAGE_TEXTS, game=emberfall))

    answers = [client.get(reverse("staff:text", args=[text.pk])).status_code for text in (own, foreign, signature)]

    assert answers == [200, 404, 404]


def test_the_preview_fills_places_and_escapes(client, signature: Text) -> None:
    client.force_login(somebody(Right.MANAGE_TEXTS))

    answer = client.post(reverse("staff:text_preview", args=[signature.pk]), {"subject": "", "body": "<i>{operator}</i> {unknown}"})

    assert "&lt;i&gt;Anna&lt;/i&gt; ‹unknown›" in answer.content.decode()


def test_the_list_costs_the_same_for_one_text_or_fifty(client, django_assert_max_num_queries) -> None:
    make_game()
    for number in range(50):
        text = Text.objects.create(key=f"test.text{number}", label=f"Text {number}")
        write(text, language="en", subject="", body="Hello", author_id=None)
    client.force_login(somebody(Right.MANAGE_TEXTS))

    with django_assert_max_num_queries(8):
        client.get(reverse("staff:texts"))


def test_a_saved_text_can_be_emptied_and_the_page_says_what_serves_instead(client, signature: Text) -> None:
    client.force_login(somebody(Right.MANAGE_TEXTS))
    game = make_game("emberfall")
    own = Text.objects.create(key="test.signature", scope=game.text_scope, label="Signature", placeholders=["operator"])
    write(own, language="en", subject="", body="Ours, {operator}", author_id=None)

    def emptied(text: Text) -> str:
        return client.post(reverse("staff:text_language", args=[text.pk, "en"]), {"body": ""}, follow=True).content.decode()

    page = emptied(own)
    assert "Saved without words. The text for all games serves in its place." in page
    assert "missing" in page
    assert "Players get nothing in its place" in emptied(signature)
    assert wording("test.signature", scopes=[game.text_scope], languages=["en"]) is None
