"""Whatever is asked, both engines find the same tickets, for whoever asks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from elasticsearch import Elasticsearch

from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from helpdesk.studio.models import Tag
from tests.conftest import Travel
from tests.factories.desk import make_game, make_player, make_ticket, player_writes
from tests.factories.search import index_all
from tests.factories.staff import TeamFactory, somebody
from tickets import filters
from tickets.access import visible_tickets
from tickets.actors import operator
from tickets.lifecycle.pending import PendingInfo
from tickets.models import Status
from tickets.search import postgres
from tickets.search.elasticsearch.conditions import SAID
from tickets.search.elasticsearch.finding import Search, best
from tickets.search.language import parse
from tickets.search.looking import Loose, look
from tickets.services.assign import assign, set_team
from tickets.services.edit import set_status, set_tags
from tickets.services.merge import merge
from tickets.services.reply import add_note

pytestmark = pytest.mark.django_db

WORDS = (
    *("crystals", "crystal sword", "crystal OR schwert", "-crystal", '"never arrived"', '"arrived never"', "GP-77", "gp-77-4411", "4411"),
    *('"order 4411 again"', "4.7.1", "отзыв", "-отзыв game:emberfall", "cheater", "-cheater", "mirabelle", "mira@", "-mira@", "ﷺ", "7"),
    *(
        "refund",
        "subject:crystal",
        "text:sword -text:crystal",
        "-(crystal sword)",
        "(crystal OR sword) -(4411 OR cheater)",
        "never -cheater",
    ),
)
FIELDS = (
    *("status:new", "-status:new", "status:new,pending", "game:emberfall", "-game:tideborn", "language:de,ru", "assignee:me"),
    *("assignee:none", "-assignee:none", "assignee:none,me", "team:night", "team:none", "-team:night,none", "topic:none", "-topic:none"),
    *(
        "waits:yes",
        "-waits:yes",
        "waits:yes,no",
        "tag:refund",
        "-tag:refund",
        "tag:none",
        "tag:none,refund",
        "channel:post",
        "-channel:post",
    ),
    *("created:>2026-10-06", "created:<2026-10-06", "created:2026-10-05..2026-10-06", "waiting:>1d", "waiting:<1d", "-waiting:>1d"),
    *("resolved:none", "-resolved:none", "pending_until:none", "-pending_until:none", "department:none", "follow_up:yes", "follow_up:no"),
    *("started_by:player", "started_by:operator", "topic_by:none", "changed:>2026-10-01", "first_reply:none"),
    *(
        "last_player_message:>2026-10-06",
        "hold_reason:none",
        "priority:normal",
        "-priority:high,normal",
        "overdue:yes",
        "-overdue:yes",
        "promised:none",
        "-promised:none",
    ),
)

FIND_NOTHING = 12  # of these questions: some ask for what nobody has


@pytest.fixture
def studio(travel: Travel, elastic: Elasticsearch) -> list[User]:
    """Six tickets in two games, and who looks for them."""
    ember, tide = make_game(), make_game("tideborn")
    lead = somebody(Right.VIEW, Right.NOTE, Right.SEE_PLAYER, Right.SEE_PLAYER_CONTACT, name="Olga Ward")
    clara = somebody(Right.VIEW, Right.SEE_PLAYER, game=ember, name="Clara Diaz")
    half = somebody(Right.VIEW, name="Hugo Half")
    by = operator(lead)
    mira = make_player("Mirabelle", "mira@mail.example")
    first = make_ticket("My crystals never arrived, order GP-77-4411 again", game=ember, player=mira, subject="Crystals")
    travel.forward(days=1)
    second = make_ticket("Mein Schwert ist weg, Version 4.7.1", game=tide, subject="Schwert", language="de")
    third = make_ticket("Отзыв о мече 4411 7", game=ember, subject="Отзыв", language="ru")
    travel.forward(days=2)
    fourth = make_ticket("A sword and a crystal ﷺ", game=tide, player=mira, subject="Sword")
    fifth = make_ticket("Nothing of it", game=ember, subject="")
    sixth = make_ticket("never", game=ember, player=mira, subject="Crystal")
    travel.forward(hours=5)
    add_note(first, "surely a cheater", by=by)
    add_note(fourth, "surely a cheater", by=by)
    set_tags(second, [Tag.objects.create(name="refund")], by=by)
    assign(third, to=lead, by=by)
    set_team(fourth, to=TeamFactory.create(name="night", slug="night"), by=by)
    hold = PendingInfo(until=travel.moment + timedelta(hours=2))
    set_status(fourth, Status.IN_PROGRESS, by=by, pending=hold)
    merge(sixth, into=first, by=by)
    travel.forward(days=1)
    player_writes(fifth, "the sword")
    index_all()
    return [lead, clara, half]


def by_postgres(q: str, reader: User, loose: Loose) -> set[int]:
    sought = look(parse(q, reader).tree, reader, loose=loose)
    found = visible_tickets(reader).filter(postgres.condition(sought, reader), merged_into=None)
    return set(found.values_list("pk", flat=True))


def by_elasticsearch(q: str, reader: User, loose: Loose) -> set[int]:
    found = best(Search(look(parse(q, reader).tree, reader, loose=loose), reader), 0, 100)
    assert sum(found.counts.values()) == len(found.ids)
    return set(found.ids)


def test_every_question_has_one_answer(studio: list[User]) -> None:
    """In one test, for the studio takes longer than all the questions."""
    differ, empty = [], set(WORDS + FIELDS)
    for reader in studio:
        for q in (*WORDS, *FIELDS, *(f"-({q} crystal)" for q in FIELDS)):
            assert not parse(q, reader).troubles or "@" in q or "tideborn" in q, q
            for loose in Loose if q in WORDS else (Loose.NO,):
                here, there = by_postgres(q, reader, loose), by_elasticsearch(q, reader, loose)
                if here:
                    empty.discard(q)
                if here != there:
                    differ.append((reader.name, q, loose, here, there))

    assert differ == []
    assert len(empty) <= FIND_NOTHING, empty


def test_each_field_that_can_be_said_there_is_one_of_the_registry() -> None:
    assert SAID.keys() <= {field.name for field in filters.registered()}
