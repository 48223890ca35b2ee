"""The desk that is searched: the demo's studio with all its stories, and an index of it on each engine."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection
from django.test import override_settings

from helpdesk.base import blobs, clock
from helpdesk.base.models import Blob
from helpdesk.demo.load.acts import tag_of
from helpdesk.demo.load.studio import Studio, open_studio
from helpdesk.demo.stories import Story, Turn, stories
from players.models import Address, AddressUse, GameAccount, Player
from tests.judged.queries import COUNT, SEED, UNTIL
from tickets.models import FAR, Attachment, Message, Status, Ticket
from tickets.search import building
from tickets.search.elasticsearch import indexes, server
from tickets.services.numbers import new_number

_AS = {"message": ("inbound", "received", "player"), "reply": ("reply", "sent", "operator"), "note": ("note", "noted", "operator")}


def lay_out() -> None:
    """The rows that playing all stories leaves behind, as far as a search asks for them, in seconds: nothing is sent, fired or told."""
    with clock.travel(UNTIL - timedelta(days=61)):
        studio = open_studio()
    plays = list(stories(COUNT, SEED, until=UNTIL))
    people = _people(studio, plays)
    tickets = [_ticket(studio, story, people) for story in plays]
    Ticket.objects.bulk_create(tickets)
    tags = [(ticket.pk, tag) for ticket, story in zip(tickets, plays, strict=True) if ticket.assignee_id and (tag := tag_of(story))]
    Ticket.tags.through.objects.bulk_create(Ticket.tags.through(ticket_id=pk, tag=studio.tags[tag]) for pk, tag in tags)
    said = [(message, turn, story) for ticket, story in zip(tickets, plays, strict=True) for message, turn in _messages(ticket, story)]
    Message.objects.bulk_create(message for message, _turn, _story in said)
    picture = blobs.keep(b"a picture", media_type="image/png")
    Attachment.objects.bulk_create(_file(message, story, picture) for message, turn, story in said if turn.picture)


def _people(studio: Studio, plays: list[Story]) -> dict[tuple[str, str], tuple[Player, Address]]:
    """Who wrote, each with his account and his address, which may be his brother's too."""
    who = {(story.player.email, story.player.name): story for story in plays}
    addresses = {email: Address(address=email, folded=email) for email, _name in who}
    Address.objects.bulk_create(addresses.values())
    people = {key: Player(name=story.player.name, language=story.language) for key, story in who.items()}
    Player.objects.bulk_create(people.values())
    AddressUse.objects.bulk_create(AddressUse(player=player, address=addresses[email]) for (email, _name), player in people.items())
    GameAccount.objects.bulk_create(
        GameAccount(game=studio.games[story.game], player=people[key], external_id=story.player.account, nickname=story.player.nick)
        for key, story in who.items()
    )
    return {key: (player, addresses[key[0]]) for key, player in people.items()}


def _ticket(studio: Studio, story: Story, people: dict[tuple[str, str], tuple[Player, Address]]) -> Ticket:
    player, contact = people[story.player.email, story.player.name]
    author = next((turn.author for turn in story.turns if turn.author), "")
    waiting = _waiting(story)
    return Ticket(
        number=new_number(),
        game=studio.games[story.game],
        player=player,
        contact=contact,
        channel=story.channel,
        subject=story.subject,
        language=story.language,
        status=story.ends,
        status_since=story.turns[-1].at,
        pending_on="Payments" if story.ends == Status.PENDING else "",
        assignee=studio.users[author] if author else None,
        topic=studio.topics[story.topic],
        created_at=story.opened,
        changed_at=story.turns[-1].at,
        waiting_since=waiting,
        waiting_key=waiting or FAR,
    )


def _waiting(story: Story) -> datetime | None:
    """Since when the player waits: the first thing that he said after our last reply."""
    replies = [place for place, turn in enumerate(story.turns) if turn.kind == "reply" and story.mishap != "draft"]
    later = story.turns[replies[-1] + 1 :] if replies else story.turns
    asked = [turn.at for turn in later if turn.kind == "message"]
    return asked[0] if asked and story.ends not in {Status.RESOLVED, Status.CLOSED} else None


def _messages(ticket: Ticket, story: Story) -> Iterator[tuple[Message, Turn]]:
    for turn in story.turns:
        if turn.kind not in _AS or (turn is story.turns[-1] and turn.kind == "reply" and story.mishap in {"draft", "stale"}):
            continue
        kind, state, author = _AS[turn.kind]
        yield (
            Message(
                ticket=ticket,
                received_in=ticket,
                kind=kind,
                state=state,
                author_kind=author,
                channel=story.channel,
                at=turn.at,
                language=story.language,
                text=turn.text,
                from_address=story.player.email if kind == "inbound" else "",
            ),
            turn,
        )


def _file(message: Message, story: Story, picture: Blob) -> Attachment:
    name = f"Screenshot_{20260000 + story.number}.png"
    return Attachment(ticket=message.ticket, message=message, name=name, media_type="image/png", size=picture.size, blob=picture)


def index_for_postgres() -> None:
    """Its documents, all of them, and what it must know of them to find the short way."""
    row = building.begin()
    while building.step(row):
        pass
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@contextmanager
def index_for_elasticsearch(url: str) -> Iterator[None]:
    """An index of all tickets on this server, under a name of its own; gone afterwards."""
    with override_settings(SEARCH_ENGINE=server.NAME, ELASTICSEARCH_URL=url, ELASTICSEARCH_INDEX=f"judged{secrets.token_hex(4)}"):
        row = indexes.begin()
        try:
            while indexes.step(row):
                pass
            yield
        finally:
            with server.asked(server.WRITING) as client:
                client.indices.delete(index=row.name)
