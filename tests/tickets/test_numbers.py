"""Ticket numbers: random, readable, and a clash is tried again."""

from __future__ import annotations

from itertools import chain, repeat

import pytest
from django.db import transaction

from tests.conftest import Travel
from tests.factories.desk import make_ticket
from tickets.models import Ticket
from tickets.services.numbers import ALPHABET, new_number

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
