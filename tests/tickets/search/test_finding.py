"""A tree finds what it says, and no reader learns by it what he may not see."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_

import pytest
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk.base.folding import finds
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from helpdesk.studio.models import Tag
from tests.factories.desk import make_game, make_ticket
from tests.factories.staff import somebody
from tickets import filters
from tickets.actors import operator
from tickets.filters import Field, Kind, column
from tickets.models import Ticket
from tickets.search.language import Asked, Either, Every, Node, Not, Phrase, Word, parse, q_of
from tickets.services.edit import set_tags


def of_subject(node: Node) -> Q:
    match node:
        case Not(part=part):
            return ~of_subject(part)
        case Every(parts=parts) | Either(parts=parts):
            return reduce(and_ if isinstance(node, Every) else or_, map(of_subject, parts))
        case Word() | Phrase():
            return finds("subject", node.text)
    raise TypeError(node)


def found(text: str, reader: User) -> set[str]:
    return set(Ticket.objects.filter(q_of(parse(text, reader).tree, reader, texts=of_subject)).values_list("subject", flat=True))


def test_words_and_fields_find_together(olga: User) -> None:
    ember, tide = make_game("emberfall"), make_game("tideborn")
    vip = Tag.objects.create(name="vip")
    there = {"Lost sword": (ember, "en"), "Lost shield": (ember, "de"), "Found sword": (tide, "en"), "Меч": (tide, "ru")}
    for subject, (game, language) in there.items():
        set_tags(make_ticket(subject=subject, game=game, language=language), [vip] if language == "de" else [], by=operator(olga))

    assert found("lost", olga) == {"Lost sword", "Lost shield"}
    assert found("lost sword", olga) == found('"lost sword"', olga) == {"Lost sword"}
    assert found('"sword lost"', olga) == set()
    assert found("lost -sword", olga) == {"Lost shield"}
    assert found("меч OR found", olga) == {"Меч", "Found sword"}
    assert found("sword OR shield game:emberfall", olga) == {"Lost sword", "Lost shield"}
    assert found("sword OR (lang:ru game:tideborn)", olga) == {"Lost sword", "Found sword", "Меч"}
    assert found("-(lost OR lang:ru)", olga) == {"Found sword"}
    assert found("lang:de,RU", olga) == {"Lost shield", "Меч"}
    assert found("-lang:de,ru", olga) == {"Lost sword", "Found sword"}
    assert found("tag:vip", olga) == found("-tag:none", olga) == {"Lost shield"}
    assert found("", olga) == found("staus:new", olga) == {"Lost sword", "Lost shield", "Found sword", "Меч"}


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["room.secret:>=0", "-room.secret:<1", "room.secret:none", "-room.secret:none", "-(room.secret:<1 sword)"])
def test_a_field_with_a_right_finds_only_where_the_right_is_held(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("tickets.filters.fields._fields", {})
    filters.register(Field("room.secret", "Secret", Kind.NUMBER, column("last_event_id"), right=Right.SEE_RATING))
    ember, tide = make_game("emberfall"), make_game("tideborn")
    here, there = make_ticket(subject="sword", game=ember), make_ticket(subject="sword", game=tide)
    clara = somebody(Right.VIEW, Right.SEE_RATING, game=ember)
    tree = parse(text, clara).tree

    pks = set(Ticket.objects.filter(q_of(tree, clara, texts=of_subject)).values_list("pk", flat=True))

    assert there.pk not in pks
    assert (here.pk in pks) == (text != "room.secret:none")


LETTERS = st.sampled_from("abcd")
nodes = st.recursive(
    LETTERS.map(str),
    lambda inner: st.one_of(
        inner.map(lambda part: f"-({part})"),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"({' '.join(parts)})"),
        st.lists(inner, min_size=2, max_size=3).map(" OR ".join).map("({})".format),
    ),
    max_leaves=8,
)


def holds(node: Node, subject: str) -> bool:
    match node:
        case Word(text=text) | Phrase(text=text):
            return text in subject
        case Not(part=part):
            return not holds(part, subject)
        case Every(parts=parts):
            return all(holds(part, subject) for part in parts)
        case Either(parts=parts):
            return any(holds(part, subject) for part in parts)
        case Asked():
            return False


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(nodes)
def test_it_finds_what_the_tree_says(olga: User, text: str) -> None:
    subjects = {"-", "a", "b", "ab", "abc", "cd", "abcd"}
    for subject in subjects - set(Ticket.objects.values_list("subject", flat=True)):
        make_ticket(subject=subject)

    assert found(text, olga) == {subject for subject in subjects if holds(parse(text, olga).tree, subject)}
