"""A mailbox's password that is entered in its page: sealed, shown to nobody, and sent where it was entered for and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from helpdesk.audit.models import AuditEntry
from helpdesk.base.models import EnteredKey
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from tests.conftest import Travel
from tests.factories.staff import somebody
from tickets.mail.inbound import imap, passwords
from tickets.mail.models import Mailbox

pytestmark = pytest.mark.django_db
FACTS = {
    "address": "support@emberfall.example", "game": "", "host": "imap.mail.example", "port": 993, "security": "tls", "user": "support",
    "password": "", "password_name": "", "folder": "INBOX", "move_to": "", "begin": "now", "begin_on": "", "enabled": "on",
}  # fmt: skip
WORD = "correct-horse-battery"


@pytest.fixture
def olga(db: None) -> User:
    return somebody(Right.MANAGE_MAIL, name="Olga Brandt")


@pytest.fixture
def desk(client: Client, olga: User) -> Client:
    client.force_login(olga)
    return client


def save(desk: Client, **facts: Any) -> Any:
    box = Mailbox.objects.first()
    address = reverse("administration:mailbox", args=[box.pk]) if box else reverse("administration:new_mailbox")
    return desk.post(address, FACTS | facts)


def errors(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 422
    return {name: list(said) for name, said in answer.context["form"].errors.items()}


def box() -> Mailbox:
    return Mailbox.objects.get()


def test_it_is_kept_and_nobody_reads_it(desk: Client, travel: Travel) -> None:
    save(desk, password=f" {WORD} ")

    assert passwords.password_of(box()) == passwords.Password(f" {WORD} ", inside=False)
    page = desk.get(reverse("administration:mailbox", args=[box().pk])).content.decode()
    assert "Entered by Olga Brandt, 5 Oct 2026." in page and WORD not in page
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT string_agg(k::text, '') FROM base_enteredkey k) || (SELECT string_agg(a::text, '') FROM audit_auditentry a)"
        )
        assert WORD not in str(cursor.fetchone())
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == ["mail.mailbox_saved", "keys.entered"]
    assert WORD not in repr(passwords.password_of(box()))


def test_what_was_typed_wrongly_does_not_come_back_in_the_page(desk: Client) -> None:
    answer = save(desk, password=WORD, port="99999")

    assert errors(answer).keys() == {"port"} and WORD not in answer.content.decode()
    assert not EnteredKey.objects.exists()


def test_an_empty_field_keeps_it(desk: Client) -> None:
    save(desk, password=WORD)
    save(desk, folder="Support")

    assert (box().folder, passwords.password_of(box()).value) == ("Support", WORD)


def test_another_one_replaces_it_and_is_tried_at_once(desk: Client) -> None:
    save(desk, password=WORD)
    Mailbox.objects.update(failures=5, error=imap.REFUSED)

    save(desk, password="another")

    assert (passwords.password_of(box()).value, box().failures, box().error) == ("another", 0, "")
    assert AuditEntry.objects.latest("pk").action == "keys.replaced"


@pytest.mark.parametrize("change", [{"host": "imap.evil.example"}, {"port": 143, "security": "starttls"}])
def test_another_server_or_port_wants_it_once_more(desk: Client, change: dict[str, Any]) -> None:
    save(desk, password=WORD)

    answer = save(desk, **change)

    assert errors(answer) == {"password": ["Another server or port: enter the password once more."]}
    assert (box().host, box().port) == ("imap.mail.example", 993)
    save(desk, password="for that one", **change)
    assert passwords.password_of(box()).value == "for that one"


def test_a_row_whose_server_is_changed_behind_the_page_sends_nothing(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    save(desk, password=WORD)
    Mailbox.objects.update(host="imap.evil.example")
    monkeypatch.setattr(imap.imap_hosts.outgoing, "connect", lambda *args, **more: pytest.fail("somebody was called"))

    imap.poll_all()

    assert box().error == passwords.NOT_ENTERED


def test_the_same_server_in_other_letters_is_the_same(desk: Client) -> None:
    save(desk, password=WORD)
    save(desk, host="IMAP.mail.example.")

    assert passwords.password_of(box()).value == WORD


def test_it_comes_from_one_place(desk: Client) -> None:
    assert errors(save(desk)) == {"password": ["Enter the password, or name a variable of the environment."]}
    both = save(desk, password=WORD, password_name="MAILBOX_PASSWORD_EMBER")
    assert errors(both) == {"password": ["Name a variable or enter a password, not both."]}
    assert not Mailbox.objects.exists()


def test_who_names_a_variable_instead_lets_it_go(desk: Client, settings: Any) -> None:
    settings.MAILBOX_PASSWORDS = {"MAILBOX_PASSWORD_EMBER": "of the environment"}
    settings.MAILBOX_HOSTS = {"MAILBOX_HOST_EMBER": "imap.mail.example"}
    save(desk, password=WORD)

    save(desk, password_name="MAILBOX_PASSWORD_EMBER")

    assert passwords.password_of(box()) == passwords.Password("of the environment", inside=True)
    assert (EnteredKey.objects.count(), AuditEntry.objects.latest("pk").action) == (0, "keys.removed")


@pytest.mark.parametrize("host", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "[::1]", "::ffff:10.0.0.1", "localhost", "LOCALHOST."])
def test_who_edits_mailboxes_reaches_nothing_inside(desk: Client, host: str) -> None:
    assert errors(save(desk, password=WORD, host=host)).keys() == {"host"}


def test_a_name_that_leads_inside_is_refused_when_it_is_called(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    save(desk, password=WORD)
    monkeypatch.setattr("socket.getaddrinfo", lambda host, port, **_more: [(2, 1, 6, "", ("10.0.0.5", port))])
    monkeypatch.setattr("socket.socket.connect", lambda *_args: pytest.fail("somebody inside was called"))

    imap.poll_all()

    assert box().error == imap.UNREACHABLE


def test_it_never_leaves_in_the_clear(desk: Client) -> None:
    assert errors(save(desk, password=WORD, security="plain")).keys() == {"security"}
    save(desk, password=WORD)

    with pytest.raises(IntegrityError), transaction.atomic():
        Mailbox.objects.update(security="plain")


def test_without_a_master_key_the_page_says_so(desk: Client, settings: Any) -> None:
    settings.KEYS_SECRET = ""

    assert "its environment has no KEYS_SECRET" in desk.get(reverse("administration:new_mailbox")).content.decode()
    assert "KEYS_SECRET" in errors(save(desk, password=WORD))["password"][0]
    assert not Mailbox.objects.exists()


def test_after_another_master_key_the_page_says_that_it_must_be_entered_again(desk: Client, settings: Any) -> None:
    save(desk, password=WORD)
    settings.KEYS_SECRET = "another master key that is as long as it has to be, and longer"

    imap.poll_all()

    assert box().error == passwords.NOT_ENTERED
    save(desk, password=WORD)
    assert passwords.password_of(box()).value == WORD


@pytest.mark.parametrize("word", ["x" * 501, "a\x1bb"])
def test_what_cannot_be_a_password_is_refused_at_its_field(desk: Client, word: str) -> None:
    assert errors(save(desk, password=word)).keys() == {"password"}


def test_a_colleague_who_is_gone_is_somebody(desk: Client) -> None:
    save(desk, password=WORD)
    EnteredKey.objects.update(saved_by_id=None)

    assert "Entered by somebody, " in desk.get(reverse("administration:mailbox", args=[box().pk])).content.decode()
