"""What providers tell of our mails lands on the message: once each, in any order, and only when it is really them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime

import pytest

from helpdesk.base import clock
from players.models import Address
from tickets.mail.aliases import message_known_as, remember_alias
from tickets.models import Event, Message
from tickets.services import outbox

pytestmark = pytest.mark.django_db

KEY = "signing-key-of-the-tests"


@pytest.fixture(autouse=True)
def providers(settings):
    settings.ANYMAIL = {"MAILGUN_WEBHOOK_SIGNING_KEY": KEY, "WEBHOOK_SECRET": "desk:secret"}


@pytest.fixture
def mailgun(client):
    """Mailgun tells something, signed as it signs."""

    def tell(message, what, *, key=KEY, metadata=True, **more):
        timestamp, token = str(int(clock.now().timestamp())), "a" * 50
        signature = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
        data = {
            "event": what,
            "timestamp": clock.now().timestamp(),
            "recipient": message.to_address,
            "message": {"headers": {"message-id": message.message_id.strip("<>"), "to": message.to_address}},
            "user-variables": {"desk_message": message.message_id} if metadata else {},
        }
        body = {"signature": {"timestamp": timestamp, "token": token, "signature": signature}, "event-data": data | more}
        auth = base64.b64encode(b"desk:secret").decode()
        return client.post(
            "/hooks/mail/mailgun/tracking", json.dumps(body), content_type="application/json", headers={"Authorization": f"Basic {auth}"}
        )

    return tell


@pytest.fixture
def postmark(client):
    def tell(body, secret=b"desk:secret"):
        auth = base64.b64encode(secret).decode()
        return client.post(
            "/hooks/mail/postmark/tracking", json.dumps(body), content_type="application/json", headers={"Authorization": f"Basic {auth}"}
        )

    return tell


def kinds(message):
    return list(Event.objects.filter(message_id=message.pk).order_by("pk").values_list("kind", flat=True))


def test_delivered_and_opened(mailed, left, mailgun):
    message = left(mailed)

    assert mailgun(message, "delivered").status_code == 200
    mailgun(message, "opened")

    message.refresh_from_db()
    assert message.state == Message.State.DELIVERED
    assert message.opened_at is not None
    assert kinds(message)[-2:] == ["message.delivered", "message.opened"]


def test_the_same_news_twice_is_one_event(mailed, left, mailgun):
    message = left(mailed)

    for what in ("delivered", "opened", "delivered", "opened", "clicked"):
        mailgun(message, what)

    assert kinds(message).count("message.delivered") == 1
    assert kinds(message).count("message.opened") == 1


def test_late_news_move_nothing_backwards(mailed, left, mailgun):
    message = left(mailed)
    mailgun(message, "failed", severity="permanent", reason="bounce", **{"delivery-status": {"message": "550 5.1.1 no such user"}})

    mailgun(message, "delivered")

    message.refresh_from_db()
    assert message.state == Message.State.BOUNCED


def test_a_hard_bounce_marks_the_address_and_the_player_waits_again(mailed, left, mailgun):
    message = left(mailed)
    mailed.refresh_from_db()
    assert mailed.status == "answered"

    mailgun(message, "failed", severity="permanent", reason="bounce", **{"delivery-status": {"message": "550 5.1.1 no such user"}})

    message.refresh_from_db()
    mailed.refresh_from_db()
    address = Address.objects.get(address="tamsin@mail.example")
    assert (message.state, message.error) == (Message.State.BOUNCED, "550 5.1.1 no such user")
    assert (address.state, mailed.status) == (Address.State.BOUNCED, "waiting")
    assert mailed.waiting_since is not None


def test_a_full_mailbox_is_not_the_addresss_death(mailed, left, mailgun):
    message = left(mailed)

    mailgun(message, "failed", severity="permanent", reason="generic", **{"delivery-status": {"message": "552 5.2.2 mailbox full"}})

    message.refresh_from_db()
    assert message.state == Message.State.BOUNCED
    assert Address.objects.get(address="tamsin@mail.example").state == Address.State.GOOD


def test_a_delay_is_no_news(mailed, left, mailgun):
    message = left(mailed)

    mailgun(message, "failed", severity="temporary", **{"delivery-status": {"message": "451 4.7.1 later"}})

    message.refresh_from_db()
    assert message.state == Message.State.SENT


def test_a_complaint_stands_on_the_message_and_the_address(mailed, left, mailgun):
    message = left(mailed)

    mailgun(message, "complained")

    message.refresh_from_db()
    assert message.complained_at is not None
    assert Address.objects.get(address="tamsin@mail.example").state == Address.State.COMPLAINED


def test_a_later_delivery_says_that_the_address_lives(mailed, left, mailgun, travel):
    first = left(mailed)
    mailgun(first, "failed", severity="permanent", reason="bounce")
    assert Address.objects.get(address="tamsin@mail.example").state == Address.State.BOUNCED

    second = left(mailed)
    travel.forward(minutes=1)
    mailgun(second, "delivered")

    assert Address.objects.get(address="tamsin@mail.example").state == Address.State.GOOD


def test_an_uncertain_mail_is_settled_by_its_delivery(mailed, reply, mailgun, monkeypatch):
    def breaks(*_args, **_kwargs):
        raise TimeoutError("timed out")

    message = reply(mailed)
    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", breaks)
    outbox.send_due()
    message.refresh_from_db()
    assert message.state == Message.State.UNCERTAIN

    mailgun(message, "delivered")

    message.refresh_from_db()
    mailed.refresh_from_db()
    assert message.state == Message.State.DELIVERED
    assert (mailed.status, mailed.waiting_since) == ("answered", None)


def test_a_mail_is_known_by_its_message_id_or_the_providers_own_name(mailed, left, mailgun, postmark):
    message = left(mailed)
    remember_alias(message, "0a129aee-e1cd-480d-b08d-4f48548ff48d", domain="mtasv.net")
    remember_alias(message, "0a129aee-e1cd-480d-b08d-4f48548ff48d", domain="mtasv.net")
    remember_alias(message, message.message_id)

    assert message_known_as("<0a129aee-e1cd-480d-b08d-4f48548ff48d@mtasv.net>") == message
    mailgun(message, "delivered", metadata=False)
    postmark(
        {
            "RecordType": "Open",
            "MessageID": "0a129aee-e1cd-480d-b08d-4f48548ff48d",
            "Recipient": message.to_address,
            "ReceivedAt": "2026-10-05T09:00:10Z",
            "Metadata": {},
        }
    )

    message.refresh_from_db()
    assert message.delivered_at is not None
    assert message.opened_at == datetime.fromisoformat("2026-10-05T09:00:10+00:00")


@pytest.mark.parametrize(("kind", "state"), [("HardBounce", Address.State.BOUNCED), ("SoftBounce", Address.State.GOOD)])
def test_postmarks_bounces(mailed, left, postmark, kind, state):
    message = left(mailed)

    postmark(
        {
            "RecordType": "Bounce",
            "ID": 42,
            "Type": kind,
            "MessageID": "x",
            "Email": message.to_address,
            "BouncedAt": "2026-10-05T09:00:30Z",
            "Description": "The server was unable to deliver your message",
            "Metadata": {"desk_message": message.message_id},
        }
    )

    message.refresh_from_db()
    assert message.state == Message.State.BOUNCED
    assert Address.objects.get(address="tamsin@mail.example").state == state


def test_news_of_a_strangers_mail_are_taken_and_forgotten(mailed, left, mailgun):
    message = left(mailed)
    message.message_id = "<somebody@else.example>"

    assert mailgun(message, "delivered").status_code == 200
    assert Message.objects.get(pk=message.pk).state == Message.State.SENT


def test_a_time_from_the_future_is_not_believed(mailed, left, mailgun):
    message = left(mailed)

    mailgun(message, "delivered", timestamp=clock.now().timestamp() + 86_400)

    message.refresh_from_db()
    assert message.delivered_at == clock.now()


def test_a_wrong_signature_is_refused(mailed, left, mailgun, postmark):
    message = left(mailed)

    assert mailgun(message, "delivered", key="guessed").status_code == 403
    assert postmark({"RecordType": "Delivery", "Metadata": {"desk_message": message.message_id}}, secret=b"desk:guess").status_code == 403
    assert Message.objects.get(pk=message.pk).state == Message.State.SENT


def test_a_provider_that_is_not_set_up_has_no_door(client, settings):
    settings.ANYMAIL = {}

    assert client.post("/hooks/mail/mailgun/tracking").status_code == 404
    assert client.post("/hooks/mail/postmark/tracking").status_code == 404
    assert client.post("/hooks/mail/sendgrid/tracking").status_code == 404


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", '"x"', "{}", '{"signature": []}', '{"signature": {"token": "ä", "timestamp": 1, "signature": "ü"}}']
)
def test_rubbish_is_refused_calmly(client, body):
    auth = {"Authorization": "Basic " + base64.b64encode(b"desk:secret").decode()}

    for provider in ("mailgun", "postmark"):
        answer = client.post(f"/hooks/mail/{provider}/tracking", body, content_type="application/json", headers=auth)
        assert answer.status_code in {200, 400, 403, 411}


def test_a_huge_body_is_refused_before_it_is_read(client):
    auth = {"Authorization": "Basic " + base64.b64encode(b"desk:secret").decode()}
    answer = client.post("/hooks/mail/mailgun/tracking", "x" * 2_000_000, content_type="application/json", headers=auth)
    assert answer.status_code == 413


def test_getting_the_door_changes_nothing(client):
    assert client.get("/hooks/mail/mailgun/tracking").status_code == 405
