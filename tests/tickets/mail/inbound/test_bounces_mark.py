"""A mail of ours comes back: the message and the address learn of it, and nobody else's."""

from __future__ import annotations

import pytest

from helpdesk.staff.models import User
from helpdesk.studio.models import Game
from players.models import Address
from tests.conftest import Travel
from tests.factories.desk import Post, newest_question
from tests.tickets.mail.inbound.desk import receive_mail
from tests.tickets.mail.parse.letters import letter, multipart_letter, part
from tickets.actors import operator
from tickets.mail.addressing import own_mark, reply_address
from tickets.mail.inbound.judge import Outcome
from tickets.mail.models import MessageIdAlias
from tickets.models import Message, Status, Ticket
from tickets.services import outbox
from tickets.services.reply import OutgoingMessage, send_reply

pytestmark = pytest.mark.django_db


def report(
    message_id: str, *, status: str = "5.1.1", action: str = "failed", address: str = "anna@players.example", said: str = ""
) -> bytes:
    diagnosis = f"Diagnostic-Code: smtp; {said}\n" if said else ""
    return multipart_letter(
        part("Your message could not be delivered."),
        part(
            f"Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}\n{diagnosis}",
            "message/delivery-status",
        ),
        part(f"Message-ID: {message_id}\nSubject: Re: My sword is gone\n", "text/rfc822-headers"),
        subtype="report",
        report_type="delivery-status",
        headers={
            "from": "MAILER-DAEMON@mx.example",
            "return_path": "<>",
            "message_id": f"<{status}{action}@mx.example>",
            "subject": "Undelivered Mail",
        },
    )


@pytest.fixture
def answered(ember: Game, anna: User, travel: Travel, the_post: Post) -> Message:
    """Anna's question has been answered; the answer has left."""
    ticket = receive_mail(letter("My sword is gone.")).ticket
    Ticket.objects.filter(pk=ticket.pk).update(channel="post")
    ticket.refresh_from_db()
    message = send_reply(ticket, OutgoingMessage("Here it is.", answers_upto=newest_question(ticket)), by=operator(anna))
    travel.forward(seconds=20)
    outbox.send_due()
    Message.objects.filter(pk=message.pk).update(message_id="<desk.1@ember.example>", to_address="anna@players.example")
    message.refresh_from_db()
    assert message.state == Message.State.SENT
    return message


def test_a_bounce_marks_message_and_address_and_the_player_waits_again(answered: Message):
    raw = receive_mail(report("<desk.1@ember.example>"))

    answered.refresh_from_db()
    answered.ticket.refresh_from_db()
    assert (raw.outcome, raw.message, answered.state) == (Outcome.BOUNCE, answered, Message.State.BOUNCED)
    assert Address.objects.get(folded="anna@players.example").state == Address.State.BOUNCED
    assert (answered.ticket.status, answered.ticket.waiting_since is not None) == (Status.WAITING, True)
    assert Ticket.objects.count() == 1


def test_a_full_mailbox_marks_the_message_only(answered: Message):
    receive_mail(report("<desk.1@ember.example>", status="4.2.2"))

    answered.refresh_from_db()
    assert answered.state == Message.State.BOUNCED
    assert Address.objects.get(folded="anna@players.example").state == Address.State.GOOD


def test_a_delay_is_no_bounce(answered: Message):
    raw = receive_mail(report("<desk.1@ember.example>", action="delayed", status="4.4.1"))

    answered.refresh_from_db()
    assert (raw.outcome, raw.reason, answered.state) == (Outcome.IGNORE, "delivery delayed", Message.State.SENT)


def test_a_report_that_names_the_providers_id_is_understood(answered: Message):
    MessageIdAlias.objects.create(alias="<provider.77@mg.example>", message=answered)

    receive_mail(report("<provider.77@mg.example>"))

    answered.refresh_from_db()
    assert answered.state == Message.State.BOUNCED


def test_a_report_that_proves_nothing_marks_nothing_and_names_the_ticket(answered: Message):
    raw = receive_mail(report("<unknown@x.example>"))

    answered.refresh_from_db()
    assert (raw.outcome, raw.message, raw.ticket, answered.state) == (Outcome.BOUNCE, None, answered.ticket, Message.State.SENT)
    assert "nothing proves which mail it was" in raw.reason
    assert Address.objects.get(folded="anna@players.example").state == Address.State.GOOD


def test_a_forged_signature_proves_nothing(answered: Message):
    forged = f"help+t.{answered.ticket.number.lower()}.abcdefghijklmnop@ember.example"

    receive_mail(report("<unknown@x.example>"), recipient=forged)

    assert Address.objects.get(folded="anna@players.example").state == Address.State.GOOD


def test_a_report_to_our_signed_address_is_believed(answered: Message):
    raw = receive_mail(report("<unknown@x.example>"), recipient=reply_address("help@ember.example", answered.ticket.number))

    answered.refresh_from_db()
    assert (raw.message, answered.state) == (answered, Message.State.BOUNCED)
    assert Address.objects.get(folded="anna@players.example").state == Address.State.BOUNCED


