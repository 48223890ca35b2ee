"""What the rail shows of views: their order, their keys, and numbers that are those of the list, however long it takes to count."""

from __future__ import annotations

import importlib
import re

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from helpdesk.staff.models import Role, User
from helpdesk.staff.rights import Right
from helpdesk.studio.models import Topic
from tests.conftest import Travel
from tests.factories.desk import make_ticket
from tests.factories.staff import TeamFactory, somebody
from tests.tickets.desk.conftest import Desk
from tests.tickets.desk.saved_views.conftest import Save
from tickets import filters
from tickets.actors import operator
from tickets.desk.queue import selectors
from tickets.desk.queue.filters import Wanted
from tickets.desk.saved_views import counts
from tickets.desk.saved_views.models import FIRST_NAMES, SavedView
from tickets.desk.saved_views.rights import SHARE
from tickets.filters import Field, Kind
from tickets.services.assign import assign
from tickets.services.edit import set_topic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("travel", "the_post")]
LINE = re.compile(r'id="view-(\d+)".*?</a>', re.DOTALL)


def rail(client: Client, query: str = "") -> str:
    answer = client.get(f"/tickets/views/rail/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def numbers(page: str) -> dict[int, str]:
    """What stands behind each view's name, by its id."""
    found = {int(line[1]): re.search(r'class="n"[^>]*>([^<]*)<', line[0]) for line in LINE.finditer(page)}
    return {pk: shown[1] if shown else "" for pk, shown in found.items()}


def state_of(page: str) -> str:
    """What the page has to say to be told news alone."""
    return re.findall(r'name="seen" value="(\w+)"', page)[0]


def test_ones_own_stand_first_folders_behind_and_the_first_nine_have_a_key(clara: User, olga: User, desk: Desk, save: Save) -> None:
    for number in range(8):
        save(f"Shared {number}", olga, whose="all")
    save("In a folder", clara, folder="Apart")
    own = save("Own", clara)

    page = rail(desk(clara), f"?view={own.pk}")

    assert re.findall(r'class="name">([^<]+)<', page) == ["Own", *(f"Shared {number}" for number in range(8)), "Apart", "In a folder"]
    assert re.findall(r'data-go="(\d)"', page) == [*"123456789"]
    assert re.findall(r'id="view-(\d+)"[^>]*aria-current', page) == [str(own.pk)]


def test_what_does_not_fit_into_the_rail_is_told(clara: User, olga: User, desk: Desk, save: Save) -> None:
    for number in range(62):
        save(f"View {number}", clara if number % 2 else olga, whose="me" if number % 2 else "all")

    page = rail(desk(clara))

    assert len(LINE.findall(page)) == 60
    assert "2 more views" in page


def test_the_numbers_are_those_of_the_list(clara: User, desk: Desk, save: Save, travel: Travel) -> None:
    for _each in range(3):
        make_ticket(at=travel.moment)
    assign(make_ticket(at=travel.moment), to=clara, by=operator(clara))
    waiting, mine, none = save("All", clara), save("Mine", clara, "q=assignee:me"), save("None", clara, "status=closed")

    assert numbers(rail(desk(clara))) == {waiting.pk: "4", mine.pk: "1", none.pk: ""}


def test_nobody_counts_beyond_the_limit(clara: User, save: Save, travel: Travel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selectors, "COUNTED", 1)
    for _each in range(4):
        make_ticket(at=travel.moment)
    view = save("All", clara)

    assert selectors.count_each(clara, {"all": Wanted.of(QueryDict(view.address), clara)}) == {"all": 2}


def test_only_what_has_changed_is_sent_again(clara: User, desk: Desk, save: Save, travel: Travel) -> None:
    make_ticket(at=travel.moment)
    save("All", clara)
    client = desk(clara)
    state = state_of(rail(client))

    assert client.get(f"/tickets/views/rail/?seen={state}").status_code == 204
    make_ticket(at=travel.moment)
    news = state_of(rail(client, f"?seen={state}"))
    travel.forward(minutes=1)

    assert client.get(f"/tickets/views/rail/?seen={news}").status_code == 200  # somebody may wait four hours by now


def test_fifty_views_cost_no_more_queries_than_one(
    clara: User, desk: Desk, save: Save, travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counts, "TOGETHER_MS", 30_000)  # whatever else the machine does
    make_ticket(at=travel.moment)
    client, costs = desk(clara), []
    for number in range(50):
        save(f"View {number}", clara, f"q=waiting:>{number + 1}h")
        if number in {0, 49}:
            rail(client)
            with CaptureQueriesContext(connection) as queries:
                rail(client)
            costs.append(len(queries))

    assert costs[0] == costs[1] <= 10


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A field for which the database takes more time than it is given."""
    monkeypatch.setattr(counts, "TOGETHER_MS", 150)
    monkeypatch.setattr(counts, "ALONE_MS", 100)
    slow = RawSQL("(SELECT pg_sleep(0.4) IS NOT NULL)", (), output_field=BooleanField())
    monkeypatch.setitem(filters.fields._fields, "naps", Field("naps", "Naps", Kind.YES_NO, lambda *_said: Q(slow)))


def test_a_view_too_slow_to_be_counted_says_so_and_spoils_no_other(
    clara: User, desk: Desk, save: Save, travel: Travel, impatient: None
) -> None:
    make_ticket(at=travel.moment)
    slow, quick = save("Slow", clara, "naps=yes"), save("Quick", clara)

    client = desk(clara)
    page = rail(client)

    assert numbers(page) == {slow.pk: "–", quick.pk: "1"}
    assert 'aria-label="Too slow to be counted"' in page
    assert "Too slow to be counted" in client.get("/tickets/views/").content.decode()
    SavedView.objects.filter(pk=slow.pk).update(address="")
    assert numbers(rail(client))[slow.pk] == "–"  # it is left alone
    travel.forward(minutes=11)
    assert numbers(rail(client))[slow.pk] == "1"


def test_of_views_too_slow_together_the_quick_ones_are_counted(
    clara: User, save: Save, travel: Travel, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counts, "ALONE_MS", 1000)
    monkeypatch.setattr(counts, "ONE_BY_ONE_MS", 300)
    make_ticket(at=travel.moment)
    views = [save("Quick", clara), save("Slow", clara, "naps=yes"), save("Not reached", clara)]

    found, slow = counts.counts_of(clara, views, ())

    assert found == {views[0].pk: 1}
    assert slow == {views[1].pk, views[2].pk}


def test_what_a_reader_may_not_ask_for_is_left_out_and_told(clara: User, olga: User, desk: Desk, save: Save) -> None:
    make_ticket(subject="Found all the same")
    view = save("Low ratings", olga, "q=rating:<3&status=all", whose="all")

    page = desk(clara).get(view.link, follow=True).content.decode()

    assert "This view asks for something that you may not ask for, or that is gone." in page
    assert "You may not filter by “Rating”." in page
    assert "Found all the same" in page


@pytest.mark.parametrize("said", ["team={pk}", "q=team:{pk}"])
def test_what_a_view_asks_for_may_be_gone(said: str, clara: User, desk: Desk, save: Save) -> None:
    team = TeamFactory.create(name="Night")
    view = save("Night", clara, said.format(pk=team.pk))
    assert "is gone" not in desk(clara).get(view.link, follow=True).content.decode()

    team.delete()

    assert "“Team”: what this asks for is gone" in desk(clara).get(view.link, follow=True).content.decode()


def test_a_topic_that_is_there_is_not_missed(clara: User, desk: Desk, save: Save) -> None:
    set_topic(make_ticket(), Topic.objects.create(slug="refund", name="Refund"), by=operator(clara))
    there, gone = save("There", clara, "topic=refund"), save("Gone", clara, "topic=refunds")

    assert "is gone" not in desk(clara).get(there.link, follow=True).content.decode()
    assert "“Topic”: what this asks for is gone" in desk(clara).get(gone.link, follow=True).content.decode()


def test_every_desk_begins_with_six_in_each_readers_language(olga: User) -> None:
    views = list(SavedView.objects.order_by("place"))

    assert {view.name for view in views} == set(FIRST_NAMES)
    assert all(view.ours and view.shared for view in views)
    with translation.override("ru"):
        assert views[1].label == "Вернулось"


def test_they_can_be_read_by_who_may_ask_for_everything(desk: Desk) -> None:
    boss = somebody(Right.VIEW, Right.SEE_RATING, name="Boris Lang")

    for view in SavedView.objects.all():
        page = desk(boss).get(view.link, follow=True).content.decode()
        assert "view-lacks" not in page
        assert 'id="troubles"' not in page
        assert "view-bar" not in page


def test_who_looks_after_the_staff_may_share_from_now_on(bare: None) -> None:
    keeper = Role.objects.create(name="Keeper", slug="keeper", rights=["ticket.view", "studio.staff"])
    other = Role.objects.create(name="Other", slug="other", rights=["ticket.view"])

    importlib.import_module("tickets.desk.saved_views.migrations.0002_first_views").make(apps, None)

    for role in (keeper, other):
        role.refresh_from_db()
    assert keeper.rights == ["ticket.view", "studio.staff", SHARE]
    assert other.rights == ["ticket.view"]
