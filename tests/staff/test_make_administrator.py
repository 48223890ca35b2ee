"""The first person of a new desk."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from helpdesk.staff.models import User
from helpdesk.staff.rights import has_right, registered

pytestmark = pytest.mark.django_db


def test_the_first_administrator_holds_every_right_and_sets_his_own_password() -> None:
    said = StringIO()

    call_command("make_administrator", "Anna Krylova", "Anna@Studio.Example", stdout=said)

    anna = User.objects.get(email="anna@studio.example")
    assert all(has_right(anna, right) for right in registered())
    assert not anna.has_usable_password()
    assert "/accounts/password/reset/key/" in said.getvalue()


@pytest.mark.parametrize("address", ["no address", ""])
def test_a_bent_address_is_refused(address: str) -> None:
    with pytest.raises(CommandError):
        call_command("make_administrator", "Anna", address)
