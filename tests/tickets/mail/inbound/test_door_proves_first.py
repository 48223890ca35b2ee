"""The webhook door proves before it reads, reads before it parses, and never makes more of a body than its bytes."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest
from django.test import Client

from helpdesk.base import blobs, rate_limits
from helpdesk.studio.models import Game
from tests.tickets.mail.inbound.test_webhooks import BOUNDARY, KEY, URL, basic, form, post, signed
from tests.tickets.mail.parse.letters import letter
from tickets.mail.inbound.tokens import SWEEP_EACH
from tickets.mail.models import HookToken, RawMail
from tickets.mail.parse.forms import MOST_FIELDS, TooMuch, fields, unpacked
from tickets.mail.provider import Refused
from tickets.mail.providers import providers

pytestmark = pytest.mark.django_db
POSTMARK = "/hooks/mail/postmark/inbound"
MEGABYTES = 12
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
URLENCODED = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def _provider(settings: Any) -> None:
    settings.ANYMAIL = {"MAILGUN_WEBHOOK_SIGNING_KEY": KEY, "WEBHOOK_SECRET": "studio:secret"}


class Untouchable:
    """A body that nobody may read."""

    def read(self, *args: int) -> bytes:
        raise AssertionError("the body was read")

    readline = read


def knock(client: Client, url: str, *, auth: str = "", size: str | None = "40000000", **environment: Any) -> int:
    headers = {"authorization": auth} if auth else {}
    extra = {"wsgi.input": Untouchable(), **({} if size is None else {"CONTENT_LENGTH": size}), **environment}
    return client.generic("POST", url, b"x" if size is not None else b"", content_type=MULTIPART, headers=headers, **extra).status_code


@pytest.mark.parametrize("url", [URL, POSTMARK])
def test_wrong_basic_auth_is_refused_before_the_body_is_read(client: Client, url: str) -> None:
    assert knock(client, url, auth=basic("studio:guess")) == 400
    assert knock(client, url) == 400


@pytest.mark.parametrize(
    ("anymail", "url"),
    [({}, URL), ({}, POSTMARK), ({"MAILGUN_WEBHOOK_SIGNING_KEY": KEY}, POSTMARK), ({"POSTMARK_SERVER_TOKEN": "x"}, POSTMARK)],
)
def test_a_provider_without_a_secret_has_no_open_door(client: Client, settings: Any, anymail: dict[str, str], url: str) -> None:
    settings.ANYMAIL = anymail

    assert knock(client, url, auth=basic()) == 400


def test_who_is_let_in_must_say_how_much_he_brings_and_not_too_much(client: Client) -> None:
    assert knock(client, URL, auth=basic(), size="400000000") == 413
    assert knock(client, URL, auth=basic(), size=None) == 411
    assert knock(client, URL, auth=basic(), HTTP_TRANSFER_ENCODING="chunked") == 411
    assert [knock(client, URL, auth=basic(), size=told) for told in ("-1", "²", "1e9", " 7")] == [411] * 4


BODIES = {
    "boundaries": (f"--{BOUNDARY}\r\n".encode() * (MEGABYTES * 1_000_000 // (len(BOUNDARY) + 4)), MULTIPART),
    "parts": (f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n".encode() * 150_000, MULTIPART),
    "unmatched": (f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=a\r\n\r\n".encode() + b"--x\r\n" * 2_400_000, MULTIPART),
    "near misses": (f"--{BOUNDARY}\r\n".encode() + (f"\r\n--{BOUNDARY[:-1]}".encode()) * 500_000, MULTIPART),
    "dashes": (b"-" * MEGABYTES * 1_000_000, "multipart/form-data; boundary=" + "-" * 60),
    "endless head": (f"--{BOUNDARY}\r\n".encode() + b"a: b\r\n" * 2_000_000, MULTIPART),
    "percents": (b"%41" * (MEGABYTES * 333_000), URLENCODED),
    "percents in a value": (b"a=" + b"%41" * (MEGABYTES * 333_000), URLENCODED),
    "ampersands": (b"&" * MEGABYTES * 1_000_000, URLENCODED),
    "fields": (b"a=b&" * (MEGABYTES * 250_000), URLENCODED),
    "equals": (b"=" * MEGABYTES * 1_000_000, URLENCODED),
    "huge token": (b"timestamp=1&signature=2&token=" + b"%41" * (MEGABYTES * 333_000), URLENCODED),
    "no form": (b"{" * MEGABYTES * 1_000_000, "application/json"),
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.timeout(60)
def test_an_unproved_body_costs_the_web_process_next_to_nothing(name: str) -> None:
    body, content_type = BODIES[name]

    tracemalloc.start()
    try:
        with pytest.raises(Refused):
            providers()["mailgun"].take(body, content_type, basic())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 3_000_000


@pytest.mark.timeout(60)
def test_a_packed_mail_is_unpacked_piece_by_piece() -> None:
    packed = b"%41%2b+" * 700_000

    tracemalloc.start()
    found = unpacked(packed)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert found == b"A+ " * 700_000
    assert peak < len(packed) * 3


def test_fields_are_found_where_they_stand() -> None:
    body = form({"recipient": "a@b.example", "text": b"line\r\n--other\r\n" + b"\xff", "empty": ""})

    assert {field.name: field.value(body) for field in fields(body, MULTIPART)} == {
        "recipient": b"a@b.example",
        "text": b"line\r\n--other\r\n\xff",
        "empty": b"",
    }
    assert {field.name: field.value(b"a=1%262&b=+x&c", 3) for field in fields(b"a=1%262&b=+x&c", URLENCODED)} == {"a": b"1&2", "b": b" x"}
    with pytest.raises(TooMuch):
        list(fields(b"a=1&" * (MOST_FIELDS + 1), URLENCODED))


HOUR = 3_600


@pytest.mark.parametrize(
    ("age", "status"), [(0, 200), (8 * HOUR, 200), (-HOUR // 6, 200), (10 * HOUR, 400), (-HOUR, 400), (25 * 365 * 24 * HOUR, 400)]
)
def test_a_signature_is_good_for_as_long_as_mailgun_tries_again(client: Client, ember: Game, age: int, status: int) -> None:
    assert post(client, {"recipient": "help@ember.example", "body-mime": letter("old"), **signed(age=age)}) == status


def tell_tracking(client: Client, proof: dict[str, str]) -> int:
    body = {"signature": proof, "event-data": {"event": "opened", "timestamp": 1, "recipient": "a@players.example"}}
    return client.post(
        "/hooks/mail/mailgun/tracking", json.dumps(body), content_type="application/json", headers={"authorization": basic()}
    ).status_code


def test_a_token_of_one_door_opens_no_other(client: Client, ember: Game) -> None:
    mail: dict[str, str | bytes] = {"recipient": "help@ember.example", "body-mime": letter("once")}
    read_here, told_here = signed(token="r" * 50), signed(token="t" * 50)

    assert post(client, {**mail, **read_here}) == 200
    assert tell_tracking(client, told_here) == 200

    assert tell_tracking(client, read_here) == 403
    assert post(client, {**mail, **told_here}) == 400
    assert (post(client, {**mail, **read_here}), tell_tracking(client, told_here)) == (200, 200)  # the same door: a retry
    assert RawMail.objects.count() == 1


def test_news_of_long_ago_are_refused(client: Client) -> None:
    assert tell_tracking(client, signed(age=10 * HOUR)) == 403


def test_tokens_are_kept_no_longer_than_they_could_be_good(client: Client, ember: Game, travel: Any) -> None:
    for number in range(SWEEP_EACH):
        HookToken.objects.create(digest=f"{number:064}", door="inbound", until=travel.moment)
    travel.forward(minutes=1)

    for number in range(SWEEP_EACH):
        assert tell_tracking(client, signed(token=f"{number:050}")) == 200

    assert HookToken.objects.filter(until__lt=travel.moment).count() == 0


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 1_000_000,
        b'{"MessageID": "x", "RawEmail": ' + b"[" * 500_000,
        b'{"MessageID": {}}',
        b"[]",
        b'"MessageID"',
        b'{"a":0,' * 100_000,
    ],
    ids=["brackets", "brackets inside", "no text", "a list", "a word", "cut"],
)
def test_json_that_makes_no_sense_is_refused_by_a_child(client: Client, ember: Game, body: bytes) -> None:
    answer = client.post(POSTMARK, data=body, content_type="application/json", headers={"authorization": basic()})

    assert answer.status_code == (200 if body == b'{"MessageID": {}}' else 400)


def test_json_that_is_too_much_for_the_child_is_kept_as_it_came(client: Client, ember: Game) -> None:
    body = b'{"MessageID": "x", "Headers": [' + b"[0,{}]," * 4_000_000 + b"0]}"

    answer = client.post(POSTMARK, data=body, content_type="application/json", headers={"authorization": basic()})

    raw = RawMail.objects.get()
    assert (answer.status_code, raw.form, blobs.read(raw.blob)) == (200, "postmark", body)
    rate_limits.forget()
