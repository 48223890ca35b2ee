"""The NUL sign, wherever a person or a program puts it, breaks no page and costs nothing that was typed beside it."""

from __future__ import annotations

import pytest
from django.test import RequestFactory
from django.urls import reverse

from helpdesk.staff.models import User
from helpdesk.staff.rights import registered
from helpdesk.web_input import NoNulMiddleware
from tests.factories.staff import somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def vera(client) -> User:
    vera = somebody(*registered(), name="Vera Holm")
    client.force_login(vera)
    return vera


@pytest.mark.parametrize(
    ("query", "asked"), [("q=%00", ""), ("q=Ho%00lm", "Holm"), ("q=Ho%0%000lm", "Holm"), ("%00=x", ""), ("q=%2500", "%00")]
)
def test_a_query_is_read_without_it(client, vera: User, query: str, asked: str) -> None:
    answer = client.get(reverse("staff:people") + "?" + query)

    assert answer.status_code == 200
    assert answer.context["asked"] == asked


def test_a_percent_sign_and_two_noughts_stay_what_they_are() -> None:
    request = RequestFactory().get("/?q=100%2500")

    NoNulMiddleware(lambda request: None)(request)  # type: ignore[return-value]

    assert request.GET["q"] == "100%00"


def test_a_path_that_holds_it_names_no_page(client, vera: User) -> None:
    assert client.get("/tickets/%00/card/").status_code == 404
    assert client.get("/tickets/7F3K%00-20QX/").status_code == 404


def test_a_form_is_read_without_it_and_the_rest_is_kept(client, vera: User) -> None:
    facts = {"name": "Ve\x00ra", "public_name": "", "language": "en", "timezone": "UTC", "mail_copies": "all", "theme": "dark"}

    client.post(reverse("staff:account"), facts)

    assert User.objects.get(pk=vera.pk).public_name == ""
    assert client.post(reverse("desk:picked"), {"picked": "\x00", "act": "\x00"}).status_code < 500
