"""What is found, by whom, and in which order."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings

from helpdesk.base import clock
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from helpdesk.studio.models import Tag
from players.models import GameAccount
from tests.factories.desk import make_game, make_player, make_ticket
from tests.factories.search import index_all
from tests.factories.staff import somebody
from tickets.access import visible_tickets
from tickets.actors import operator
from tickets.models import Message, Ticket
from tickets.search import postgres
from tickets.search.elasticsearch.finding import Search, best
from tickets.search.indexing import put
from tickets.search.language import parse
from tickets.search.looking import Look, Loose, look
from tickets.search.models import SearchDocument, SearchWord
from tickets.services.edit import rename, set_tags
from tickets.services.reply import add_note

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("engine")]
Found = Callable[..., list[str]]


def found(q: str, reader: User, loose: Loose = Loose.UNSAID) -> list[str]:
    """The subjects, the best first."""
    index_all()
    sought = look(parse(q, reader).tree, reader, loose=loose)
    subjects = dict(Ticket.objects.values_list("pk", "subject"))
    return [subjects[pk] for pk in ENGINES[settings.SEARCH_ENGINE](sought, reader)]


def by_postgres(sought: Look, reader: User) -> list[int]:
    ranking = postgres.ranked(visible_tickets(reader).filter(postgres.condition(sought, reader)), sought, now=clock.now())
    return [row.pk for row in ranking.rows]


def by_elasticsearch(sought: Look, reader: User) -> list[int]:
    return best(Search(sought, reader), 0, 100).ids


ENGINES = {"postgres": by_postgres, "elasticsearch": by_elasticsearch}


def test_words_stand_in_subjects_and_messages(olga: User) -> None:
    make_ticket("My purchases never arrived.", subject="Gems")
    make_ticket("Мои кристаллы ещё не пришли!", subject="Кристаллы", language="ru")

    assert found("purchase", olga) == found("gem", olga) == found('"never arrived"', olga) == ["Gems"]
    assert found("кристалл еще", olga) == ["Кристаллы"]
    assert found('"arrived never"', olga) == found("sword", olga) == []
    assert found("purchase OR кристалл", olga) == ["Кристаллы", "Gems"]
    assert found("-purchase", olga) == ["Кристаллы"]


def test_identifiers_are_found_whole_and_by_their_beginning(olga: User) -> None:
    ticket = make_ticket("Order GPA.3312-0099-X on version 4.7.1", subject="Order")
    make_ticket("Level 4, 7 gems, 1 sword", subject="Numbers")

    number = ticket.number
    for said in ("gpa.3312-0099-x", "GPA.3312", "3312-0099", "4.7.1", "4.7", number, number[:5].lower(), number.replace("-", "").lower()):
        assert found(said, olga) == ["Order"], said


def test_players_are_found_by_what_they_are_called_now(olga: User) -> None:
    game = make_game()
    player = make_player("Mirabelle Sánchez", "mira.s@mail.example")
    account = GameAccount.objects.create(game=game, player=player, external_id="EF-778812", nickname="xX_Mira_Xx")
    make_ticket(subject="Hers", player=player, game=game)
    make_ticket(subject="Another", game=game, player=make_player("Bo"))

    for said in ("mirabelle", "xx_mira", "mira_x", "ef-7788", "778812"):
        assert found(said, olga) == ["Hers"], said
    account.nickname = "Newname"
    account.save()
    assert found("newnam", olga) == ["Hers"]
    assert found("xx_mira", olga) == []
    assert found("mira.s@mail", olga) == []  # she may not see addresses
    clara = somebody(Right.VIEW, Right.SEE_PLAYER_CONTACT)
    assert found("mira.s@mail", clara) == ["Hers"]
    assert found("newname", clara) == []


def test_an_account_of_another_game_names_nobody_here(olga: User) -> None:
    player = make_player("Bo")
    GameAccount.objects.create(game=make_game("tideborn"), player=player, external_id="T-1", nickname="Whirlwind")
    make_ticket(subject="Here", player=player, game=make_game())

    assert found("whirlwind", olga) == []


def test_what_one_may_not_read_finds_nothing() -> None:
    ember, tide = make_game(), make_game("tideborn")
    here, there = make_ticket(subject="Here", game=ember), make_ticket(subject="There", game=tide)
    for ticket in (here, there):
        add_note(ticket, "He is surely a cheater", by=operator(somebody(Right.NOTE)))
    clara = somebody(Right.VIEW)
    clara_too = somebody(Right.VIEW, Right.SEE_NOTES, game=ember)

    assert found("cheater", clara) == []
    assert found("-cheater", clara) == ["There", "Here"]
    assert found("cheater", clara_too) == ["Here"]
    assert found("cheater here", clara_too) == ["Here"]


def test_tags_and_new_subjects_are_found(olga: User) -> None:
    ticket = make_ticket(subject="Old words")
    set_tags(ticket, [Tag.objects.create(name="chargeback")], by=operator(olga))
    rename(ticket, "Fresh words", by=operator(olga))

    assert found("chargebacks", olga) == found("fresh", olga) == ["Fresh words"]
    assert found("old", olga) == []


def test_what_was_meant_comes_first(olga: User) -> None:
    make_ticket("I wrote about gems before", subject="Something")
    make_ticket("hello", subject="Gems gems")
    player = make_player("Gems")
    make_ticket("hello", subject="By name", player=player)

    assert found("gems", olga) == ["By name", "Gems gems", "Something"]


def test_typos_are_forgiven_where_nothing_is_exact(olga: User) -> None:
    make_ticket("My crystals are gone", subject="Crystals")
    make_ticket("Пропали кристаллы", subject="Кристаллы", language="ru")

    assert found("cristals", olga) == []
    assert found("cristals", olga, Loose.NEAR) == ["Crystals"]
    assert found("crystasl gnoe", olga, Loose.NEAR) == ["Crystals"]
    assert found("кристалы пропаи", olga, Loose.NEAR) == ["Кристаллы"]
    assert found("cristals and something else altogether", olga, Loose.MOST) == []
    assert found("my cristals were gone yesterday", olga, Loose.MOST) == ["Crystals"]


def test_a_mistyped_word_is_found_in_whatever_language_its_text_is() -> None:
    reader = somebody(Right.VIEW, Right.SEE_NOTES)
    make_ticket("Quiero un reembolso.", subject="Said", language="es")
    add_note(make_ticket("Hola", subject="Noted", language="es"), "asks for a reembolso", by=operator(somebody(Right.NOTE)))
    Message.objects.filter(kind="note").update(language="en")

    assert found("rembolso", reader, Loose.NEAR) == ["Said", "Noted"]


def test_one_sign_is_not_the_beginning_of_a_number(olga: User) -> None:
    Ticket.objects.filter(pk=make_ticket(subject="Gems").pk).update(number="9F3K-20QX")

    assert [found("9", olga, loose) for loose in Loose] == [[]] * len(Loose)
    assert found("9f3", olga) == ["Gems"]


def test_where_most_words_are_enough_the_rare_ones_count_more(olga: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "share", lambda term: 0.0 if "potato" in term.keys else 0.75)
    make_ticket("The server is a potato.", subject="One")
    for _each in range(3):
        make_ticket("The server is like that.", subject="Another")

    assert found("servers like potatoes", olga, Loose.MOST) == ["One", *["Another"] * 3]


def test_words_that_stand_nowhere_any_more_are_forgotten(olga: User) -> None:
    ticket = make_ticket("Call me Ishmael", subject="A name")
    put([ticket.pk])
    assert SearchWord.objects.filter(word="ishmael").exists()

    Message.objects.filter(ticket=ticket).update(text="erased")
    put([ticket.pk])

    assert not SearchWord.objects.filter(word="ishmael").exists()
    assert SearchDocument.objects.get(ticket=ticket).revision == 2


@pytest.mark.parametrize(
    "q", ["text:purchase", 'text:"never arrived"', "subject:gems", "subject:sword,gem", "текст:purchases", "-subject:arrived"]
)
def test_texts_are_asked_for_by_field(olga: User, q: str) -> None:
    make_ticket("My purchases never arrived.", subject="Gems")

    assert found(q, olga) == ["Gems"]
    assert found("subject:purchase", olga) == []


@pytest.mark.parametrize(
    "q",
    [
        "'",
        "\\",
        "''; --",
        "%",
        "_",
        "*",
        "a*b",
        ":*",
        "|",
        "&",
        "!",
        "<->",
        "()",
        "…",
        "😀",
        "\u202eabc",
        "ﷺ" * 50,
        "'\\'' 1",
        "n|x",
        "😀 gems",
    ],
)
def test_whatever_is_typed_gets_an_answer(olga: User, q: str) -> None:
    make_ticket("gems", subject="Gems")

    for loose in Loose:
        assert set(found(q, olga, loose)) <= {"Gems"}