def test_a_player_with_a_signed_address_of_his_own_cannot_spoil_anothers(answered: Message):
    mine = receive_mail(letter("Hello", message_id="<b1@players.example>", **{"from": "boris@players.example"})).ticket

    raw = receive_mail(report("<unknown@x.example>"), recipient=reply_address("help@ember.example", mine.number))

    answered.refresh_from_db()
    assert (raw.message, answered.state) == (None, Message.State.SENT)
    assert Address.objects.get(folded="anna@players.example").state == Address.State.GOOD


def test_a_forged_report_spoils_no_address(ember: Game):
    receive_mail(letter("My sword is gone."))

    raw = receive_mail(report("<nobody@x.example>"))

    assert (raw.outcome, raw.message) == (Outcome.BOUNCE, None)
    assert Address.objects.get(folded="anna@players.example").state == Address.State.GOOD


@pytest.mark.parametrize("status", ["5.2.2", "5.7.1", "5.3.4", "5.6.1"])
def test_a_full_box_or_a_filters_dislike_speaks_against_the_mail_not_the_address(answered: Message, status: str):
    receive_mail(report("<desk.1@ember.example>", status=status))

    answered.refresh_from_db()
    assert answered.state == Message.State.BOUNCED
    assert Address.objects.get(folded="anna@players.example").state == Address.State.GOOD


def head_of(message: Message, **changed: str) -> str:
    """The head of our mail as it left, with what a provider made of it; an empty value takes a header away."""
    head = {
        "Message-ID": message.message_id,
        "X-Desk-Message": own_mark(message.message_id),
        "From": "Ember Vale <help@ember.example>",
        "Reply-To": f"Ember Vale <{reply_address('help@ember.example', message.ticket.number)}>",
        "To": message.to_address,
        "Subject": "Re: My sword is gone",
    } | {name.replace("_", "-"): value for name, value in changed.items()}
    return "\n".join(f"{name}: {value}" for name, value in head.items() if value) + "\n"


def returned(head: str, kind: str, *, address: str = "anna@players.example") -> bytes:
    """Reports as servers of several makes write them around the head of the mail that came back."""
    status = f"Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; {address}\nAction: failed\nStatus: 5.1.1\n"
    headers = {"from": "MAILER-DAEMON@mx.example", "return_path": "<>", "message_id": f"<{kind}@mx.example>", "subject": "Undelivered"}
    said = f"I'm afraid I wasn't able to deliver your message to the following addresses.\n<{address}>:\n550 5.1.1 no mailbox here\n"
    match kind:
        case "head":
            parts = [part("No."), part(status, "message/delivery-status"), part(head, "text/rfc822-headers")]
        case "whole":
            parts = [part("No."), part(status, "message/delivery-status"), part(f"{head}\nHere it is.", "message/rfc822")]
        case "text":
            return letter(f"{said}\n--- Below this line is a copy of the message.\n\n{head}\nHere it is.", **headers)
        case _:
            return letter(f"{said}\n" + "".join(f"> {line}\n" for line in head.splitlines()), **headers)
    return multipart_letter(*parts, subtype="report", report_type="delivery-status", headers=headers)


LATER = {"Message_ID": "<another.1@provider.example>"}


@pytest.mark.parametrize("kind", ["head", "whole", "text", "quoted"])
@pytest.mark.parametrize(
    "case",
    [
        ({}, "our own mark"),
        (LATER, "our own mark"),
        ({"X-Desk-Message": ""}, "its Message-ID"),
        (LATER | {"X-Desk-Message": ""}, "a signed address of ours"),
        (LATER | {"X-Desk-Message": "<desk.1@ember.example> aaaaaaaaaaaaaaaa", "Subject": ""}, "a signed address of ours"),
    ],
)
def test_whatever_a_provider_did_to_it_the_mail_that_bounced_is_found(
    answered: Message, anna: User, travel: Travel, kind: str, case: tuple[dict[str, str], str]
):
    changed, how = case
    if "signed" not in how:  # a newer answer has left meanwhile: it is not the one
        newer = send_reply(answered.ticket, OutgoingMessage("One more thing."), by=operator(anna))
        travel.forward(seconds=20)
        outbox.send_due()
        Message.objects.filter(pk=newer.pk).update(message_id="<desk.2@ember.example>", to_address="anna@players.example")

    raw = receive_mail(returned(head_of(answered, **changed), kind))

    answered.refresh_from_db()
    assert (raw.outcome, raw.message, answered.state) == (Outcome.BOUNCE, answered, Message.State.BOUNCED)
    assert raw.reason.endswith(f"known by {how}")
    assert Message.objects.filter(state=Message.State.BOUNCED).count() == 1
    assert Address.objects.get(folded="anna@players.example").state == Address.State.BOUNCED


def test_a_head_without_anything_of_ours_marks_nothing(answered: Message):
    head = head_of(answered, Message_ID="<x@provider.example>", X_Desk_Message="<desk.1@ember.example>", Reply_To="help@ember.example")

    raw = receive_mail(returned(head, "head"))

    answered.refresh_from_db()
    assert (raw.message, raw.ticket, answered.state) == (None, answered.ticket, Message.State.SENT)


def test_a_person_with_such_a_name_who_quotes_a_report_opens_a_ticket(ember: Game):
    raw = receive_mail(
        letter(
            "You wrote to me that the message could not be delivered to the following address. Why?",
            subject="Undelivered mail?",
            **{"from": "Max <bounce-queen@players.example>"},
        )
    )

    assert raw.outcome == Outcome.OPEN
