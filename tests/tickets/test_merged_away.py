"""Every write goes to where the ticket is shown. The services are found by looking, so that a new one cannot be forgotten."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable
from importlib import import_module
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from helpdesk.base.errors import NotAllowed
from helpdesk.staff.models import Team, User
from helpdesk.staff.rights import Right
from helpdesk.studio.models import Tag, Topic
from tests.factories.desk import make_player, make_ticket
from tests.factories.staff import somebody
from tickets import services
from tickets.access import ticket_for
from tickets.actors import operator
from tickets.locks import lock
from tickets.models import Attachment, Draft, Event, Message, Priority, Status, Ticket
from tickets.services import assign, drafts, edit, open, reply
from tickets.services.attachments import NewFile
from tickets.services.merge import merge

pytestmark = pytest.mark.django_db
Deed = Callable[[Ticket, User], Any]

DEEDS: dict[str, Deed] = {  # each service that takes a ticket, as somebody uses it whose page shows the ticket unmerged
    "assign.assign": lambda ticket, by: assign.assign(ticket, to=by, by=operator(by)),
    "assign.set_team": lambda ticket, by: assign.set_team(ticket, to=Team.objects.create(name="Refunds", slug="refunds"), by=operator(by)),
    "drafts.add_file": lambda ticket, by: drafts.add_file(ticket, NewFile("a.txt", b"1"), author=by, kind=Draft.Kind.NOTE, key=uuid4()),
    "drafts.own_draft": lambda ticket, by: drafts.own_draft(ticket, author=by, kind=Draft.Kind.REPLY),
    "drafts.save_draft": lambda ticket, by: drafts.save_draft(ticket, author=by, kind=Draft.Kind.REPLY, text="Half a thought"),
    "edit.rename": lambda ticket, by: edit.rename(ticket, "Another subject", by=operator(by)),
    "edit.set_language": lambda ticket, by: edit.set_language(ticket, "de", by=operator(by)),
    "edit.set_player": lambda ticket, by: edit.set_player(ticket, make_player("Somebody else"), by=operator(by)),
    "edit.set_priority": lambda ticket, by: edit.set_priority(ticket, Priority.HIGH, by=operator(by)),
    "edit.set_status": lambda ticket, by: edit.set_status(ticket, Status.IN_PROGRESS, by=operator(by)),
    "edit.set_tags": lambda ticket, by: edit.set_tags(ticket, [Tag.objects.create(name="urgent")], by=operator(by)),
    "edit.set_topic": lambda ticket, by: edit.set_topic(ticket, Topic.objects.create(name="Lost", slug="lost"), by=operator(by)),
    "open.receive": lambda ticket, by: open.receive(ticket, open.Incoming(text="One more thing", channel="post")),
    "reply.add_note": lambda ticket, by: reply.add_note(ticket, "Looks like fraud.", by=operator(by)),
    "reply.send_automatic": lambda ticket, by: reply.send_automatic(
        ticket, reply.OutgoingMessage("Got it."), purpose=Message.Purpose.NOTICE
    ),
    "reply.send_reply": lambda ticket, by: reply.send_reply(ticket, reply.OutgoingMessage("Here it is."), by=operator(by)),
}  # fmt: skip
OF_LOCKED_TICKETS = {  # parts of a service, which demand the lock
    "assign.give", "assign.take_by_answering", "cards.capture_card", "drafts.bring_drafts", "drafts.take_draft", "unseen.demand_seen",
}  # fmt: skip
OTHERWISE = {
    "assign.is_left_behind",  # reads
    "open.put_away",  # was opened a moment ago, in the same transaction
    "attachments.attach", "attachments.keep_files",  # hang files at a row that is given with them
    "merge.merge", "merge.refusal", "merge.unmerge",  # deal with the merges themselves
}  # fmt: skip


def services_of_a_ticket() -> set[str]:
    """All public functions of the core's services whose first parameter is a ticket."""
    found = set()
    for module in pkgutil.iter_modules(services.__path__):
        for name, function in inspect.getmembers(import_module(f"tickets.services.{module.name}"), inspect.isfunction):
            first = next(iter(inspect.signature(function).parameters.values()), None)
            ours = function.__module__ == f"tickets.services.{module.name}" and not name.startswith("_")
            if ours and first is not None and str(first.annotation).removesuffix(" | None") == "Ticket":
                found.add(f"{module.name}.{name}")
    return found


def test_every_service_that_takes_a_ticket_is_tried_here() -> None:
    assert services_of_a_ticket() == DEEDS.keys() | OF_LOCKED_TICKETS | OTHERWISE


def traces(ticket: Ticket) -> list[Any]:
    """Everything that a write could leave at a ticket."""
    row = Ticket.objects.filter(pk=ticket.pk).values().get()
    tags = list(Ticket.objects.get(pk=ticket.pk).tags.values_list("pk", flat=True))
    return [
        row,
        tags,
        *(
            list(model.objects.filter(ticket=ticket).order_by("pk").values_list("pk", flat=True))
            for model in (Event, Message, Draft, Attachment)
        ),
    ]


@pytest.mark.parametrize("name", sorted(DEEDS))
def test_what_is_done_to_a_ticket_that_was_merged_meanwhile_is_done_where_it_is_shown(name: str, anna: User) -> None:
    mira = make_player()
    first, second, third = (make_ticket(words, player=mira) for words in ("One", "Two", "Three"))
    stale = Ticket.objects.get(pk=third.pk)
    merge(third, into=second, by=operator(anna))
    merge(second, into=first, by=operator(anna))
    before, between, shown = traces(third), traces(second), traces(first)

    DEEDS[name](stale, anna)

    assert (traces(third), traces(second)) == (before, between)
    assert traces(first) != shown


def test_a_right_is_asked_again_where_the_ticket_is_shown_now(anna: User) -> None:
    mira = make_player()
    german, english = make_ticket("Eins", player=mira, language="de"), make_ticket("One", player=mira, language="en")
    greta = somebody(Right.VIEW, Right.NOTE, name="Greta", language="de")
    hers = ticket_for(greta, german.number, Right.NOTE)
    merge(german, into=english, by=operator(anna))

    with pytest.raises(NotAllowed, match="merged"):
        reply.add_note(hers, "For the other ticket?", by=operator(greta))

    assert not Message.objects.filter(kind="note").exists()
    with transaction.atomic():
        assert lock(Ticket(pk=german.pk)).pk == english.pk  # who asked for no right is led on
