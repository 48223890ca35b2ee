"""Ticket numbers: random, readable, and a clash is tried again."""

from __future__ import annotations

from itertools import chain, repeat

import pytest
from django.db import transaction

from tests.conftest import Travel
from tests.factories.desk import make_ticket
from tickets.models import Ticket
from tickets.services.numbers import ALPHABET, meant_by, new_number

pytestmark = pytest.mark.django_db


def test_a_number_has_no_letters_that_are_mistaken_for_others() -> None:
    numbers = {new_number() for _ in range(200)}

    assert len(numbers) == 200
    assert all(len(number) == 9 and number[4] == "-" for number in numbers)
    assert not set("ILOU") & set(ALPHABET)


def test_a_clash_is_tried_again(travel: Travel, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = make_ticket().number
    offered = chain([taken, taken], repeat("7F3K-20QX"))
    monkeypatch.setattr("tickets.services.open.new_number", lambda: next(offered))

    assert make_ticket().number == "7F3K-20QX"


def test_a_source_of_numbers_that_never_changes_is_noticed(travel: Travel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tickets.services.open.new_number", lambda: "AAAA-AAAA")
    make_ticket()

    with pytest.raises(RuntimeError), transaction.atomic():
        make_ticket()

    assert Ticket.objects.count() == 1


@pytest.mark.parametrize("said", ["7F3K-20Q1", "7f3k-20q1", "7f3k20q1", "7F3K-2OQI", "7f3k-2oql"])
def test_a_number_is_known_however_it_is_typed(said: str) -> None:
    assert meant_by(said) == "7F3K-20Q1"


@pytest.mark.parametrize("said", ["", "7F3K", "7F3K-20Q12", "7F3K_20Q1", "purchase", "покупка8", "7F3K 20Q1"])
def test_what_cannot_be_a_number_is_none(said: str) -> None:
    assert meant_by(said) == ""
