"""What is looked at by `make shots` and by the browser's stories is every page that there is."""

from __future__ import annotations

from collections import defaultdict
from urllib.parse import urlsplit

import pytest
from django.urls import resolve

from tests.e2e.places import PLACES
from tests.house.ground import none_of
from tests.house.studio import ALL, House

pytestmark = pytest.mark.django_db


def test_every_page_has_its_place(house: House) -> None:
    """A page is what answers with a whole document. Dialogs are pages too, for who has no scripts; what stands in a sandbox is a mail."""
    paths = [urlsplit(place.path.format_map(defaultdict(lambda: "1"))).path for place in PLACES if place.answers == 200 and place.words]
    known = {resolve(path).view_name for path in paths}
    pages = set()
    for door in ALL:
        for who in (house.boss, None):
            response = house.knock(who, "get", house.address(door))
            whole = response.status_code == 200 and not response.streaming and response.content.lstrip()[:9].lower() == b"<!doctype"
            if whole and "sandbox" not in response.get("Content-Security-Policy", ""):
                pages.add(door.name)

    assert len(pages) > 40
    none_of(sorted(pages - known))
