"""Mails that were put aside: seen with their reason, read again; their words only for who may see mails as they came."""

from __future__ import annotations

import pytest
from django.urls import reverse

from helpdesk.audit.models import AuditEntry
from helpdesk.staff.rights import Right
from tests.factories.desk import make_game
from tests.factories.staff import somebody
from tickets.mail.inbound import inbox
from tickets.mail.inbound.judge import Outcome
from tickets.mail.models import Mailbox, MailSource, RawMail
from tickets.models import FAR, Event, Message, Status, Ticket

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
    raw = inbox.store(inbox.InboundMail(MAIL.replace(b"<1@", b"<%d@" % number), MailSource.PIPE, key=f"key {number}"))
    if reason:
        inbox.park(raw, reason)
    raw.refresh_from_db()
    return raw


def taken_in(mail: bytes) -> RawMail:
    raw = inbox.store(inbox.InboundMail(mail, MailSource.PIPE, key=str(hash(mail))))
    inbox.process(raw.pk)
    raw.refresh_from_db()
    return raw


def ignored_mail(number: int, submitted: bytes) -> RawMail:
    return taken_in(MAIL.replace(b"<1@", b"<i%d@" % number).replace(b"Subject:", b"Auto-Submitted: %s\nSubject:" % submitted))


REPORT = b"""From: MAILER-DAEMON@mail.example
To: support@emberfall.example
Subject: Undelivered
Message-ID: <r@mail.example>

I'm afraid I wasn't able to deliver your message to <mira@mail.example>: 550 5.1.1 no such user
"""


def test_parked_mails_stand_there_with_their_reason(client) -> None:
    came()
    client.force_login(somebody(Right.MANAGE_MAIL))

    page = client.get(reverse("administration:mails")).content.decode()

    assert "No game has this address." in page


def test_the_picked_ones_are_read_again(client) -> None:
    one, other = came(1), came(2)
    client.force_login(somebody(Right.MANAGE_MAIL))

    told = client.post(reverse("administration:retry_mails"), {"mail": one.pk}, follow=True).content.decode()

    one.refresh_from_db()
    other.refresh_from_db()
    assert one.waiting and not other.waiting
    assert "1 mail waits to be read again" in told and "It is being read again" in told
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


def test_a_mailbox_is_made_and_another_server_is_begun_anew(client, settings) -> None:
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
        "begin": "now",
        "begin_on": "",
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

    settings.MAILBOX_HOSTS = {"MAILBOX_HOST_EMBER": "imap2.mail.example"}
    refused = client.post(reverse("administration:mailbox", args=[box.pk]), facts | {"host": "imap.stranger.example"})
    assert refused.status_code == 422 and "MAILBOX_HOST_EMBER does not name this server" in refused.content.decode()
    box.refresh_from_db()
    assert box.host == "imap2.mail.example"

    assert client.post(reverse("administration:new_mailbox"), facts).status_code == 422
    assert client.post(reverse("administration:new_mailbox"), facts | {"password_name": "hunter2"}).status_code == 422
    assert AuditEntry.objects.filter(action="mail.mailbox_saved").count() == 3


def test_a_stranger_finds_none(client) -> None:
    raw = came()
    client.force_login(somebody(Right.VIEW, Right.MANAGE_DELIVERIES))

    for name, args in (("mails", []), ("mail", [raw.pk]), ("new_mailbox", [])):
        assert client.get(reverse(f"administration:{name}", args=args)).status_code == 403
    for name in ("retry_mails", "dismiss_mails", "take_mails_back", "open_mails"):
        assert client.post(reverse(f"administration:{name}"), {"mail": raw.pk}).status_code == 403


def test_the_list_costs_the_same_for_one_or_fifty(client, django_assert_max_num_queries) -> None:
    for number in range(20):
        came(number)
    client.force_login(somebody(Right.MANAGE_MAIL))

    with django_assert_max_num_queries(8):
        client.get(reverse("administration:mails"))


def test_reading_again_tells_what_came_of_it(client) -> None:
    """Nobody is told of a success that is none: with two games and the address of neither it is parked again, and that is said."""
    make_game("ember"), make_game("tide")
    raw = came(reason="the disk is full")
    client.force_login(somebody(Right.MANAGE_MAIL))

    client.post(reverse("administration:retry_mails"), {"mail": raw.pk})
    inbox.process(raw.pk)

    page = client.get(reverse("administration:mail", args=[raw.pk])).content.decode()
    assert "It was parked again:" in page and "no game has the address it was sent to" in page
    assert "It was parked again" not in client.get(reverse("administration:mail", args=[came(2).pk])).content.decode()
    listed = client.get(reverse("administration:mails"), {"which": "again"}).content.decode()
    assert f'href="{reverse("administration:mail", args=[raw.pk])}"' in listed


def test_a_mail_that_no_game_is_addressed_by_says_so_and_opens_for_the_chosen_one(client) -> None:
    make_game("ember"), make_game("tide")
    raw = came(reason="no game has the address it was sent to")
    client.force_login(somebody(Right.MANAGE_MAIL))
    url = reverse("administration:mail", args=[raw.pk])

    page = client.get(url).content.decode()
    assert "<b>Parked</b>" in page and "No game has the address it was sent to. Choose one" in page
    assert "Opens a ticket</b>" not in page

    client.post(reverse("administration:open_mails"), {"mail": raw.pk, "game": make_game("tide").pk})
    inbox.process(raw.pk)

    raw.refresh_from_db()
    assert (raw.outcome, raw.ticket.game.slug, raw.by_person) == (Outcome.OPEN, "tide", True)
    assert raw.ticket.number in client.get(url).content.decode()
    assert AuditEntry.objects.get(action="mail.opened").data["mails"] == [raw.pk]


