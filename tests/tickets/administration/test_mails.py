"""Mails that were put aside: seen with their reason, read again; their words only for who may see mails as they came."""

from __future__ import annotations

import pytest
from django.urls import reverse

from helpdesk.audit.models import AuditEntry
from helpdesk.staff.rights import Right
from tests.factories.staff import somebody
from tickets.mail import inbox
from tickets.mail.models import Door, Mailbox, RawMail

pytestmark = pytest.mark.django_db
MAIL = b"""From: Mirabelle <mira@mail.example>
To: support@emberfall.example
Subject: My crystals
Message-ID: <1@mail.example>

All my crystals are gone since the patch.
"""


@pytest.fixture(autouse=True)
def _own_storage(settings, tmp_path) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "helpdesk.base.storage.WholeFiles", "OPTIONS": {"location": str(tmp_path)}}
    }


def came(number: int = 1, *, reason: str = "No game has this address.") -> RawMail:
    raw = inbox.store(inbox.HandedIn(MAIL.replace(b"<1@", b"<%d@" % number), Door.PIPE, key=f"key {number}"))
    if reason:
        inbox.park(raw, reason)
    raw.refresh_from_db()
    return raw


def test_parked_mails_stand_there_with_their_reason(client) -> None:
    came()
    client.force_login(somebody(Right.MANAGE_MAIL))

    page = client.get(reverse("administration:mails")).content.decode()

    assert "No game has this address." in page


def test_the_picked_ones_are_read_again(client) -> None:
    one, other = came(1), came(2)
    client.force_login(somebody(Right.MANAGE_MAIL))

    client.post(reverse("administration:retry_mails"), {"mail": one.pk})

    one.refresh_from_db()
    other.refresh_from_db()
    assert one.waiting and not other.waiting
    assert AuditEntry.objects.get(action="mail.retried").data["mails"] == [one.pk]


def test_its_words_are_for_who_may_see_them_and_the_look_is_told(client) -> None:
    raw = came()
    url = reverse("administration:mail", args=[raw.pk])

    client.force_login(somebody(Right.MANAGE_MAIL))
    without = client.get(url).content.decode()
    assert "not yours to see" in without and "All my crystals are gone" not in without
    assert not AuditEntry.objects.filter(action="mail.looked_at").exists()

    client.force_login(somebody(Right.MANAGE_MAIL, Right.SEE_RAW_MAIL))
    full = client.get(url).content.decode()
    assert "All my crystals are gone" in full and "mira@mail.example" in full
    assert AuditEntry.objects.get(action="mail.looked_at").subject_id == raw.pk


def test_a_lost_file_is_said(client, settings, tmp_path) -> None:
    raw = came()
    (tmp_path / raw.blob.path).unlink()
    client.force_login(somebody(Right.MANAGE_MAIL, Right.SEE_RAW_MAIL))

    assert "The storage has lost" in client.get(reverse("administration:mail", args=[raw.pk])).content.decode()


def test_a_mailbox_is_made_and_another_server_is_read_from_its_beginning(client) -> None:
    client.force_login(somebody(Right.MANAGE_MAIL))
    facts = {
        "address": "support@emberfall.example",
        "game": "",
        "host": "imap.mail.example",
        "port": 993,
        "security": "tls",
        "user": "support",
        "password_name": "MAILBOX_PASSWORD_EMBER",
        "folder": "INBOX",
        "move_to": "",
        "enabled": "on",
    }
    client.post(reverse("administration:new_mailbox"), facts)
    box = Mailbox.objects.get()
    Mailbox.objects.update(uidvalidity=7, last_uid=900, error="login refused")

    client.post(reverse("administration:mailbox", args=[box.pk]), facts | {"port": 143})
    box.refresh_from_db()
    assert (box.last_uid, box.error) == (900, "")
    client.post(reverse("administration:mailbox", args=[box.pk]), facts | {"host": "imap2.mail.example"})
    box.refresh_from_db()
    assert (box.uidvalidity, box.last_uid) == (0, 0)

    assert client.post(reverse("administration:new_mailbox"), facts).status_code == 422
    assert client.post(reverse("administration:new_mailbox"), facts | {"password_name": "hunter2"}).status_code == 422
    assert AuditEntry.objects.filter(action="mail.mailbox_saved").count() == 3


def test_a_stranger_finds_none(client) -> None:
    raw = came()
    client.force_login(somebody(Right.VIEW, Right.MANAGE_DELIVERIES))

    for name, args in (("mails", []), ("mail", [raw.pk]), ("new_mailbox", [])):
        assert client.get(reverse(f"administration:{name}", args=args)).status_code == 403
    assert client.post(reverse("administration:retry_mails"), {"mail": raw.pk}).status_code == 403


def test_the_list_costs_the_same_for_one_or_fifty(client, django_assert_max_num_queries) -> None:
    for number in range(20):
        came(number)
    client.force_login(somebody(Right.MANAGE_MAIL))

    with django_assert_max_num_queries(8):
        client.get(reverse("administration:mails"))
