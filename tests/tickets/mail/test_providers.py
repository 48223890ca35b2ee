"""The contract that every provider keeps at its doors, and what a new one touches: its file, its sample here, `.env.example`."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from helpdesk.base import blobs
from helpdesk.studio.models import Game
from tests.factories.desk import make_game
from tests.house.ground import ROOT
from tests.tickets.mail.outbound.conftest import left, mailed, reply
from tests.tickets.mail.parse.letters import letter
from tests.tickets.mail.providers.sample import Call, Sample
from tickets.mail import providers as package
from tickets.mail.models import RawMail
from tickets.mail.provider import Provider
from tickets.mail.providers import providers
from tickets.models import Event, Message

pytestmark = pytest.mark.django_db
__all__ = ["left", "mailed", "reply"]  # fixtures of those who send

NEW = """
from anymail.webhooks.postmark import PostmarkInboundWebhookView, PostmarkTrackingWebhookView

from tickets.mail.provider import Delivered, Provider, request_of


class Carrier(Provider):
    name = "carrier"
    label = "Carrier"
    inbound = PostmarkInboundWebhookView
    tracking = PostmarkTrackingWebhookView
    settings = {"CARRIER_KEY": "the key"}
    needed = ("CARRIER_KEY",)

    def take(self, body, content_type, authorization):
        self.prove(request_of(b"", content_type, authorization))
        return Delivered(body, f"carrier:{len(body)}", "help@ember.example", whole=False)

    @staticmethod
    def unpack(content, content_type):
        return content


PROVIDER = Carrier()
"""


@pytest.fixture(params=sorted(providers()))
def provider(request: Any) -> Provider:
    return providers()[request.param]


@pytest.fixture
def sample(provider: Provider, settings: Any) -> Sample:
    found: Sample = import_module(f"tests.tickets.mail.providers.{provider.name}").SAMPLE
    settings.ANYMAIL = found.secrets
    return found


@pytest.fixture
def ember(db: None) -> Game:
    return make_game("ember", address="help@ember.example")


def knock(client: Client, provider: Provider, door: str, call: Call, **more: Any) -> int:
    address = f"/hooks/mail/{provider.name}/{door}"
    return client.post(address, data=call.body, content_type=call.content_type, headers=call.headers, **more).status_code


def test_a_mail_comes_in_whole_and_once(client: Client, provider: Provider, sample: Sample, ember: Game) -> None:
    content = letter("Where is my sword?")

    assert [knock(client, provider, "inbound/mime", sample.mail(content)) for _time in range(2)] == [200, 200]

    raw = RawMail.objects.get()
    assert (raw.form, raw.recipient, blobs.read(raw.blob)) == ("mime", "help@ember.example", content)


def test_news_are_noted_once(client: Client, provider: Provider, sample: Sample, mailed: Any, left: Any) -> None:
    message = left(mailed)
    news = sample.news(message.message_id, "delivered")

    assert [knock(client, provider, "tracking", news) for _time in range(2)] == [200, 200]

    message.refresh_from_db()
    assert message.state == Message.State.DELIVERED
    assert Event.objects.filter(message_id=message.pk, kind="message.delivered").count() == 1


def test_a_stranger_is_refused_at_both_doors(client: Client, provider: Provider, sample: Sample, mailed: Any, left: Any) -> None:
    message = left(mailed)

    assert knock(client, provider, "inbound/mime", sample.forged(sample.mail(letter("forged")))) == 400
    assert knock(client, provider, "tracking", sample.forged(sample.news(message.message_id, "delivered"))) == 403
    wrong = Call(b"{}", secret="studio:guess")
    assert (knock(client, provider, "inbound", wrong), knock(client, provider, "tracking", wrong)) == (400, 403)

    message.refresh_from_db()
    assert (RawMail.objects.count(), message.state) == (0, Message.State.SENT)


def test_without_a_secret_nobody_gets_in(client: Client, provider: Provider, sample: Sample, ember: Game, settings: Any) -> None:
    settings.ANYMAIL = {}

    assert knock(client, provider, "inbound/mime", sample.mail(letter("open?"))) == 400
    assert knock(client, provider, "tracking", sample.news("<x@ember.example>", "delivered")) == 404


def test_too_much_is_refused_before_it_is_read(client: Client, provider: Provider, sample: Sample, settings: Any) -> None:
    class Untouchable:
        def read(self, *args: int) -> bytes:
            raise AssertionError("the body was read")

        readline = read

    large = {"CONTENT_LENGTH": str(settings.MAX_MAIL_BYTES * 2), "wsgi.input": Untouchable()}
    assert knock(client, provider, "inbound/mime", sample.mail(letter("x")), **large) == 413
    assert knock(client, provider, "tracking", sample.news("<x@ember.example>", "delivered"), **large) == 413


def test_what_was_proved_at_one_door_proves_nothing_at_the_other(
    client: Client, provider: Provider, sample: Sample, mailed: Any, left: Any
) -> None:
    message, token = left(mailed), "o" * 50
    assert knock(client, provider, "inbound/mime", sample.mail(letter("mine"), token)) == 200

    status = knock(client, provider, "tracking", sample.news(message.message_id, "delivered", token))

    assert status == (403 if provider.signs else 200)  # where nothing is signed, there is no token that could be stolen


def test_a_word_that_nobody_knows_changes_nothing(client: Client, provider: Provider, sample: Sample, mailed: Any, left: Any) -> None:
    message = left(mailed)
    before = Event.objects.count()

    assert knock(client, provider, "tracking", sample.news(message.message_id, "teleported")) == 200

    message.refresh_from_db()
    assert (message.state, Event.objects.count()) == (Message.State.SENT, before)


@pytest.mark.parametrize("door", ["inbound", "tracking"])
@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"null", b'"x"', b"{}", b"\xff\xfe", b"[" * 100_000, b'{"RecordType": [], "event-data": 1, "signature": "x"}']
)
def test_rubbish_of_somebody_who_knows_the_secret_is_refused_calmly(
    client: Client, provider: Provider, sample: Sample, door: str, body: bytes
) -> None:
    status = knock(client, provider, door, Call(body))

    assert status in {200, 400, 403}
    assert not RawMail.objects.exists()


def test_it_names_its_settings(provider: Provider) -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    modules = [module for module in import_module(f"tickets.mail.providers.{provider.name}").__dict__.values() if module is provider]

    assert modules == [provider]
    assert len(provider.name) <= (RawMail._meta.get_field("form").max_length or 0)
    assert {*provider.needed} <= {*provider.settings} and {*provider.signing} <= {*provider.settings}
    for name in provider.settings:
        assert name.startswith(f"{provider.name.upper()}_")
        assert re.search(rf"^{name}=", example, re.MULTILINE)


def test_a_new_provider_is_one_file(client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ember: Game) -> None:
    (tmp_path / "carrier.py").write_text(NEW, encoding="utf-8")
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    settings.ANYMAIL = {"WEBHOOK_SECRET": "studio:secret"}
    settings.EMAIL_BACKEND = "anymail.backends.carrier.EmailBackend"
    providers.cache_clear()
    try:
        carrier = providers()["carrier"]
        assert knock(client, carrier, "inbound", Call(b"coo")) == 200
        assert knock(client, carrier, "tracking", Call(b'{"RecordType": "Delivery"}')) == 200
        assert [check.id for check in package.checks()] == ["helpdesk.E012"]
    finally:
        providers.cache_clear()

    assert RawMail.objects.get().form == "carrier"
