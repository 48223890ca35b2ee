"""Coming in: by address and password, not by signing oneself up, not by guessing."""

from __future__ import annotations

import re

import pytest
from allauth.usersessions.models import UserSession
from django.urls import reverse

from helpdesk.audit.models import ActorKind, AuditEntry
from helpdesk.staff.models import StaffMail
from tests.factories.staff import PASSWORD, UserFactory, somebody

pytestmark = pytest.mark.django_db


def sign_in(client, email: str, password: str = PASSWORD, **headers: str):
    return client.post(reverse("account_login"), {"login": email, "password": password}, **headers)


def test_nora_signs_in_whatever_the_letters_of_her_address(client) -> None:
    UserFactory.create(name="Nora Berg", email="nora@studio.example")

    answer = sign_in(client, "Nora@Studio.Example")

    assert (answer.status_code, answer.url) == (302, "/")
    entry = AuditEntry.objects.get(action="staff.signed_in")
    assert (entry.actor_name, entry.ip) == ("Nora Berg", "127.0.0.1")


def test_a_wrong_password_is_told_to_the_audit_without_the_password(client) -> None:
    UserFactory.create(email="nora@studio.example")

    answer = sign_in(client, "nora@studio.example", "Tr0ub4dor&3")

    assert answer.status_code == 200
    entry = AuditEntry.objects.get(action="staff.sign_in_failed")
    assert (entry.actor_kind, entry.actor_name) == (ActorKind.VISITOR, "nora@studio.example")
    assert "Tr0ub4dor" not in str(entry.data)


def test_an_unknown_address_is_not_kept(client) -> None:
    sign_in(client, "my-secret-password@typed.wrong")

    entry = AuditEntry.objects.get(action="staff.sign_in_failed")
    assert (entry.actor_name, entry.data) == ("", {"known": False})


def test_guessing_is_stopped_and_the_right_password_too_until_it_cools_down(client) -> None:
    UserFactory.create(email="nora@studio.example")

    for number in range(6):
        sign_in(client, "nora@studio.example", f"guess {number}")
    answer = sign_in(client, "nora@studio.example")

    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


def test_nobody_signs_himself_up(client) -> None:
    page = client.get(reverse("account_signup"))

    assert "Nobody can sign up here" in page.content.decode()


def test_who_has_left_stays_out(client) -> None:
    UserFactory.create(email="nora@studio.example", is_active=False)

    sign_in(client, "nora@studio.example")

    assert "_auth_user_id" not in client.session


def test_a_forgotten_password_comes_by_letter_in_her_language(client) -> None:
    olga = UserFactory.create(email="olga@studio.example", language="ru")

    answer = client.post(reverse("account_reset_password"), {"email": "Olga@studio.example"})

    assert answer.url == reverse("account_reset_password_done")
    letter = StaffMail.objects.get(to=olga.email)
    (link,) = re.findall(r"http\S+", letter.text)
    path = "/" + link.split("/", 3)[3]
    page = client.get(path, follow=True)
    new = "seven herons over water"
    done = client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert done.status_code == 302
    assert sign_in(client, olga.email, new).status_code == 302
    assert AuditEntry.objects.filter(action="staff.password_changed", subject_id=olga.pk).exists()


def test_an_unknown_address_gets_the_same_answer_and_no_letter(client) -> None:
    answer = client.post(reverse("account_reset_password"), {"email": "nobody@studio.example"})

    assert answer.url == reverse("account_reset_password_done")
    assert not StaffMail.objects.exists()


def test_changing_the_password_ends_the_other_sessions_and_writes_a_letter(client) -> None:
    nora = UserFactory.create(email="nora@studio.example")
    elsewhere = type(client)()
    sign_in(client, nora.email)
    sign_in(elsewhere, nora.email)
    new = "seven herons over water"

    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})

    assert client.get(reverse("staff:account")).status_code == 200
    assert elsewhere.get(reverse("staff:account")).status_code == 302
    assert StaffMail.objects.filter(to=nora.email).count() == 1


