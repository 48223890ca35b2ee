"""What the mail room keeps: the mails as they came, the keys against doubles, the mailboxes it polls, and other names of our mails."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock
from helpdesk.base.bounds import EARLIEST, LATEST
from helpdesk.base.models import Blob
from helpdesk.studio.models import Game
from players.models import PlayerBlock
from tickets.mail.inbound.judge import Outcome
from tickets.models import Message, Ticket

MIME = "mime"


class MailSource(models.TextChoices):
    WEBHOOK = "webhook", _("Webhook")
    IMAP = "imap", _("IMAP mailbox")
    PIPE = "pipe", _("Pipe")


class RawMail(models.Model):
    """A mail as it came in, stored before anybody tried to understand it.

    It is waiting, `processed_at` (then `outcome` says what became of it), or `parked_at` with the reason, for a person to see and to
    retry. `form` names what the blob holds: the mail itself, or the payload of the provider of that name, which sends no raw mail.
    """

    personal: ClassVar[tuple[str, ...]] = (
        *("blob", "content_type", "recipient", "reason", "auto_reason", "mail_id", "from_address", "subject", "digest"),
    )

    blob = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")  # null: its writer was erased
    form = models.CharField(max_length=12, default=MIME)
    content_type = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=8, choices=MailSource.choices)
    mailbox = models.CharField(max_length=320, blank=True)
    recipient = models.CharField(max_length=320, blank=True)
    received_at = models.DateTimeField(default=clock.now)  # at the mail server, where the source tells that

    heavy = models.BooleanField(default=False)  # large, or with pictures: light ones are read first
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=clock.now)
    claimed_until = models.DateTimeField(null=True, blank=True)
    processed_at = models.DateTimeField(null=True, blank=True)
    parked_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)
    auto_reason = models.CharField(max_length=200, blank=True)
    answers_held = models.BooleanField(default=False)  # a machine may have written it: nothing automatic answers
    history = models.BooleanField(default=False)  # it lay in a mailbox before the desk began to read that
    by_person = models.BooleanField(default=False)  # somebody has read it and says that a person wrote it
    game = models.ForeignKey(Game, null=True, blank=True, on_delete=models.PROTECT, related_name="+")  # named by an administrator
    set_aside = models.ForeignKey(  # parked since its writer is blocked
        PlayerBlock, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_constraint=False, db_index=False
    )
    retried_at = models.DateTimeField(null=True, blank=True)  # when somebody last had it read again

    mail_id = models.CharField(max_length=998, blank=True)  # its Message-ID
    from_address = models.CharField(max_length=320, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    same_as = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="doubles")
    ticket = models.ForeignKey(Ticket, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_constraint=False)
    message = models.ForeignKey(Message, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_constraint=False)

    class Meta:
        constraints = [
            models.CheckConstraint(name="raw_mail_source_known", condition=Q(source__in=["webhook", "imap", "pipe"])),
            models.CheckConstraint(name="raw_mail_outcome_known", condition=Q(outcome__in=["", *(each.value for each in Outcome)])),
            models.CheckConstraint(name="raw_mail_processed_or_parked", condition=Q(processed_at__isnull=True) | Q(parked_at__isnull=True)),
            models.CheckConstraint(name="raw_mail_parked_with_reason", condition=Q(parked_at__isnull=True) | ~Q(reason="")),
        ]
        indexes = [
            models.Index(name="raw_mail_waiting", fields=["due_at"], condition=Q(processed_at__isnull=True, parked_at__isnull=True)),
            models.Index(name="raw_mail_parked", fields=["-parked_at"], condition=Q(parked_at__isnull=False)),
            models.Index(name="raw_mail_set_aside", fields=["set_aside"], condition=Q(set_aside__isnull=False)),
            models.Index(name="raw_mail_by_mail_id", fields=["mail_id"], condition=~Q(mail_id="")),
            models.Index(name="raw_mail_by_sender", fields=["from_address", "-received_at"], condition=~Q(from_address="")),
            models.Index(name="raw_mail_of_message", fields=["message"], condition=Q(message__isnull=False)),
            models.Index(name="raw_mail_newest", fields=["-received_at", "-id"]),
            models.Index(name="raw_mail_retried", fields=["-retried_at"], condition=Q(retried_at__isnull=False)),
        ]

    @property
    def waiting(self) -> bool:
        return self.processed_at is None and self.parked_at is None


class ReceivedKey(models.Model):
    """A source's own name of what it handed in: mailbox, UIDVALIDITY and UID; the provider's token; the sha256 of a piped mail.

    In a table of its own, so that doubles are still known when old raw mails have been swept.
    """

    personal: ClassVar[tuple[str, ...]] = ()

    source = models.CharField(max_length=8, choices=MailSource.choices)
    key = models.CharField(max_length=300)
    raw_mail = models.ForeignKey(RawMail, null=True, on_delete=models.SET_NULL, related_name="keys")
    received_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="received_once_per_source", fields=["source", "key"]),
            models.CheckConstraint(name="received_key_source_known", condition=Q(source__in=["webhook", "imap", "pipe"])),
        ]


class HookToken(models.Model):
    """A signed webhook's token, by its digest, and the door where it was shown first; see `inbound/tokens.py`."""

    personal: ClassVar[tuple[str, ...]] = ()

    digest = models.CharField(max_length=64, unique=True)
    door = models.CharField(max_length=20)
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="hook_token_over", fields=["until"])]