def test_what_was_ignored_is_listed_with_its_reason_and_opens_tickets_in_bulk(client) -> None:
    make_game("emberfall")
    ignored = [ignored_mail(number, header) for number, header in enumerate((b"auto-replied", b"auto-replied; x=y"))]
    report = taken_in(REPORT)
    assert {raw.outcome for raw in ignored} == {Outcome.IGNORE} and report.outcome == Outcome.BOUNCE
    client.force_login(somebody(Right.MANAGE_MAIL))

    page = client.get(reverse("administration:mails"), {"which": "ignore"}).content.decode()
    assert page.count("Auto-Submitted: auto-replied") == 2

    client.post(reverse("administration:open_mails"), {"mail": [raw.pk for raw in (*ignored, report)]})
    inbox.process_due()

    for raw in (*ignored, report):
        raw.refresh_from_db()
        assert (raw.outcome, raw.ticket.waiting_since is not None, raw.message.automatic) == (Outcome.OPEN, True, False)
    again = client.post(reverse("administration:open_mails"), {"mail": ignored[0].pk}, follow=True).content.decode()
    assert "Somebody else has decided about them meanwhile." in again
    assert Ticket.objects.count() == 3


def test_a_dismissed_mail_keeps_its_reason_and_can_be_taken_back(client) -> None:
    raw = came(reason="no game has the address it was sent to")
    client.force_login(somebody(Right.MANAGE_MAIL))

    client.post(reverse("administration:dismiss_mails"), {"mail": raw.pk})
    raw.refresh_from_db()
    assert (raw.outcome, raw.parked_at, raw.waiting) == (Outcome.DISMISS, None, False)
    assert "no game has the address" in client.get(reverse("administration:mails"), {"which": "dismiss"}).content.decode()
    assert inbox.process_due() == 0

    client.post(reverse("administration:take_mails_back"), {"mail": raw.pk})
    raw.refresh_from_db()
    assert (raw.outcome, raw.parked_at is not None, raw.reason) == (Outcome.PARK, True, "no game has the address it was sent to")
    client.post(reverse("administration:take_mails_back"), {"mail": raw.pk})
    assert AuditEntry.objects.filter(action="mail.taken_back").count() == 1


def test_an_answer_that_was_shown_as_a_machines_counts_by_a_click(client) -> None:
    make_game("emberfall")
    ticket = taken_in(MAIL).ticket
    away = taken_in(b"From: Mirabelle <mira@mail.example>\nTo: support@emberfall.example\nSubject: Automatic reply: x\nMessage-ID: <2@m>\n"
                    b"In-Reply-To: <1@mail.example>\n\nI am away. No, really, my crystals are gone.\n")  # fmt: skip
    assert (away.ticket, away.message.automatic) == (ticket, True)
    Ticket.objects.filter(pk=ticket.pk).update(status=Status.ANSWERED, waiting_since=None, waiting_key=FAR)
    Message.objects.filter(pk__lt=away.message.pk).update(no_reply_needed_at=away.received_at)
    client.force_login(somebody(Right.MANAGE_MAIL))
    assert "A person wrote it" in client.get(reverse("administration:mail", args=[away.pk])).content.decode()

    client.post(reverse("administration:open_mails"), {"mail": away.pk})

    ticket.refresh_from_db()
    away.message.refresh_from_db()
    assert (ticket.status, ticket.waiting_since, away.message.automatic) == (Status.WAITING, away.message.at, False)
    assert Event.objects.get(kind="message.counted").message_id == away.message.pk
    assert Message.objects.count() == 2


def test_the_page_tells_what_speaks_for_a_machine_and_for_another_writer(client) -> None:
    make_game("emberfall")
    raw = taken_in(b"From: Contact form <wordpress@site.example>\nReply-To: Mira <mira@mail.example>\nTo: support@emberfall.example\n"
                   b"Subject: Out of office: crystals\nPrecedence: junk\n\nThey are gone.\n")  # fmt: skip
    client.force_login(somebody(Right.MANAGE_MAIL, Right.SEE_PLAYER, Right.SEE_PLAYER_CONTACT))

    page = client.get(reverse("administration:mail", args=[raw.pk])).content.decode()

    for words in (
        "address of a program: wordpress@site.example",
        "mira@mail.example",
        "subject: Out of office",
        "from 100 on a mail is ignored",
    ):
        assert words in page


def test_what_is_no_number_picks_nothing(client) -> None:
    client.force_login(somebody(Right.MANAGE_MAIL))

    for name in ("retry_mails", "dismiss_mails", "take_mails_back", "open_mails"):
        for pick in ("²", "9" * 40, "x", "-1", "", "\x00"):
            assert client.post(reverse(f"administration:{name}"), {"mail": pick, "game": pick}).status_code == 302


def test_a_day_to_begin_at_is_asked_for_and_bounded(client) -> None:
    client.force_login(somebody(Right.MANAGE_MAIL))
    facts = {
        "address": "support@emberfall.example", "host": "imap.mail.example", "port": 993, "security": "tls", "user": "support",
        "password_name": "MAILBOX_PASSWORD_EMBER", "folder": "INBOX", "begin": "since", "enabled": "on",
    }  # fmt: skip
    for day in ("", "0001-01-01", "1989-12-31", "9999-12-31", "tomorrow"):
        assert client.post(reverse("administration:new_mailbox"), facts | {"begin_on": day}).status_code == 422

    client.post(reverse("administration:new_mailbox"), facts | {"begin_on": "2024-02-29"})
    assert (Mailbox.objects.get().begin, str(Mailbox.objects.get().begin_on)) == ("since", "2024-02-29")
