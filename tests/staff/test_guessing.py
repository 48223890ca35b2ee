"""The doors of the staff, knocked at by somebody who has time: guessing, asking for letters, sending much."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.urls import reverse

from helpdesk import settings as house
from helpdesk.staff.models import StaffMail
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


def test_a_household_of_many_addresses_is_one(client) -> None:
    UserFactory.create(email="nora@studio.example")
    for number in range(20):
        sign_in(client, f"person{number}@studio.example", address=f"2001:db8:1:2::{number:x}")

    assert not sign_in(client, "nora@studio.example", PASSWORD, address="2001:db8:1:2::ffff")


def test_who_fills_the_counters_does_not_push_the_others_out(client) -> None:
    UserFactory.create(email="nora@studio.example")
    for _turn in range(6):
        sign_in(client, "nora@studio.example")
    for number in range(400):
        cache.set(f"zz-somebody-{number}", 1, 600)

    assert not sign_in(client, "nora@studio.example", PASSWORD)


def test_nobody_is_flooded_with_letters_for_a_new_password(client) -> None:
    UserFactory.create(email="nora@studio.example")

    for number in range(8):
        client.post(reverse("account_reset_password"), {"email": "nora@studio.example"}, REMOTE_ADDR=f"203.0.113.{number}")

    assert StaffMail.objects.count() == 3


def test_who_asks_for_everybody_is_stopped(client) -> None:
    for number in range(25):
        UserFactory.create(email=f"person{number}@studio.example")
        client.post(reverse("account_reset_password"), {"email": f"person{number}@studio.example"})

    assert StaffMail.objects.count() == 20


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


def test_a_stranger_with_six_wrong_passwords_does_not_lock_a_colleague_out(client) -> None:
    UserFactory.create(email="nora@studio.example")
    for _turn in range(8):
        sign_in(client, "nora@studio.example", address="203.0.113.7")

    assert not sign_in(client, "nora@studio.example", PASSWORD, address="203.0.113.7")
    assert sign_in(type(client)(), "nora@studio.example", PASSWORD, address="198.51.100.1")


def test_a_crowd_that_guesses_one_account_is_stopped_but_not_on_the_device_it_knows(client) -> None:
    UserFactory.create(email="nora@studio.example")
    own = type(client)()
    assert sign_in(own, "nora@studio.example", PASSWORD, address="198.51.100.1")
    own.post(reverse("account_logout"))
    for number in range(60):
        sign_in(client, "nora@studio.example", address=f"203.0.113.{number}")

    assert not sign_in(type(client)(), "nora@studio.example", PASSWORD, address="192.0.2.99")
    assert sign_in(own, "nora@studio.example", PASSWORD, address="198.51.100.77")


def test_a_known_device_is_no_key_for_guessing_either(client) -> None:
    UserFactory.create(email="nora@studio.example")
    UserFactory.create(email="emil@studio.example")
    assert sign_in(client, "nora@studio.example", PASSWORD, address="198.51.100.1")
    client.post(reverse("account_logout"))
    for number in range(6):
        sign_in(client, "nora@studio.example", address=f"203.0.113.{number}")

    assert not sign_in(client, "nora@studio.example", PASSWORD, address="203.0.113.99")
    assert sign_in(client, "emil@studio.example", PASSWORD, address="203.0.113.99")


@pytest.mark.parametrize("word", ["", "nonsense", "a:b:c", "WzEsMl0:1abc:x"])
def test_a_device_that_says_of_itself_that_it_is_known_is_not(client, word: str) -> None:
    UserFactory.create(email="nora@studio.example")
    client.cookies["desk_device"] = word
    for _turn in range(6):
        sign_in(client, "nora@studio.example")

    assert not sign_in(client, "nora@studio.example", PASSWORD)


def test_who_is_stopped_comes_back_in_by_a_letter(client) -> None:
    nora = UserFactory.create(email="nora@studio.example")
    for number in range(60):
        sign_in(client, "nora@studio.example", address=f"203.0.113.{number}")
    for _turn in range(6):
        page = client.post(reverse("account_login"), {"login": nora.email, "password": "guess"}, REMOTE_ADDR="192.0.2.99")
    assert "Too many wrong passwords" in page.content.decode()
    assert reverse("account_reset_password") in page.content.decode()

    client.post(reverse("account_reset_password"), {"email": nora.email}, REMOTE_ADDR="192.0.2.99")
    link = next(word for word in StaffMail.objects.get(to=nora.email).text.split() if "/password/reset/key/" in word)
    form = client.get("/" + link.split("/", 3)[3], follow=True, REMOTE_ADDR="192.0.2.99").redirect_chain[-1][0]
    new = {"password1": "seven herons over water", "password2": "seven herons over water"}
    client.post(form, new, REMOTE_ADDR="192.0.2.99")

    assert sign_in(client, "nora@studio.example", "seven herons over water", address="192.0.2.99")


def test_a_link_for_a_new_password_stands_under_the_desks_own_address(client, settings) -> None:
    settings.ALLOWED_HOSTS = ["desk.studio.example", "evil.example"]
    settings.DESK_URL = "https://desk.studio.example"
    UserFactory.create(email="nora@studio.example")

    client.post(reverse("account_reset_password"), {"email": "nora@studio.example"}, HTTP_HOST="evil.example")

    words = StaffMail.objects.get().text
    assert "https://desk.studio.example/accounts/password/reset/key/" in words
    assert "evil" not in words
