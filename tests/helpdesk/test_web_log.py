"""Who reads the logs gets no key out of them: neither from our own lines nor from Django's."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.test import Client, RequestFactory
from django.urls import reverse

from helpdesk import web_log
from helpdesk.settings.logs import logging_config
from tests.factories.staff import somebody
from tickets.surveys.links import token_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the process would write in production: our own handler with production's form."""
    form = logging_config(json=True, level="INFO")[0]["formatters"]["lines"]
    written = io.StringIO()
    handler = next(each for each in logging.getLogger().handlers if each.name == "out")
    assert isinstance(handler, logging.StreamHandler)
    stream, formatter = handler.setStream(written), handler.formatter
    handler.setFormatter(form["()"](processors=form["processors"], foreign_pre_chain=form["foreign_pre_chain"]))
    try:
        yield written
    finally:
        handler.setStream(stream)
        handler.setFormatter(formatter)


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("tail", ["/", "", "/).", "/?next=/x"])
def test_the_key_of_a_password_link_is_not_written_down(client: Client, lines, tail):
    ada = somebody()
    key = default_token_generator.make_token(ada)
    start, end = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(ada), "key": "KEY"}).split("KEY/")

    client.get(start + key + end + tail)
    client.post(start + key + end + tail)

    assert '"GET /accounts/' in lines.getvalue()
    assert key not in lines.getvalue()
    assert key.partition("-")[2] not in lines.getvalue()


@pytest.mark.parametrize("tail", ["/", "", "/stop/", "/stop", "/).", "/&quot;"])
def test_the_token_of_a_survey_is_not_written_down(client: Client, lines, tail):
    token = token_for(4711)

    client.get(f"/survey/{token}{tail}")
    client.put(f"/survey/{token}{tail}")

    assert "/survey/" in lines.getvalue()
    assert token not in lines.getvalue()


def test_a_refused_post_tells_no_token_either(lines):
    token = token_for(4711)
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)

    strict.post(reverse("surveys:stop", args=[token]))
    strict.post(reverse("surveys:answer", args=[token]))

    assert token not in lines.getvalue()


def test_what_somebody_searches_for_is_not_written_down(client: Client, lines):
    client.get("/tickets/?q=anna@player.example")

    assert "GET /tickets/" in lines.getvalue()
    assert "anna" not in lines.getvalue()


def test_a_page_that_breaks_tells_no_token(client: Client, lines, monkeypatch):
    token = token_for(4711)
    monkeypatch.setattr("tickets.surveys.views.render", lambda *args, **kwargs: 1 / 0)

    assert client.get(f"/survey/{token}/").status_code == 500

    assert "ZeroDivisionError" in lines.getvalue()
    assert token not in lines.getvalue()


@pytest.mark.parametrize("json", [True, False], ids=["production", "elsewhere"])
def test_what_went_wrong_is_told_without_the_values_of_its_variables(json: bool):
    form = logging_config(json=json, level="INFO")[0]["formatters"]["lines"]
    formatter = form["()"](processors=form["processors"], foreign_pre_chain=form["foreign_pre_chain"])
    try:
        token = token_for(4711)
        raise ZeroDivisionError
    except ZeroDivisionError:
        record = logging.LogRecord("desk", logging.ERROR, __file__, 1, "It broke.", None, sys.exc_info())

    line = formatter.format(record)

    assert "ZeroDivisionError" in line
    assert token not in line


def test_plain_addresses_stand_there_as_they_are():
    asks = RequestFactory()

    assert web_log.shown_path(asks.get("/tickets/7F3K-20QX/?tab=card")) == "/tickets/7F3K-20QX/"
    assert web_log.shown_path(asks.get("/hooks/mail/mailgun/inbound")) == "/hooks/mail/mailgun/inbound"
    assert web_log.shown_path(asks.get("/files/5/passport of Anna.png")) == "/files/<int:pk>/<str:name>"
    assert web_log.shown_path(asks.get("/favicon.ico")) == "/favicon.ico"
