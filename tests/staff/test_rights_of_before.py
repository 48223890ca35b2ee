"""What one right opened until now takes several: whoever could do it before still can."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection
from django.db.migrations import RunSQL

from helpdesk.staff.models import Role
from helpdesk.staff.rights import Right
from tests.factories.staff import RoleFactory
from tests.house.ground import ROOT

pytestmark = pytest.mark.django_db


def run(name: str) -> None:
    (path,) = (ROOT / "helpdesk/staff/migrations").glob(f"*_{name}.py")
    for step in import_module(f"helpdesk.staff.migrations.{path.stem}").Migration.operations:
        assert isinstance(step, RunSQL)
        with connection.cursor() as cursor:
            cursor.execute(step.sql)


@pytest.mark.parametrize(
    ("held", "also"),
    [
        ([Right.VIEW], {Right.SEE_NOTES}),
        ([Right.SET_STATUS], {Right.SET_PENDING, Right.SET_RESOLVED, Right.SET_CLOSED}),
        ([Right.REPLY], {Right.SET_PENDING, Right.SET_RESOLVED}),
        ([Right.MANAGE_ROLES], {Right.SEE_AS}),
        ([Right.SEE_AUDIT, Right.MANAGE_STAFF], set()),
    ],
)
def test_a_role_keeps_its_power(held: list[Right], also: set[Right]) -> None:
    role = RoleFactory.create(rights=held)

    for name in ("see_notes", "rights_of_moves", "see_notes", "rights_of_moves"):  # a second time changes nothing
        run(name)

    rights = Role.objects.get(pk=role.pk).rights
    assert set(rights) == {*held, *also}
    assert len(rights) == len(set(rights))