class Mailbox(models.Model):
    """An IMAP mailbox that is polled. Its password lies in the environment under the name given here, or was entered (`passwords.py`)."""

    personal: ClassVar[tuple[str, ...]] = ()

    class Security(models.TextChoices):
        TLS = "tls", _("TLS")
        STARTTLS = "starttls", _("STARTTLS")
        PLAIN = "plain", _("not encrypted")

    class Begin(models.TextChoices):
        NOW = "now", _("with what comes from now on")
        SINCE = "since", _("with what came since a day")
        ALL = "all", _("with everything; what is there already is entered as history")

    address = models.EmailField(unique=True, help_text=_("Players write to it."))
    game = models.ForeignKey(Game, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    host = models.CharField(max_length=200)
    port = models.PositiveIntegerField(default=993)
    security = models.CharField(max_length=8, choices=Security.choices, default=Security.TLS)
    user = models.CharField(max_length=200)
    password_name = models.CharField(max_length=80, blank=True)  # of the environment's variable; empty: it was entered in the page
    folder = models.CharField(max_length=200, default="INBOX")
    move_to = models.CharField(
        max_length=200, blank=True, help_text=_("Folder for what has been taken in; empty: it stays and is marked as read.")
    )
    enabled = models.BooleanField(default=True)
    begin = models.CharField(max_length=8, choices=Begin.choices, default=Begin.NOW)
    begin_on = models.DateField(null=True, blank=True)  # with `since`
    begun_at = models.DateTimeField(null=True, blank=True)  # the first poll of this server, user and folder
    uidvalidity = models.BigIntegerField(default=0)
    old_below = models.BigIntegerField(default=0)  # mails under this number lay there when we began, or when the server numbered anew
    last_uid = models.BigIntegerField(default=0)
    polled_at = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["address"]
        verbose_name_plural = "mailboxes"
        constraints = [
            models.CheckConstraint(name="mailbox_security_known", condition=Q(security__in=["tls", "starttls", "plain"])),
            models.CheckConstraint(name="mailbox_begin_known", condition=Q(begin__in=["now", "since", "all"])),
            models.CheckConstraint(name="mailbox_since_names_a_day", condition=~Q(begin="since") | Q(begin_on__isnull=False)),
            models.CheckConstraint(name="mailbox_day_is_one", condition=Q(begin_on__range=(EARLIEST.date(), LATEST.date()))),
            models.CheckConstraint(
                name="mailbox_entered_password_is_sent_encrypted", condition=~Q(password_name="") | ~Q(security="plain")
            ),
            models.CheckConstraint(name="mailbox_port_is_one", condition=Q(port__gte=1, port__lte=65535)),
        ]


class SenderRecords(models.Model):
    """What DNS last said of a domain that games send from; see `outbound/sender_records.py`.

    `selector` is the DKIM selector somebody wrote down.
    """

    personal: ClassVar[tuple[str, ...]] = ()

    domain = models.CharField(max_length=255, unique=True)
    selector = models.CharField(max_length=63, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    found: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    error = models.CharField(max_length=300, blank=True)  # of the last time; then `found` is of an earlier one

    class Meta:
        verbose_name_plural = "sender records"


class MessageIdAlias(models.Model):
    """Another Message-ID of one of our mails: a provider gave it its own, and answers refer to that one."""

    personal: ClassVar[tuple[str, ...]] = ("alias",)

    alias = models.CharField(max_length=998, unique=True)  # a Message-ID with its brackets
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    created_at = models.DateTimeField(default=clock.now)
