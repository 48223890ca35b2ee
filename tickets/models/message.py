"""Messages: what the player wrote, what we wrote to him, and notes among us. A message's text never changes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from helpdesk.base import clock
from helpdesk.base.bounds import sane_moments
from helpdesk.base.ids import IdOf
from helpdesk.base.models import Blob
from helpdesk.studio.models import Department, Reason
from tickets.actors import ActorKind
from tickets.models.ticket import Status, Ticket


class Message(models.Model):
    """Outbound: `held` or `queued` (undo window) → sending → handed → sent → delivered | failed | bounced; inbound: `received`.

    `handed` is committed just before the words go over the wire: what a crash leaves there is `uncertain`, shown to a human and
    never blindly sent again. `answers_upto` is the last player message its author had on screen; it and `then_status` take effect
    when the message is sent.
    """

    personal: ClassVar[tuple[str, ...]] = (
        *("subject", "text", "quoted", "html", "raw", "author_name", "from_address", "to_address", "message_id", "in_reply_to"),
        *("then_pending_on", "error"),
    )

    class Kind(models.TextChoices):
        INBOUND = "inbound", _("from the player")
        REPLY = "reply", _("to the player")
        NOTE = "note", _("note")

    class Purpose(models.TextChoices):
        ANSWER = "answer", _("answer")
        ACKNOWLEDGEMENT = "acknowledgement", _("acknowledgement")
        AUTOMATIC = "automatic", _("automatic answer")
        NOTICE = "notice", _("notice")
        SURVEY = "survey", _("survey")

    class State(models.TextChoices):
        RECEIVED = "received", _("received")
        NOTED = "noted", _("noted")
        HELD = "held", _("held")
        QUEUED = "queued", _("queued")
        SENDING = "sending", _("sending")
        HANDED = "handed", _("handed over")
        SENT = "sent", _("sent")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("failed")
        BOUNCED = "bounced", _("bounced")
        UNCERTAIN = "uncertain", _("uncertain")
        STALE = "stale", _("returned: the player wrote meanwhile")
        WITHDRAWN = "withdrawn", _("called back")
        SKIPPED = "skipped", _("skipped: the player wrote meanwhile")
        RETURNED = "returned", _("returned by who looks it over")
        REVISED = "revised", _("another text was sent instead")

    class WhenStale(models.TextChoices):
        RETURN = "return", _("return it to its author")
        SKIP = "skip", _("do not send it")
        SEND = "send", _("send it all the same")

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="messages", db_constraint=False)
    received_in = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    purpose = models.CharField(max_length=16, choices=Purpose.choices, default=Purpose.ANSWER)
    state = models.CharField(max_length=12, choices=State.choices)
    state_at = models.DateTimeField(default=clock.now)
    channel = models.CharField(max_length=20)
    automatic = models.BooleanField(default=False)  # inbound: a machine wrote it (vacation, receipt)

    author_kind = models.CharField(max_length=10, choices=ActorKind.choices)
    author_id = IdOf("players.Player", where=("author_kind", "player"), null=True, blank=True)
    author_name = models.CharField(max_length=120, blank=True)
    approver_id = IdOf("staff.User", null=True, blank=True)

    at = models.DateTimeField(default=clock.now)  # written or received
    language = models.CharField(max_length=12, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)  # inbound: without quote and signature; outbound: Markdown
    quoted = models.TextField(blank=True)
    html = models.TextField(blank=True)  # inbound, cleaned
    html_version = models.PositiveSmallIntegerField(default=0)
    remote_images = models.BooleanField(default=False)
    text_version_id = IdOf("base.TextVersion", null=True, blank=True)  # the text it was made from
    shortened = models.BooleanField(default=False)  # inbound: the raw mail holds more than is shown
    no_reply_needed_at = models.DateTimeField(null=True, blank=True)  # inbound: a person said that it asks for nothing
    raw = models.ForeignKey(Blob, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    from_address = models.CharField(max_length=320, blank=True)
    from_stranger = models.BooleanField(default=False)  # the address is not known to be the player's
    to_address = models.CharField(max_length=320, blank=True)
    message_id = models.CharField(max_length=998, blank=True)
    in_reply_to = models.CharField(max_length=998, blank=True)

    answers_upto = IdOf("tickets.Message", null=True, blank=True)
    then_status = models.CharField(max_length=12, choices=Status.choices, blank=True)
    then_pending_on = models.CharField(max_length=60, blank=True)
    then_pending_department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    then_pending_until = models.DateTimeField(null=True, blank=True)
    then_hold_reason = models.ForeignKey(Reason, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    when_stale = models.CharField(max_length=8, choices=WhenStale.choices, default=WhenStale.RETURN)
    leaves_at = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    first_tried_at = models.DateTimeField(null=True, blank=True)  # since when it tries to leave; anew when a person sends it again
    parked_at = models.DateTimeField(null=True, blank=True)  # the sweep stumbled over this row: a person decides
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    complained_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)
    cause_event_id = IdOf("tickets.Event", null=True, blank=True)  # automatic ones: the event they react to

    class Meta:
        constraints = [
            models.CheckConstraint(name="message_kind_known", condition=Q(kind__in=["inbound", "reply", "note"])),
            models.CheckConstraint(
                name="message_purpose_known", condition=Q(purpose__in=["answer", "acknowledgement", "automatic", "notice", "survey"])
            ),
            models.CheckConstraint(
                name="message_state_fits_kind",
                condition=Q(kind="inbound", state="received")
                | Q(kind="note", state="noted")
                | Q(
                    kind="reply",
                    state__in=[
                        "held",
                        "queued",
                        "sending",
                        "handed",
                        "sent",
                        "delivered",
                        "failed",
                        "bounced",
                        "uncertain",
                        "stale",
                        "withdrawn",
                        "skipped",
                        "returned",
                        "revised",
                    ],
                ),
            ),  # fmt: skip
            models.CheckConstraint(name="message_author_kind_known", condition=Q(author_kind__in=[k.value for k in ActorKind])),
            models.CheckConstraint(name="queued_message_knows_when", condition=~Q(state="queued") | Q(leaves_at__isnull=False)),
            sane_moments("message_moments_sane", "at", "then_pending_until", "leaves_at", "sent_at", "delivered_at", "opened_at"),
            models.UniqueConstraint(
                name="one_automatic_message_per_cause",
                fields=["ticket", "purpose", "cause_event_id"],
                condition=Q(cause_event_id__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="message_of_ticket", fields=["ticket", "id"]),
            models.Index(name="message_leaving", fields=["leaves_at"], condition=Q(state="queued")),
            models.Index(name="message_on_its_way", fields=["claimed_until"], condition=Q(state__in=["sending", "handed"])),
            models.Index(name="message_by_message_id", fields=["message_id"], condition=~Q(message_id="")),
            models.Index(name="message_by_machine", fields=["ticket"], condition=Q(kind="reply") & ~Q(purpose="answer")),
            models.Index(name="message_parked", fields=["parked_at"], condition=Q(parked_at__isnull=False)),
            models.Index(Lower("from_address"), name="message_of_stranger", condition=Q(from_stranger=True)),
            models.Index(
                name="message_in_trouble", fields=["state", "state_at"], condition=Q(state__in=["failed", "bounced", "uncertain", "stale"])
            ),
        ]

    @property
    def is_a_persons_answer(self) -> bool:
        """Whether a colleague wrote it to the player, and no machine."""
        return self.purpose == self.Purpose.ANSWER and self.author_kind == ActorKind.OPERATOR


ANSWERED_STATES = (Message.State.SENT, Message.State.DELIVERED)  # a message in another state answers nothing
TAKES_EFFECT = (Message.Purpose.ANSWER, Message.Purpose.AUTOMATIC)  # one for another purpose answers nothing, and moves no ticket
BY_PEOPLE = Q(kind=Message.Kind.REPLY, purpose=Message.Purpose.ANSWER, author_kind=ActorKind.OPERATOR, state__in=ANSWERED_STATES)
"""The answers of people that have arrived."""


class Hold(models.Model):
    """A gate keeps a reply back. The message leaves when no hold is open.

    What became of it stands in `outcome`, with who, when and why; “withdrawn” is the author's own deed, by calling the reply back.
    """

    personal: ClassVar[tuple[str, ...]] = ("reason", "why")

    class Outcome(models.TextChoices):
        RELEASED = "released", _("released")
        REVISED = "revised", _("released with another text")
        RETURNED = "returned", _("returned to its author")
        WITHDRAWN = "withdrawn", _("called back by its author")

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="holds", db_constraint=False)
    gate = models.CharField(max_length=80)
    reason = models.CharField(max_length=300)  # an English msgid; a detail may follow on a second line
    opened_at = models.DateTimeField(default=clock.now)
    approves = models.BooleanField(null=True, db_default=False)  # its gate asks for somebody's approval
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True, db_default="")
    ended_at = models.DateTimeField(null=True, blank=True, db_column="released_at")
    ended_by = IdOf("staff.User", null=True, blank=True, db_column="released_by")
    why = models.CharField(max_length=300, blank=True, db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_hold_per_gate", fields=["message", "gate"]),
            models.CheckConstraint(
                name="hold_outcome_known", condition=Q(outcome__in=["", "released", "revised", "returned", "withdrawn"])
            ),
        ]
        indexes = [models.Index(name="hold_open", fields=["opened_at"], condition=Q(ended_at__isnull=True))]
