"""What somebody types into an address is never an error page: numbers beyond every column, digits that are none, days that are none."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.staff.rights import registered
from tests.factories.desk import make_ticket
from tests.factories.staff import somebody

CURSOR_BEYOND = "WzAsIDkyMjMzNzIwMzY4NTQ3NzU4MDgsIDBd"  # [0, 2**63, 0]
DAYS = ["9999-12-31", "0001-01-01", "10000-01-01"]
ODD = ["²", "٣٤", "9" * 18, "9" * 30, "-1", "1e9", *DAYS, CURSOR_BEYOND, "x" * 3000]
PAGES = {
    "desk:queue": ("status", "game", "language", "assignee", "team", "topic", "q", "sort", "after"),
    "staff:audit": ("who", "action", "since", "until", "subject_kind", "subject_id", "after"),
    "staff:notices": ("unseen", "after"),
    "staff:people": ("q",),
    "administration:mails": ("which", "after"),
    "administration:deliveries": ("subscriber", "after"),
    "administration:parked": ("kind",),
}
POSTS = {"staff:notices_seen": "notice", "administration:replay": "delivery", "administration:retry_mails": "mail"}


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/New_York"])
@pytest.mark.parametrize("page", sorted(PAGES))
def test_no_page_breaks_on_what_is_asked(page: str, zone: str) -> None:
    make_ticket()
    client = Client()
    client.force_login(somebody(*registered(), timezone=zone))

    for name in PAGES[page]:
        for odd in ODD:
            assert client.get(reverse(page), {name: odd}).status_code in {200, 404}, (name, odd)


@pytest.mark.django_db
@pytest.mark.parametrize("page", sorted(POSTS))
def test_no_form_breaks_on_what_is_picked(page: str) -> None:
    client = Client()
    client.force_login(somebody(*registered()))

    assert client.post(reverse(page), {POSTS[page]: ODD}).status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("odd", ["9" * 18, "9" * 19, "9" * 60])
@pytest.mark.parametrize("page", ["administration:mail", "administration:rule", "administration:mailbox", "staff:person", "staff:role"])
def test_an_id_beyond_all_rows_is_not_found(page: str, odd: str) -> None:
    client = Client()
    client.force_login(somebody(*registered()))

    assert client.get(reverse(page, args=[int(odd)])).status_code == 404


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5
)


@given(JSON | st.dictionaries(st.sampled_from(["changes", "rights", "rows"]), JSON))
@settings(deadline=None)
def test_the_audit_draws_facts_of_any_shape(data: object) -> None:
    page = "{% load staff_pages %}{% audit_data data as lines %}{% for name, old, new in lines %}{{ name }}{{ old }}{{ new }}{% endfor %}"

    Template(page).render(Context({"data": data}))
