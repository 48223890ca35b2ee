"""Any conversation, in any order of answers, with any of the ways home: every mail ends in the ticket it belongs to.

What one wrote to us only he himself continues: a stranger who answers it, as many answer one newsletter, has a ticket of his own.
"""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.factories.desk import make_game
from tests.tickets.mail.inbound.desk import receive_mail
from tests.tickets.mail.parse.letters import letter
from tickets.mail.addressing import reply_address
from tickets.mail.inbound.judge import Outcome
from tickets.mail.models import MessageIdAlias
from tickets.models import Message

WAYS = ("in_reply_to", "references", "references among strangers", "alias", "address", "delivered_to", "nothing", "subject")
SIGNED = {"address", "delivered_to"}  # our signed address stands in our mails alone
STEPS = st.lists(st.tuples(st.integers(0, 20), st.sampled_from(WAYS), st.integers(0, 2)), min_size=1, max_size=12)


class Threading(TestCase):
    @given(STEPS)
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def test_every_mail_finds_its_ticket(self, steps: list[tuple[int, str, int]]) -> None:
        game = make_game("ember", address="help@ember.example")
        homes: list[Message] = []
        for number, (which, way, writer) in enumerate(steps):
            parent = homes[which % len(homes)] if homes and way not in {"nothing", "subject"} else None
            raw = receive_mail(mail_for(way, parent, number, writer, game.address))

            assert raw.message is not None
            strange = parent is not None and raw.message.from_address != parent.from_address != "" and way not in SIGNED
            if parent is None or (strange and raw.message.from_address != parent.ticket.contact.address):
                assert raw.outcome == Outcome.OPEN
                assert all(raw.ticket != home.ticket for home in homes)
            else:
                assert (raw.outcome, raw.ticket) == (Outcome.REPLY, parent.ticket)
                assert raw.message.from_stranger == (raw.message.from_address != parent.ticket.contact.address)
            homes.append(raw.message)


def mail_for(way: str, parent: Message | None, number: int, writer: int, game: str) -> bytes:
    """A mail that speaks of its parent in one of the ways."""
    headers = {"message_id": f"<m{number}@players.example>", "from": f"player{writer}@players.example", "subject": "Re: My sword is gone"}
    if parent is not None and way == "in_reply_to":
        headers |= {"in_reply_to": parent.message_id}
    elif parent is not None and way == "references":
        headers |= {"references": f"<unknown@x.example> {parent.message_id}"}
    elif parent is not None and way == "references among strangers":
        headers |= {"references": f"{parent.message_id} <unknown@x.example>", "in_reply_to": "<unknown@x.example>"}
    elif parent is not None and way == "alias":
        alias = MessageIdAlias.objects.get_or_create(alias=f"<alias{parent.pk}@mg.example>", defaults={"message": parent})[0].alias
        headers |= {"references": alias}
    elif parent is not None and way == "address":
        headers |= {"to": f"Ember <{reply_address(game, parent.ticket.number).upper()}>"}
    elif parent is not None and way == "delivered_to":
        headers |= {"to": "undisclosed-recipients:;", "delivered_to": reply_address(game, parent.ticket.number)}
    return letter(f"words of mail {number}", **headers)
