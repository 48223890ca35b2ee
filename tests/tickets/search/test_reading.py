"""What a text in the search box means, and what is said of what means nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from helpdesk.studio.models import Tag, Topic
from tests.factories.desk import make_game
from tests.factories.staff import UserFactory, somebody
from tickets import filters
from tickets.filters import Field, Kind, Operator, column, registered
from tickets.filters.filter import MOST_CONDITIONS, MOST_VALUES
from tickets.search.language import Asked, Either, Every, Node, Not, Phrase, Word, parse, text_of
from tickets.search.language.names import same
from tickets.search.language.parser import DEEPEST, LONGEST_TEXT, MOST_WORDS
from tickets.search.language.tree import leaves


def drawn(node: Node) -> str:
    """A tree in few signs: [every], <either>, !not, "phrase", word, {field asked for}."""
    match node:
        case Word(text=text):
            return text
        case Phrase(text=text):
            return f'"{text}"'
        case Asked(how=how, values=values):
            ends = (value.low if value.high is None else f"{value.low}..{value.high}" for value in values)
            return f"{{{node.field}{how or '='}{'|'.join(ends)}}}"
        case Not(part=part):
            return f"!{drawn(part)}"
        case Every(parts=parts):
            return f"[{' '.join(map(drawn, parts))}]"
        case Either(parts=parts):
            return f"<{' '.join(map(drawn, parts))}>"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", "[]"),
        ("refund", "refund"),
        ("lost purchase", "[lost purchase]"),
        ('"lost purchase" sword', '["lost purchase" sword]'),
        ("“lost purchase” «пропал меч» ‘a b’ „so ein“", '["lost purchase" "пропал меч" "a b" "so ein"]'),
        ("”x y” »v w« ＂t u＂", '["x y" "v w" "t u"]'),
        ("‘the player’s sword’", '"the player’s sword"'),
        ("don’t O'Neill", "[don’t O'Neill]"),
        ('5" screen', '[5" screen]'),
        ("sword -shield", "[sword !shield]"),
        ("sword NOT shield", "[sword !shield]"),
        ("меч НЕ щит", "[меч !щит]"),
        ("sword –shield", "[sword !shield]"),
        ('-"lost purchase"', '!"lost purchase"'),
        ("NOT -sword", "sword"),
        ("NOT NOT NOT sword", "!sword"),
        ("e-mail --- --help", "[e-mail --- --help]"),
        ("sword OR shield", "<sword shield>"),
        ("меч ИЛИ щит", "<меч щит>"),
        ("or not и не", "[or not и не]"),
        ("lost sword OR shield found", "[lost <sword shield> found]"),
        ("sword AND shield И меч", "[sword shield меч]"),
        ("a OR (b c) OR d", "<a [b c] d>"),
        ("(a OR b) (c OR d)", "[<a b> <c d>]"),
        ("a (b (c d))", "[a b c d]"),
        ("-(a OR b)", "!<a b>"),
        ("（a OR b）", "<a b>"),
        ("status:new", "{status=new}"),
        ("STATUS:New,waiting", "{status=New|waiting}"),
        ("статус:ждёт_ответа,новое", "{status=ждёт_ответа|новое}"),
        ('статус:"в работе"', "{status=в работе}"),
        ("status：new，waiting", "{status=new|waiting}"),
        ("status:new,", "{status=new}"),
        ("-status:new", "!{status=new}"),
        ("waits:yes ждёт_ответа:да ждет_ответа:нет", "[{waits=yes} {waits=да} {waits=нет}]"),
        ("with:me у:меня", "[{assignee=me} {assignee=меня}]"),
        ("with:nobody assignee:none исполнитель:никого", "[{assignee=nobody} {assignee=none} {assignee=никого}]"),
        ("waiting:>4h ждёт:<2д", "[{waiting_since>4h} {waiting_since<2д}]"),
        ("created:2026-10..2026-11 created:..2026 created:2026..", "[{created=2026-10..2026-11} {created=..2026} {created=2026..}]"),
        ("created:2026-10…2026-11", "{created=2026-10..2026-11}"),
        ("created:≥2026 created:=<2026", "[{created>=2026} {created<=2026}]"),
        ('created:>"2026-10-01 12:30"', "{created>2026-10-01 12:30}"),
        ("resolved:none", "{resolved=none}"),
        ('text:"a, b",c', "{text=a, b|c}"),
        ("http://status:8000 12:30 C:\\game game://x", "[http://status:8000 12:30 C:\\game game://x]"),
        ("re: hello: Betreff: 4.7.1: \N{WHITE SMILING FACE}: :-D", "[re: hello: Betreff: 4.7.1: \N{WHITE SMILING FACE}: :-D]"),
        ("a\x00b\ud800c\u200ed", "[a b c d]"),
        ("\N{FAMILY}\u200d\N{FAMILY} Ж\N{COMBINING BREVE} مرحبا", "[\N{FAMILY}\u200d\N{FAMILY} Ж\N{COMBINING BREVE} مرحبا]"),
    ],
)
def test_what_a_text_means(olga: User, text: str, tree: str) -> None:
    found = parse(text, olga)

    assert drawn(found.tree) == tree
    assert found.troubles == ()
    assert parse(text_of(found.tree), olga).tree == found.tree


@pytest.mark.parametrize(
    ("text", "tree", "told"),
    [
        ("staus:new sword", "sword", {"staus:new": "There is no field “staus”. Did you mean “status”?"}),
        ('-gmae:"two words" sword', "sword", {'gmae:"two words"': "There is no field “gmae”. Did you mean “game”?"}),
        ("статсу:новый", "[]", {"статсу:новый": "Did you mean “статус”?"}),
        ("status:bogus sword", "sword", {"status:bogus": "“Status” cannot be “bogus”."}),
        ("status:new,bogus", "[]", {"status:new,bogus": "“Status” cannot be “bogus”."}),
        ("status:>new", "[]", {"status:>new": "“Status” cannot be asked for by “>”."}),
        ("status:none", "[]", {"status:none": "“Status” cannot be “none”."}),
        ("game:nowhere sword", "sword", {"game:nowhere": "“Game”: there is none called “nowhere”."}),
        ("game:emberfall,emberfall,nowhere", "[]", {"game:emberfall,emberfall,nowhere": "“Game”: there is none called “nowhere”."}),
        ("tag:nothing", "[]", {"tag:nothing": "“Tag” cannot be “nothing”."}),
        ("waits:perhaps", "[]", {"waits:perhaps": "“Waits for an answer” cannot be “perhaps”."}),
        ("status: new", "new", {"status:": "Say what “status” shall be, without a blank before it."}),
        ("created:>", "[]", {"created:>": "Say what “created” shall be"}),
        ("created:2026-02-30 sword", "sword", {"created:2026-02-30": "“Opened” cannot be “2026-02-30”."}),
        ("created:99999", "[]", {"created:99999": "cannot be"}),
        ("created:1999-12-31", "[]", {"created:1999-12-31": "cannot be"}),
        ("created:2026-10..2026-01", "[]", {"created:2026-10..2026-01": "“2026-10..2026-01” ends before it begins."}),
        ("created:>2026..", "[]", {"created:>2026..": "cannot be"}),
        ("waiting:4h", "[]", {"waiting:4h": "say whether longer (:>4h) or shorter (:<4h)."}),
        ('sword "lost', "[sword lost]", {'"': "This quotation mark has no other one."}),
        ('topic:"lost sword', "[lost sword]", {'topic:"': "This quotation mark has no other one."}),
        ('"" sword " "', "sword", {'""': "Nothing stands between", '" "': "Nothing stands between"}),
        ("(lost sword", "[lost sword]", {"(": "This bracket is never closed."}),
        ("sword) :)", "[sword :]", {")": "This bracket closes nothing."}),
        ("( ) sword", "sword", {"( )": "Nothing stands between these brackets."}),
        ("(staus:new) sword", "sword", {"staus:new": "Did you mean"}),
        ("OR sword", "sword", {"OR": "Something to choose from is missing"}),
        ("sword OR", "sword", {"OR": "Something to choose from is missing"}),
        ("sword OR OR shield", "<sword shield>", {"OR": "Something to choose from is missing"}),
        ("sword OR staus:new", "sword", {"staus:new": "Did you mean"}),
        ("И где меч", "[где меч]", {"И": "Something to choose from is missing"}),
        ("sword AND", "sword", {"AND": "Something to choose from is missing"}),
        ("sword - NOT", "sword", {"- NOT": "Nothing follows that could be left out."}),
        ("(sword NOT)", "sword", {"NOT": "Nothing follows that could be left out."}),
    ],
)
def test_what_cannot_be_read_is_told_at_its_place_and_the_rest_is_asked_for(olga: User, text: str, tree: str, told: dict[str, str]) -> None:
    make_game("emberfall")
    found = parse(text, olga)

    assert drawn(found.tree) == tree
    pieces = {text[trouble.start : trouble.end]: str(trouble.sentence) for trouble in found.troubles}
    assert list(pieces) == list(told)
    assert all(words in pieces[piece] for piece, words in told.items()), pieces


def test_rows_are_said_by_their_short_name_or_their_name(olga: User) -> None:
    emberfall = make_game("emberfall", name="Ember Fall")
    topic = Topic.objects.create(slug="lost-purchase", name="Lost purchase")
    tag = Tag.objects.create(name="refund")
    anna = somebody(name="Anna Berg")
    for text, pk in {
        "game:emberfall": emberfall.pk, 'game:"ember fall"': emberfall.pk,
        'topic:"Lost purchase"': topic.pk, "тема:lost-purchase": topic.pk,
        "tag:Refund": tag.pk, f"tag:{tag.pk}": tag.pk, 'with:"anna berg"': anna.pk, "with:me": olga.pk,
    }.items():  # fmt: skip
        found = parse(text, olga)
        assert found.troubles == ()
        assert [case.conditions[0].values for leaf in leaves(found.tree) for case in leaf.cases] == [(pk,)], text

    UserFactory(name="ANNA BERG")
    assert "Several are called “anna berg”" in str(parse('with:"anna berg"', olga).troubles[0].sentence)


def test_all_that_is_named_is_asked_for_at_once(olga: User, django_assert_num_queries: Any) -> None:
    emberfall, anna = make_game("emberfall", name="Ember Fall"), somebody(name="Anna Berg")
    tags = [Tag.objects.create(name=name) for name in ("refund", "gold")]
    for name in ("Olaf", "OLAF"):
        UserFactory(name=name)
    parse("with:me", olga)  # her grants are read now

    with django_assert_num_queries(1):
        found = parse('game:"ember fall" tag:refund,gold,refund with:"anna berg" -author:Olaf tag:nothing team:9', olga)

    values = [case.conditions[0].values for leaf in leaves(found.tree) for case in leaf.cases]
    assert values == [(emberfall.pk,), tuple(tag.pk for tag in tags), (anna.pk,), (9,)]
    assert [trouble.sentence for trouble in found.troubles] == [
        "Several are called “Olaf”; say which by its number.",
        "“Tag” cannot be “nothing”.",
    ]
    with django_assert_num_queries(0):
        assert parse("with:me tag:none status:new gold", olga).troubles == ()
    with django_assert_num_queries(1):
        parse("tag:" + ",".join(f"t{number}" for number in range(100)), olga)


def test_a_game_that_one_does_not_reach_is_none(olga: User) -> None:
    ember, _tide = make_game("emberfall"), make_game("tideborn")
    erik = somebody(Right.VIEW, game=ember)

    assert parse("game:emberfall", erik).troubles == ()
    assert str(parse("game:tideborn", erik).troubles[0].sentence) == str(parse("game:nowhere", erik).troubles[0].sentence).replace(
        "nowhere", "tideborn"
    )
    assert parse("game:tideborn", olga).troubles == ()


def test_what_one_may_not_see_one_may_not_search(olga: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tickets.filters.fields._fields", {})
    filters.register(Field("room.secret", "Secret", Kind.NUMBER, column("id"), right=Right.SEE_RATING))

    for typed in ("room.secret:<3 sword", "room.secret:bogus", "-room.secret:none"):
        assert str(parse(typed, olga).troubles[0].sentence) == "You may not filter by “Secret”."
    assert drawn(parse("room.secret:<3", somebody(Right.VIEW, Right.SEE_RATING)).tree) == "{room.secret<3}"


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("3", {"at_least": 3, "below": 4}),
        (">3", {"at_least": 4}),
        (">=3", {"at_least": 3}),
        ("<3", {"below": 3}),
        ("<=3", {"below": 4}),
        ("0..3", {"at_least": 0, "below": 4}),
        ("2..", {"at_least": 2}),
        ("*..3", {"below": 4}),
    ],
)
def test_numbers(olga: User, monkeypatch: pytest.MonkeyPatch, said: str, asked: dict[str, int]) -> None:
    monkeypatch.setattr("tickets.filters.fields._fields", {})
    filters.register(Field("rating", "Rating", Kind.NUMBER, column("id"), names=("оценка",)))
    (leaf,) = leaves(parse(f"оценка:{said}", olga).tree)

    assert {condition.operator: condition.values[0] for condition in leaf.cases[0].conditions} == {
        Operator(operator): value for operator, value in asked.items()
    }
    for wrong in ("-1", "3.5", "x", "9" * 20, ">1..3", "*", "3..1"):
        assert len(parse(f"rating:{wrong}", olga).troubles) == 1, wrong


def test_it_is_told_in_the_readers_language(olga: User) -> None:
    with translation.override("ru"):
        assert str(parse("(меч", olga).troubles[0].sentence) == "Эта скобка нигде не закрыта."
        assert str(parse("staus:new", olga).troubles[0].sentence) == "Поля «staus» нет. Может быть, «status»?"


def test_its_limits_are_told(olga: User) -> None:
    conditions = parse("waits:yes " * (MOST_CONDITIONS + 3), olga)
    assert (len(list(leaves(conditions.tree))), len(conditions.troubles)) == (MOST_CONDITIONS, 1)
    words = parse("a " * (MOST_WORDS + 3), olga)
    assert (len(list(leaves(words.tree))), len(words.troubles)) == (MOST_WORDS, 1)
    assert len(parse(f"tag:{'1,' * (MOST_VALUES + 1)}", olga).troubles) == 1
    values = parse(f"tag:{'1,' * 60} team:{'1,' * 60} lang:ru", olga)
    assert [str(trouble.sentence) for trouble in values.troubles] == [f"At most {MOST_VALUES} values are read."]
    assert len(parse(f"words:{'a,' * (MOST_CONDITIONS + 1)}", olga).troubles) == 1
    assert drawn(parse("(" * 900 + "a OR b" + ")" * 900 + " c", olga).tree) == "[<a b> c]"
    deep = parse("-(" * DEEPEST + "-(a) b" + ")" * DEEPEST, olga)
    assert [str(trouble.sentence) for trouble in deep.troubles] == [f"At most {DEEPEST} brackets may stand within each other."]
    long = parse("x" * LONGEST_TEXT + "y" * 10_000_000, olga)
    assert drawn(long.tree) == "x" * LONGEST_TEXT
    assert "10000000 more are left out" in str(long.troubles[0].sentence)


def test_no_two_fields_are_called_alike() -> None:
    called = [same(name) for field in registered() for name in {field.name, *field.names}]

    assert sorted(called) == sorted(set(called))
    assert all(name == name.lower() and " " not in name for field in registered() for name in field.names)
