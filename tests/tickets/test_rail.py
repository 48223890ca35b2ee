"""The rail: what a room registers for it, and what it shows when a room cannot count."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from tests.factories.desk import make_ticket
from tests.factories.staff import somebody
from tickets import rail
from tickets.rail import RailEntry

pytestmark = pytest.mark.django_db


def broken(user: User) -> dict[str, int]:
    raise LookupError(user.name)


def test_a_room_that_cannot_count_spoils_no_other_number(travel, the_post, monkeypatch: pytest.MonkeyPatch) -> None:
    make_ticket()
    monkeypatch.setitem(rail._entries, "books", RailEntry("books", "staff:account", "Books", "book", Right.NOTE))
    monkeypatch.setattr(rail, "_counts", [(Right.NOTE, broken), *rail._counts])
    olga = somebody(Right.VIEW, Right.NOTE)

    assert {entry.name: count for entry, count in rail.counts_for(olga)} == {"mine": 0, "queue": 1, "books": 0}
    client = Client()
    client.force_login(olga)
    assert 'id="rail-books"' in client.get(reverse("desk:queue")).content.decode()


def test_nobody_is_counted_for_what_they_do_not_see(travel, the_post, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[User] = []

    def notes(user: User) -> dict[str, int]:
        asked.append(user)
        return {}

    monkeypatch.setattr(rail, "_counts", [(Right.NOTE, notes), *rail._counts])

    assert [entry.name for entry, _count in rail.counts_for(somebody(Right.VIEW))] == ["mine", "queue"]
    assert rail.counts_for(somebody(Right.START)) == []
    assert asked == []
