"""What is offered while one types."""

from __future__ import annotations

import pytest
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from helpdesk.studio.models import Tag, Topic
from tests.factories.desk import make_game
from tests.factories.staff import somebody
from tickets import filters
from tickets.filters import Field, Kind, column
from tickets.search.language import complete


def offered(typed: str, reader: User) -> list[str]:
    """The texts with what is offered put in, `|` being the cursor."""
    head, _bar, rest = typed.partition("|")
    text = head + rest
    return [text[: one.start] + one.text + text[one.end :] for one in complete(text, len(head), reader)]


@pytest.mark.parametrize(
    ("typed", "becomes"),
    [
        ("gam|", ["game:"]),
        ("sword -GAM|", ["sword -game:"]),
        ("(ст|", ["(статус:"]),
        ("gam|e new", ["game: new"]),
        ("status:ne|", ["status:new"]),
        ("status:new,wai| sword", ["status:new,waiting sword"]),
        ("status:in gam|", ["status:in game:"]),
        ('status:"in p|', ["status:in_progress"]),
        ('status:"in p|"', ["status:in_progress"]),
        ("status:жд|", ["status:waiting"]),
        ("waits:|", ["waits:yes", "waits:no"]),
        ("created:|", ["created:>4h", "created:<2d", "created:today", "created:yesterday"]),
        ("created:>y|", ["created:>yesterday"]),
        ("created:2026-01..t|", ["created:2026-01..today"]),
        ('"sta|', []),
        ("nothing|", []),
        ("sword words:a|", []),
        ("staus:n|", []),
        ("\N{GRINNING FACE} gam|", ["\N{GRINNING FACE} game:"]),
    ],
)
def test_names_and_values_are_offered(olga: User, typed: str, becomes: list[str]) -> None:
    assert offered(typed, olga) == becomes


def test_at_the_beginning_the_fields_are_offered_in_the_readers_language(olga: User) -> None:
    assert offered("|", olga)[:4] == ["game:", "lang:", "with:", "team:"]
    with translation.override("ru"):
        assert offered("", olga)[:3] == ["игра:", "язык:", "у:"]
        assert offered("статус:в|", olga) == ["статус:в_работе"]
        assert offered("ждёт_ответа:д|", olga) == ["ждёт_ответа:да"]
        assert [offered(f"у:{typed}|", olga) for typed in ("м", "нет")] == [["у:меня"], ["у:нет"]]
    assert len(offered("", olga)) == 10


def test_rows_are_offered_by_their_names(olga: User) -> None:
    ember, _tide = make_game("emberfall", name="Emberfall"), make_game("tideborn", name="Tideborn")
    Topic.objects.create(slug="lost-purchase", name="Lost purchase")
    Tag.objects.bulk_create(Tag(name=name) for name in ("refund", "big refund", "2024"))
    somebody(name="Anna Berg")
    erik = somebody(Right.VIEW, name="Erik Holm", game=ember)

    assert offered("game:|", olga) == ["game:emberfall", "game:tideborn"]
    assert offered("game:|", erik) == ["game:emberfall"]
    assert offered("topic:lost|", olga) == ["topic:lost-purchase"]
    assert offered("tag:ref|", olga) == ['tag:"big refund"', "tag:refund"]
    assert offered("tag:2024|", olga) == [f"tag:{Tag.objects.get(name='2024').pk}"]
    assert offered("tag:n|", olga) == ['tag:"big refund"', "tag:refund", "tag:none"]
    assert offered("with:a|", olga) == ["with:me", 'with:"Anna Berg"']
    assert offered("with:n|", olga) == ['with:"Anna Berg"', "with:none"]
    assert offered("lang:eng|", olga) == ["lang:en"]
    assert offered("channel:ma|", olga) == ["channel:mail"]


def test_ten_are_enough(olga: User) -> None:
    Tag.objects.bulk_create(Tag(name=f"tag {number:02}") for number in range(40))

    assert len(offered("tag:t|", olga)) == 10


def test_typing_a_name_asks_the_database_nothing(olga: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    complete("sta", 3, olga)  # reads the grants
    with django_assert_num_queries(0):
        complete("status:new sta", 14, olga)
        complete("status:ne", 9, olga)
        complete("game:emberfall created:>", 24, olga)


def test_what_one_may_not_see_is_not_offered(olga: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tickets.filters.fields._fields", {})
    filters.register(Field("rating", "Rating", Kind.NUMBER, column("id"), right=Right.SEE_RATING))

    assert offered("rat|", olga) == offered("rating:|", olga) == []
    allowed = somebody(Right.VIEW, Right.SEE_RATING)
    assert offered("rat|", allowed) == ["rating:"]
    assert offered("rating:|", allowed) == ["rating:>", "rating:<"]