def test_signing_out_everywhere_ends_this_session_too(client) -> None:
    nora = UserFactory.create(email="nora@studio.example")
    elsewhere = type(client)()
    sign_in(client, nora.email)
    sign_in(elsewhere, nora.email)
    assert "127.0.0.1" in client.get(reverse("usersessions_list")).content.decode()

    client.post(reverse("staff:sign_out_everywhere"))

    assert [one.get(reverse("staff:account")).status_code for one in (client, elsewhere)] == [302, 302]
    assert not UserSession.objects.exists()


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "10.9.9.9, 203.0.113.9", "203.0.113.9"),
        (2, "203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "127.0.0.1"),
    ],
)
def test_the_address_is_believed_only_as_far_as_our_proxies_wrote_it(client, settings, proxies: int, forwarded: str, seen: str) -> None:
    settings.TRUSTED_PROXIES = proxies
    UserFactory.create(email="nora@studio.example")

    sign_in(client, "nora@studio.example", HTTP_X_FORWARDED_FOR=forwarded)

    assert AuditEntry.objects.get(action="staff.signed_in").ip == seen


def test_a_fragment_sends_the_whole_page_to_the_sign_in(client) -> None:
    answer = client.get(reverse("staff:bell"), HTTP_HX_REQUEST="true")

    assert (answer.status_code, answer["HX-Redirect"]) == (204, reverse("account_login"))


def test_who_signs_in_again_is_back_on_the_page_where_she_was(client) -> None:
    UserFactory.create(email="nora@studio.example")
    page = "/notices/?unseen=1"

    clicked = client.get(page)
    pressed = client.post(reverse("staff:notices_seen"), HTTP_REFERER=f"http://testserver{page}")
    polled = client.get(reverse("staff:bell"), HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL=f"http://testserver{page}#newest")

    assert {clicked.url, pressed.url, polled["HX-Redirect"]} == {f"{reverse('account_login')}?next=/notices/%3Funseen%3D1"}
    form = client.get(polled["HX-Redirect"]).content.decode()
    ((name, value),) = re.findall(r'<input type="hidden" name="(next)" value="([^"]*)"', form)[:1]
    answer = client.post(reverse("account_login"), {"login": "nora@studio.example", "password": PASSWORD, name: value})
    assert answer.url == page


@pytest.mark.parametrize("page", ["https://evil.example/notices/", "//evil.example/", "javascript:alert(1)", "http://[", ""])
def test_the_sign_in_never_leads_back_to_another_site(client, page: str) -> None:
    pressed = client.post(reverse("staff:notices_seen"), HTTP_REFERER=page)
    polled = client.get(reverse("staff:bell"), HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL=page)

    assert {pressed.url, polled["HX-Redirect"]} == {reverse("account_login")}


def test_the_demo_people_are_offered_in_the_demo_only(client, settings, monkeypatch) -> None:
    person = type("Person", (), {"name": "Nora Berg", "role": "Lead", "email": "nora@studio.example", "password": PASSWORD})
    monkeypatch.setattr("tests.staff.test_sign_in.offered", lambda: [person], raising=False)
    settings.DEMO_LOGINS = "tests.staff.test_sign_in.offered"

    assert PASSWORD not in client.get(reverse("account_login")).content.decode()

    settings.HELPDESK_ENV = "demo"
    assert PASSWORD in client.get(reverse("account_login")).content.decode()


def test_her_language_and_her_clock_win_over_the_browser(client) -> None:
    olga = UserFactory.create(language="ru", timezone="Asia/Tokyo")
    client.force_login(olga)

    page = client.get(reverse("staff:account"), HTTP_ACCEPT_LANGUAGE="en")

    assert page["Content-Language"] == "ru"


def test_the_look_is_kept_with_the_person(client) -> None:
    nora = somebody()
    client.force_login(nora)

    answer = client.post(reverse("staff:appearance"), {"theme": "dark", "next": "/account/"})

    nora.refresh_from_db()
    assert (nora.theme, answer.url) == ("dark", "/account/")
    assert client.post(reverse("staff:appearance"), {"theme": "light", "next": "//evil.example/"}).url == "/"
