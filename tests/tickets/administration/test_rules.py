"""Life cycle rules: changed by those who may, for whom they say, told to the audit."""

from __future__ import annotations

import pytest
from django.urls import reverse

from helpdesk.audit.models import AuditEntry
from helpdesk.staff.rights import Right
from tests.factories.desk import make_game
from tests.factories.staff import somebody
from tickets.models import LifecycleRule, Status, Trigger

pytestmark = pytest.mark.django_db


@pytest.fixture
def silence() -> LifecycleRule:
    """Answered, then silence: resolved. For all games, as the desk comes."""
    return LifecycleRule.objects.get(game=None, from_status=Status.ANSWERED, trigger=Trigger.SILENCE)


def test_the_hours_are_changed_and_told(client, silence: LifecycleRule) -> None:
    client.force_login(somebody(Right.MANAGE_LIFECYCLE))

    answer = client.post(
        reverse("administration:rule", args=[silence.pk]),
        {"hours": 48, "to_status": "resolved", "notice_key": "", "enabled": "on", "rearm": "all"},
    )

    assert answer.url == reverse("administration:rules")
    silence.refresh_from_db()
    assert silence.hours == 48
    entry = AuditEntry.objects.get(action="lifecycle.rule_changed")
    assert (entry.data["changes"], entry.data["rearm"]) == ({"hours": [72, 48]}, True)


@pytest.mark.parametrize("wrong", [{"hours": ""}, {"hours": 0}, {"to_status": "closed"}, {"to_status": "pending"}])
def test_what_no_rule_may_do_is_refused(client, silence: LifecycleRule, wrong: dict) -> None:
    client.force_login(somebody(Right.MANAGE_LIFECYCLE))
    facts = {"hours": 48, "to_status": "resolved", "notice_key": "", "enabled": "on", "rearm": "new"}

    answer = client.post(reverse("administration:rule", args=[silence.pk]), facts | wrong)

    assert answer.status_code == 422
    silence.refresh_from_db()
    assert silence.hours == 72


def test_a_game_gets_its_own_rule_and_gives_it_back(client, silence: LifecycleRule) -> None:
    emberfall = make_game()
    client.force_login(somebody(Right.MANAGE_LIFECYCLE))

    client.post(reverse("administration:own_rule", args=[silence.pk]), {"game": emberfall.pk})
    own = LifecycleRule.objects.get(game=emberfall)
    assert (own.from_status, own.hours) == (silence.from_status, silence.hours)
    client.post(reverse("administration:own_rule", args=[silence.pk]), {"game": emberfall.pk})
    assert LifecycleRule.objects.filter(game=emberfall).count() == 1

    client.post(reverse("administration:remove_rule", args=[own.pk]))
    assert not LifecycleRule.objects.filter(game=emberfall).exists()
    client.post(reverse("administration:remove_rule", args=[silence.pk]))
    assert LifecycleRule.objects.filter(pk=silence.pk).exists()


def test_for_one_game_one_changes_that_games_rules_only(client, silence: LifecycleRule) -> None:
    emberfall, tidewake = make_game("emberfall"), make_game("tidewake")
    own, foreign = (
        LifecycleRule.objects.create(game=game, from_status="answered", trigger="silence", hours=24, to_status="resolved")
        for game in (emberfall, tidewake)
    )
    client.force_login(somebody(Right.MANAGE_LIFECYCLE, game=emberfall))

    answers = [client.get(reverse("administration:rule", args=[rule.pk])).status_code for rule in (own, foreign, silence)]

    assert answers == [200, 404, 404]
    assert client.post(reverse("administration:own_rule", args=[silence.pk]), {"game": tidewake.pk}).status_code == 404
    page = client.get(reverse("administration:rules")).content.decode()
    assert "Emberfall" in page and "Tidewake" not in page and "All games" not in page


def test_a_stranger_finds_no_rules(client, silence: LifecycleRule) -> None:
    client.force_login(somebody(Right.VIEW))

    assert client.get(reverse("administration:rules")).status_code == 403
    assert client.get(reverse("administration:rule", args=[silence.pk])).status_code == 403
