"""The studio's lists of reasons: each room registers its list, the studio writes the lines and says where one must be given."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from helpdesk.audit.models import AuditEntry
from helpdesk.base.errors import DomainError
from helpdesk.staff.models import User
from helpdesk.staff.rights import Right
from helpdesk.staff.services.reasons import change_reason, make_reason, set_archived
from helpdesk.studio import capabilities, reasons
from helpdesk.studio.capabilities import switch
from helpdesk.studio.models import Mode, Reason
from helpdesk.studio.reasons import ReasonList, deadline, is_demanded, reasons_of
from tests.factories.desk import make_game
from tests.factories.staff import somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def vera(db: None) -> User:
    return somebody(Right.MANAGE_LIFECYCLE, name="Vera Lind")


@pytest.fixture
def skips(monkeypatch: pytest.MonkeyPatch) -> ReasonList:
    """A list of another room, without days."""
    monkeypatch.setattr(reasons, "_lists", dict(reasons._lists))
    monkeypatch.setattr(capabilities, "_capabilities", dict(capabilities._capabilities))
    made = ReasonList("skip", "Why a ticket is skipped", "Asked by “take next”.", "Ask why a ticket is skipped")
    reasons.register(made)
    return made


@pytest.fixture
def hold() -> ReasonList:
    found = reasons.list_named("hold")
    assert found is not None
    return found


def test_a_reason_is_made_changed_and_put_aside_on_its_page(client: Client, vera: User) -> None:
    client.force_login(vera)

    client.post(reverse("staff:new_reason", args=["hold"]), {"name": "  Waits for a patch ", "place": 2, "default_hours": 40})
    made = Reason.objects.get()
    assert (made.list, made.name, made.game, made.place, made.default_hours) == ("hold", "Waits for a patch", None, 2, 40)
    page = client.get(reverse("staff:reasons")).content.decode()
    assert "Why a ticket is put on hold" in page and "Waits for a patch" in page and "40 hours of support" in page

    client.post(reverse("staff:reason", args=[made.pk]), {"name": "Waits for the patch", "place": 2, "default_hours": ""})
    client.post(reverse("staff:archive_reason", args=[made.pk]), {"archived": "1"})
    made.refresh_from_db()
    assert (made.name, made.default_hours, made.archived_at is None) == ("Waits for the patch", None, False)
    assert "archived" in client.get(reverse("staff:reason", args=[made.pk])).content.decode()

    client.post(reverse("staff:archive_reason", args=[made.pk]), {"archived": "0"})
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "studio.reason_made", "studio.reason_changed", "studio.reason_archived", "studio.reason_reopened",
    ]  # fmt: skip


def test_each_list_has_its_own_lines(client: Client, vera: User, hold: ReasonList, skips: ReasonList) -> None:
    client.force_login(vera)
    make_reason(hold, name="Not my language", by=vera, default_hours=8)
    client.post(reverse("staff:new_reason", args=["skip"]), {"name": "Not my language", "place": 0, "default_hours": 5})

    assert list(Reason.objects.order_by("pk").values_list("list", "default_hours")) == [("hold", 8), ("skip", None)]
    page = client.get(reverse("staff:reasons")).content.decode()
    assert page.index("Why a ticket is put on hold") < page.index("Why a ticket is skipped")
    assert client.get(reverse("staff:new_reason", args=["nothing"])).status_code == 404


def test_one_name_means_one_reason_of_a_list(client: Client, vera: User, hold: ReasonList) -> None:
    emberfall, ashvale = make_game(), make_game("ashvale")
    make_reason(hold, name="Patch", by=vera)
    guild = make_reason(hold, name="Guild war", game=emberfall, by=vera)
    client.force_login(vera)

    for name, game in (("patch", None), ("PATCH", emberfall), ("guild war", None), (" \n ", None)):
        with pytest.raises(DomainError):
            make_reason(hold, name=name, game=game, by=vera)
    with pytest.raises(DomainError, match="already"):
        change_reason(guild, name="Patch", place=0, by=vera)
    answer = client.post(reverse("staff:new_reason", args=["hold"]), {"name": "patch", "place": 0})
    assert answer.status_code == 422 and "already a reason" in answer.content.decode()

    make_reason(hold, name="Guild war", game=ashvale, by=vera)
    assert [each.name for each in reasons_of("hold", ashvale)] == ["Guild war", "Patch"]


def test_a_reason_is_demanded_where_the_studio_says_so_and_has_one(vera: User, hold: ReasonList) -> None:
    emberfall, ashvale = make_game(), make_game("ashvale")
    switch("reasons.hold", emberfall, Mode.ON)
    assert not is_demanded("hold", emberfall)

    patch = make_reason(hold, name="Patch", by=vera)
    assert (is_demanded("hold", emberfall), is_demanded("hold", ashvale)) == (True, False)

    set_archived(patch, True, by=vera)
    assert not is_demanded("hold", emberfall)


def test_its_hours_are_hours_of_the_games_support_up_to_a_full_minute() -> None:
    nine_to_five = make_game(hours={str(day): [["09:00", "17:00"]] for day in range(5)}, timezone="UTC")
    friday = datetime(2026, 10, 9, 15, 0, 0, 1, tzinfo=UTC)

    assert deadline(3, nine_to_five, friday) == datetime(2026, 10, 12, 10, 1, tzinfo=UTC)
    assert deadline(None, nine_to_five, friday) is None


def test_who_looks_after_one_game_does_not_change_the_lists_of_all(client: Client) -> None:
    client.force_login(somebody(Right.MANAGE_LIFECYCLE, game=make_game()))

    assert client.get(reverse("staff:reasons")).status_code == 403
