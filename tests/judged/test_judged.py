"""Does the search find what is meant? Both engines, a hundred and twenty queries, the demo's tickets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext

import pytest
from django.test import override_settings

from tests.judged.desk import index_for_elasticsearch, index_for_postgres, lay_out
from tests.judged.measure import Asked, Unanswerable, Verdict, asked_of, judge, precision, recall
from tests.judged.queries import QUERIES, Kind
from tests.judged.reading import Page, pages
from tests.judged.report import report

GOALS = {Kind.IDENTIFIER: 0.95, Kind.WORD: 0.85}
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def read(lasting_rows: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Page]]:
    with override_settings(MEDIA_ROOT=str(tmp_path_factory.mktemp("media"))):
        lay_out()
        index_for_postgres()
        yield pages()


@pytest.fixture(scope="module")
def asked(read: dict[str, Page]) -> list[Asked]:
    return list(asked_of(read, QUERIES))


@pytest.fixture(params=["postgres", "elasticsearch"])
def engine(request: pytest.FixtureRequest, read: dict[str, Page]) -> Iterator[str]:
    made: AbstractContextManager[None] = nullcontext()
    if request.param == "elasticsearch":
        made = index_for_elasticsearch(request.getfixturevalue("elasticsearch_url"))
    with made:
        yield str(request.param)


def test_what_is_meant_is_found(read: dict[str, Page], asked: list[Asked], engine: str) -> None:
    verdicts = judge(asked, engine)

    told = report({engine: verdicts}, read)
    for kind, goal in GOALS.items():
        some = [one for one in verdicts if one.query.kind == kind]
        assert min(precision(some), recall(some)) >= goal, told


def test_a_query_about_nothing_is_an_error(read: dict[str, Page], asked: list[Asked]) -> None:
    assert len({each.text for each in asked}) == len(QUERIES) == 120
    without = {number: page for number, page in read.items() if "saltypixel" not in page.names}

    with pytest.raises(Unanswerable, match="SaltyPixel"):
        list(asked_of(without, QUERIES))


@pytest.mark.parametrize(
    ("found", "right", "precise", "complete"),
    [
        ("", "a", 0, 0),
        ("a", "ab", 1, 1 / 2),
        ("xay", "ab", 1 / 2, 1 / 2),  # what may be found is struck out
        ("yab", "ab", 2 / 3, 1),
        ("abcdefghijy", "abcdefghij", 1, 1),
    ],
)
def test_an_answer_is_judged_by_its_first_tickets(found: str, right: str, precise: float, complete: float) -> None:
    verdict = Verdict(QUERIES[0], "", list(found), frozenset(right), frozenset("x"), "", 1.0)

    assert (verdict.precision, verdict.recall) == (precise, complete)
    assert verdict.first == (found[:1] == "a" or found[:2] == "xa")
    assert verdict.failed == ((precise, complete) != (1, 1))
