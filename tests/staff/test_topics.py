"""Topics are a tree: not deep, without circles, and a topic of one game has only its own beneath it."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from helpdesk.audit.models import AuditEntry
from helpdesk.base.errors import DomainError
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from helpdesk.staff.services.topics import hang_topic, make_topic
from helpdesk.studio.models import DEEPEST, Topic
from tests.factories.desk import make_game
from tests.factories.staff import somebody
from tests.tickets.deeds import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def by() -> User:
    return somebody(Right.MANAGE_GAMES, name="Nora Berg")


def branch(by: User, levels: int, name: str = "Level") -> list[Topic]:
    made: list[Topic] = []
    for level in range(levels):
        made.append(make_topic(name=f"{name} {level}", under=made[-1] if made else None, by=by))
    return made


def test_a_topic_hangs_under_another_and_the_audit_tells(by: User) -> None:
    payments, refund = make_topic(name="Payments", by=by), make_topic(name="Refund", by=by)

    hang_topic(refund, under=payments, by=by)
    hang_topic(refund, under=payments, by=by)

    refund.refresh_from_db()
    assert (refund.slug, refund.parent) == ("refund", payments)
    told = AuditEntry.objects.get(action="studio.topic_hung")
    assert told.data["changes"] == {"topic": ["", "Payments"]}
    assert hang_topic(refund, under=None, by=by).parent is None


def test_no_topic_lies_beneath_itself(by: User) -> None:
    top, middle, low = branch(by, 3)

    for under in (top, middle, low):
        with pytest.raises(DomainError, match="beneath itself"):
            hang_topic(top, under=under, by=by)

    with pytest.raises(IntegrityError), transaction.atomic():
        Topic.objects.filter(pk=top.pk).update(parent=top.pk)


def test_the_tree_is_not_deep_whoever_hangs_what(by: User) -> None:
    deep, pair = branch(by, DEEPEST), branch(by, 2, "Pair")

    with pytest.raises(DomainError, match="4 deep"):
        make_topic(name="Too deep", under=deep[-1], by=by)
    with pytest.raises(DomainError, match="4 deep"):
        hang_topic(pair[0], under=deep[-2], by=by)

    assert hang_topic(pair[0], under=deep[-3], by=by).parent == deep[-3]


def test_beneath_a_games_topic_lie_only_its_own(by: User) -> None:
    emberfall, ashvale = make_game(), make_game("ashvale")
    guild = make_topic(name="Guild", game=emberfall, by=by)

    assert make_topic(name="Raids", game=emberfall, under=guild, by=by).parent == guild
    for game in (ashvale, None):
        with pytest.raises(DomainError, match="another game"):
            make_topic(name="Raids", game=game, under=guild, by=by)


def test_a_long_name_has_a_short_name_that_fits(by: User) -> None:
    first, second = (make_topic(name="Cannot start since the update " * 2 + "and the patch", by=by) for _again in range(2))

    assert len(first.slug) <= 60 and first.slug != second.slug


@pytest.mark.django_db(transaction=True)
def test_two_hands_at_once_make_no_circle_of_two_halves() -> None:
    by = somebody(Right.MANAGE_GAMES, name="Nora Berg")
    left, right = make_topic(name="Left", by=by), make_topic(name="Right", by=by)

    ends = at_once(lambda: hang_topic(left, under=right, by=by), lambda: hang_topic(right, under=left, by=by))

    assert sorted(type(end).__name__ for end in ends) == ["DomainError", "Topic"]
    assert Topic.objects.filter(parent=None).count() == 1
