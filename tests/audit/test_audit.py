"""The audit tells who did what, keeps no secrets and is never rewritten."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, transaction
from django.urls import reverse

from helpdesk.audit.models import ActorKind, AuditEntry
from helpdesk.audit.selectors import actions
from helpdesk.audit.services import By, changed, note_audit
from helpdesk.staff.rights import Right
from tests.factories.staff import UserFactory, somebody

pytestmark = pytest.mark.django_db


def test_an_entry_says_who_what_and_whom() -> None:
    nora, emil = UserFactory.create(name="Nora Berg"), UserFactory.create(name="Emil Falk")

    entry = note_audit("players.looked_at", by=nora, subject=emil, game_id=3, fields=["address"])

    assert (entry.actor_kind, entry.actor_id, entry.actor_name) == (ActorKind.OPERATOR, nora.pk, "Nora Berg")
    assert (entry.subject_kind, entry.subject_id, entry.game_id) == ("staff.user", emil.pk, 3)


def test_the_system_and_others_may_act_too() -> None:
    assert note_audit("tickets.swept", by=None).actor_kind == ActorKind.SYSTEM
    assert note_audit("flows.ran", by=By(ActorKind.FLOW, 7, "Night flow")).actor_name == "Night flow"


@pytest.mark.parametrize("data", [{"new_password": "x"}, {"changes": {"api_token": ["a", "b"]}}])
def test_a_secret_is_refused(data: dict) -> None:
    with pytest.raises(ValueError, match="no secrets"):
        note_audit("staff.changed", by=None, **data)

    assert not AuditEntry.objects.exists()


def test_the_database_refuses_to_rewrite_an_entry() -> None:
    entry = note_audit("staff.changed", by=None)

    with pytest.raises(ProgrammingError, match="never changed"), transaction.atomic():
        AuditEntry.objects.filter(pk=entry.pk).update(actor_name="Somebody else")


def test_only_what_differs_is_told() -> None:
    assert changed({"name": "A", "hours": 1}, {"name": "B", "hours": 1}) == {"name": ["A", "B"]}


def test_the_page_finds_by_person_action_and_subject(client) -> None:
    nora, emil = UserFactory.create(name="Nora Berg"), UserFactory.create(name="Emil Falk")
    note_audit("staff.changed", by=nora, subject=emil)
    note_audit("games.changed", by=emil, subject=("games.game", 5), changes={"name": ["Ember", "Emberfall"]})
    client.force_login(somebody(Right.SEE_AUDIT))
    url = reverse("staff:audit")

    def shown(**asked: object) -> tuple[bool, bool]:
        rows = client.get(url, asked).context["page"].rows
        return any(row.action == "staff.changed" for row in rows), any(row.action == "games.changed" for row in rows)

    assert shown() == (True, True)
    assert shown(who="nora") == (True, False)
    assert shown(action="games.changed") == (False, True)
    assert shown(subject_kind="staff.user", subject_id=emil.pk) == (True, False)
    assert shown(since="2100-01-01") == (False, False)
    assert actions() == ["games.changed", "staff.changed"]


def test_the_page_pages_and_costs_the_same(client, django_assert_max_num_queries) -> None:
    for number in range(120):
        note_audit("staff.signed_in", by=None, number=number)
    client.force_login(somebody(Right.SEE_AUDIT))
    url = reverse("staff:audit")

    with django_assert_max_num_queries(6):
        first = client.get(url).context["page"]
    second = client.get(url, {"after": first.later}).context["page"]

    assert [len(first.rows), len(second.rows)] == [50, 50]
    assert {row.pk for row in first.rows}.isdisjoint(row.pk for row in second.rows)
