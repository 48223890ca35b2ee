"""After signing out, “back” shows nothing: no page of ours is kept by a browser or a cache that lies between."""

from __future__ import annotations

import pytest
from django.urls import reverse

from helpdesk.staff.rights import registered
from tests.factories.desk import make_ticket
from tests.factories.staff import somebody

pytestmark = pytest.mark.django_db


def test_pages_of_the_desk_are_kept_nowhere(client) -> None:
    ticket = make_ticket()
    client.force_login(somebody(*registered()))

    for address in (reverse("desk:queue"), reverse("desk:ticket", args=[ticket.number]), reverse("staff:people"), "/gone/"):
        assert client.get(address)["Cache-Control"] == "no-store, private", address


def test_the_page_to_sign_in_is_not_kept_either(client) -> None:
    assert "no-store" in client.get(reverse("account_login"))["Cache-Control"]
