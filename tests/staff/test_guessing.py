"""The doors of the staff, knocked at by somebody who has time: guessing, asking for letters, sending much."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.urls import reverse

from helpdesk import settings as house
from helpdesk.staff.models import Letter
from tests.factories.staff import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _as_in_production(settings) -> None:
    """The counters lie in the database, where all web processes see them."""
    settings.CACHES = house.CACHES


def sign_in(client, email: str, password: str = "guess", address: str = "203.0.113.7") -> bool:
    """Whether it opened."""
    client.post(reverse("account_login"), {"login": email, "password": password}, REMOTE_ADDR=address)
    return "_auth_user_id" in client.session


def test_one_password_for_many_people_is_stopped_too(client) -> None:
    UserFactory.create(email="nora@studio.example")
    for number in range(20):
        sign_in(client, f"person{number}@studio.example", PASSWORD)

    assert not sign_in(client, "nora@studio.example", PASSWORD)
    assert sign_in(client, "nora@studio.example", PASSWORD, address="198.51.100.1")


def test_many_addresses_that_guess_one_account_are_stopped(client) -> None:
    UserFactory.create(email="nora@studio.example")
    for number in range(6):
        sign_in(client, "nora@studio.example", address=f"203.0.113.{number}")

    assert not sign_in(client, "nora@studio.example", PASSWORD, address="203.0.113.99")


def test_a_household_of_many_addresses_is_one(client) -> None:
    UserFactory.create(email="nora@studio.example")
    for number in range(20):
        sign_in(client, f"person{number}@studio.example", address=f"2001:db8:1:2::{number:x}")

    assert not sign_in(client, "nora@studio.example", PASSWORD, address="2001:db8:1:2::ffff")


def test_who_fills_the_counters_does_not_push_the_others_out(client) -> None:
    UserFactory.create(email="nora@studio.example")
    for number in range(6):
        sign_in(client, "nora@studio.example", address=f"203.0.113.{number}")
    for number in range(400):
        cache.set(f"zz-somebody-{number}", 1, 600)

    assert not sign_in(client, "nora@studio.example", PASSWORD, address="203.0.113.99")


def test_nobody_is_flooded_with_letters_for_a_new_password(client) -> None:
    UserFactory.create(email="nora@studio.example")

    for number in range(8):
        client.post(reverse("account_reset_password"), {"email": "nora@studio.example"}, REMOTE_ADDR=f"203.0.113.{number}")

    assert Letter.objects.count() == 3


def test_who_asks_for_everybody_is_stopped(client) -> None:
    for number in range(25):
        UserFactory.create(email=f"person{number}@studio.example")
        client.post(reverse("account_reset_password"), {"email": f"person{number}@studio.example"})

    assert Letter.objects.count() == 20


@pytest.mark.parametrize("name", ["account_login", "account_reset_password"])
def test_a_body_of_megabytes_is_refused(client, name: str) -> None:
    answer = client.post(reverse(name), {"login": "x" * 4_000_000, "email": "x" * 4_000_000, "password": "x"})

    assert answer.status_code in {400, 413}


def test_a_guessed_link_for_a_new_password_opens_nothing_and_is_counted(client) -> None:
    UserFactory.create(email="nora@studio.example")
    codes = [
        client.post(reverse("account_reset_password_from_key", args=["1", f"guess-{number}"]), REMOTE_ADDR="203.0.113.7").status_code
        for number in range(30)
    ]

    assert codes[0] == 200
    assert codes[-1] == 429
