"""Whatever somebody types is read: nothing raises, nothing is passed over, and the work grows with the text."""

from __future__ import annotations

import sys
import unicodedata
from collections import Counter
from types import FrameType

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from helpdesk.staff.models import User
from tickets.search.language import Parsed, complete, parse, text_of
from tickets.search.language.parser import LONGEST_TEXT
from tickets.search.language.tree import leaves

pytestmark = pytest.mark.usefixtures("olga")
UNSEEN = "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
JOINING = {"(", ")", "（", "）", "-", "−", "–", "OR", "ИЛИ", "AND", "И", "NOT", "НЕ"}
PIECES = [
    *("status:new", "статус:новое", "-lang:ru", "waiting:>4h", "created:2026-10..2026-11", "resolved:none", "staus:new", "status:bogus"),
    *("OR", "ИЛИ", "AND", "И", "NOT", "НЕ", "(", ")", "（", "）", "-", "–", "--", "(((", ")))"),
    *(":", "：", "status:", "created:>", ",", "..", '"', "“", "”", "„", "«", "»", "‘", "’", "‚", "＂", '"a b"', "«a b»", "don’t"),
    *("words:", 'words:"a, b"', "words:a,b", "http://a:80/", "refund", "меч", "12:30", "re:", "C:\\"),
    *("\x00", "\ud800", "\u202e", "\N{GRINNING FACE}", "e\N{COMBINING ACUTE ACCENT}", " ", "\n", "\N{IDEOGRAPHIC SPACE}"),
]
texts = st.one_of(
    st.text(st.characters(), max_size=300),
    st.lists(st.sampled_from(PIECES), max_size=60).map("".join),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=60).map(" ".join),
)
anything = settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def blank(sign: str) -> bool:
    return sign.isspace() or sign in UNSEEN or unicodedata.category(sign) in {"Cc", "Cs"}


def all_is_accounted_for(parsed: Parsed) -> None:
    """Each sign that one sees stands in one leaf, in one trouble, or joins leaves."""
    taken = Counter[int]()
    for start, end in [*(leaf.span for leaf in leaves(parsed.tree)), *((one.start, one.end) for one in parsed.troubles)]:
        assert 0 <= start < end <= len(parsed.text)
        taken.update(range(start, end))
    assert set(taken.values()) <= {1}
    left = "".join(" " if place in taken or blank(sign) else sign for place, sign in enumerate(parsed.text))
    for sign in "()（）-−–":
        left = left.replace(sign, " ")
    assert set(left.split()) <= JOINING, left


@anything
@given(texts)
@example("NOT(OR-)")
@example("-(staus:new) OR “")
@example("(" * 2_500)
@example("-" * 2_500)
@example("NOT " * 600)
@example("“‘„«»‚" * 500)
@example("a:" * 1_200)
@example(("x" * 61 + ":1 ") * 30)
@example("status:" + "," * 3_000)
@example("created:" + "." * 3_000)
@example("created:>" + "9" * 500 + "d")
@example("[]^%_*?.*(a+)+$ /regex/ \\")
def test_every_text_is_read_whole(olga: User, text: str) -> None:
    parsed = parse(text, olga)

    all_is_accounted_for(parsed)
    assert [str(one.sentence) for one in parsed.troubles if not str(one.sentence)] == []
    assert list(parsed.troubles) == sorted(parsed.troubles, key=lambda one: one.start)


@anything
@given(texts)
@example("NOT --help")
@example('»a"b”c« ‘x»"”y’ „so“')
def test_a_tree_is_written_as_a_text_that_says_the_same(olga: User, text: str) -> None:
    tree = parse(text, olga).tree
    again = parse(text_of(tree), olga)

    assert again.tree == tree
    assert again.troubles == ()


@settings(anything, max_examples=100)
@given(texts, st.integers(-5, 400))
def test_something_or_nothing_is_offered_anywhere(olga: User, text: str, cursor: int) -> None:
    for offer in complete(text, cursor, olga):
        assert 0 <= offer.start <= offer.end <= len(text)
        assert offer.label and offer.text


def steps(text: str, reader: User) -> int:
    """How many functions of Python are called while it is read."""
    calls = 0

    def count(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        parse(text, reader)
    finally:
        sys.setprofile(None)
    return calls


@settings(anything, max_examples=60)
@given(st.sampled_from([*PIECES, "((-", "OR NOT", "“a", "xy:1 ", "status:new,"]), st.sampled_from(["", " "]))
def test_the_work_grows_with_the_text(olga: User, piece: str, between: str) -> None:
    text = piece + between
    half, whole = (steps((text * size)[:size], olga) for size in (LONGEST_TEXT // 2, LONGEST_TEXT))

    assert whole <= 2 * half + 2_000
    assert whole <= 120_000
