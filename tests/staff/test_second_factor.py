"""A role may demand a second factor; then nothing of the desk opens without one."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.urls import reverse

from helpdesk.audit.models import AuditEntry
from helpdesk.staff.models import User
from tests.factories.staff import PASSWORD, GrantFactory, RoleFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead() -> User:
    user = UserFactory.create(name="Nora Berg", email="nora@studio.example")
    GrantFactory.create(user=user, role=RoleFactory.create(requires_second_factor=True))
    return user


def code_for(secret: str) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))


def test_without_one_every_page_leads_to_setting_it_up(client, lead: User) -> None:
    client.force_login(lead)

    assert client.get(reverse("staff:notices")).url == reverse("mfa_index")
    assert client.get(reverse("mfa_index")).status_code == 200
    assert client.get(reverse("account_change_password")).status_code == 200


def test_a_fragment_and_the_api_are_refused_in_their_own_way(client, lead: User) -> None:
    client.force_login(lead)

    fragment = client.get(reverse("staff:bell"), HTTP_HX_REQUEST="true")
    api = client.get(reverse("staff:notices"), HTTP_ACCEPT="application/json")

    assert (fragment.status_code, fragment["HX-Redirect"]) == (204, reverse("mfa_index"))
    assert (api.status_code, api["Content-Type"]) == (403, "application/problem+json")


def test_a_fragment_of_the_page_that_sets_it_up_does_not_lead_away_from_it(client, lead: User) -> None:
    client.force_login(lead)

    page = "http://testserver" + reverse("mfa_activate_totp")
    fragment = client.get(reverse("staff:bell"), HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL=page)

    assert (fragment.status_code, "HX-Redirect" in fragment) == (204, False)


def test_the_app_is_set_up_and_asked_for_at_the_next_sign_in(client, lead: User, django_capture_on_commit_callbacks) -> None:
    client.post(reverse("account_login"), {"login": lead.email, "password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("mfa_activate_totp"), {"code": code_for(secret)})

    assert client.get(reverse("staff:notices")).status_code == 200
    assert secret not in str(Authenticator.objects.get(type="totp").data)
    assert AuditEntry.objects.filter(action="staff.factor_added").exists()

    client.post(reverse("account_logout"))
    cache.clear()
    half = client.post(reverse("account_login"), {"login": lead.email, "password": PASSWORD})
    assert half.url == reverse("mfa_authenticate")
    assert client.get(reverse("staff:notices")).status_code == 302

    client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert AuditEntry.objects.filter(action="staff.second_factor_failed").exists()
    client.post(reverse("mfa_authenticate"), {"code": code_for(secret)})
    assert client.get(reverse("staff:notices")).status_code == 200


def test_the_last_factor_stays_while_the_role_demands_it(client, lead: User) -> None:
    client.post(reverse("account_login"), {"login": lead.email, "password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    client.post(reverse("mfa_activate_totp"), {"code": code_for(page.context["form"].secret)})

    client.post(reverse("mfa_deactivate_totp"))

    assert Authenticator.objects.filter(type="totp").exists()


def test_who_needs_none_is_not_asked(client, django_assert_max_num_queries) -> None:
    emil = UserFactory.create()
    client.force_login(emil)

    assert client.get(reverse("staff:notices")).status_code == 200
