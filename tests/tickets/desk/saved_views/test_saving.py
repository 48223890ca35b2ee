"""A view keeps what the queue's address says, opens it again, and says when it is asked for something else."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.test import Client

from helpdesk.base.errors import Conflict, DomainError
from helpdesk.staff.models import User
from tests.conftest import Travel
from tests.factories.desk import make_game
from tests.tickets.desk.conftest import Desk
from tests.tickets.desk.saved_views.conftest import Save
from tickets.desk.saved_views.models import LONGEST_FOLDER, SavedView
from tickets.desk.saved_views.services import MOST, change_view, move_view, save_address
from tickets.desk.saved_views.state import kept

pytestmark = pytest.mark.django_db
NEW = {"name": "Lost purchases", "icon": "credit-card", "folder": "Payments", "whose": "me"}


def shown(client: Client) -> list[str]:
    return re.findall(r'class="name">(One|Two|Three)<', client.get("/tickets/views/rail/").content.decode())


@pytest.mark.parametrize(
    ("said", "stays"),
    [
        ("q=waiting:>4h&status=all&sort=oldest", "q=waiting%3A%3E4h&sort=oldest&status=all"),
        ("game=emberfall&columns=player,topic&density=close", "columns=player%2Ctopic&density=close&q=game%3Aemberfall"),
        ("status=to_answer&after=abc&since=4&view=7&nonsense=1", ""),
        ("q=++&team=", ""),
        ("q=old&q=new", "q=new"),
    ],
)
def test_it_keeps_what_the_address_has_and_nothing_else(clara: User, said: str, stays: str) -> None:
    make_game()
    assert kept(QueryDict(said), clara) == stays


def test_what_the_search_box_could_not_hold_no_view_keeps(clara: User) -> None:
    with pytest.raises(DomainError):
        kept(QueryDict(f"q={'x' * 401}"), clara)
    assert kept(QueryDict(urlencode({"q": "ё" * 400})), clara)


def test_a_saved_view_is_in_ones_rail_and_opens_what_was_asked(clara: User, desk: Desk, bare: None) -> None:
    answer = desk(clara).post("/tickets/views/new/?q=refund&status=all&after=x", NEW)

    view = SavedView.objects.get()
    assert answer.headers["Location"] == f"/tickets/?q=refund&status=all&view={view.pk}"
    assert (view.name, view.folder, view.user, view.created_by) == ("Lost purchases", "Payments", clara, clara)
    assert "Lost purchases" in desk(clara).get("/tickets/views/rail/").content.decode()
    assert desk(clara).get(f"/tickets/views/{view.pk}-renamed-since/").headers["Location"] == answer.headers["Location"]


def test_the_queue_says_when_it_is_asked_for_something_else(clara: User, desk: Desk, save: Save) -> None:
    view = save("Refunds", clara, "q=refund")

    as_saved = desk(clara).get(f"/tickets/?q=refund&view={view.pk}").content.decode()
    changed = desk(clara).get(f"/tickets/?q=refund&status=pending&view={view.pk}").content.decode()

    assert "<h1>Refunds</h1>" in as_saved
    assert "view-bar" not in as_saved
    assert "view-bar" in changed
    assert f"/tickets/views/{view.pk}/save/?q=refund&amp;status=pending" in changed


def test_saving_writes_what_is_asked_for_now(clara: User, desk: Desk, save: Save) -> None:
    view = save("Refunds", clara, "q=refund")

    desk(clara).post(f"/tickets/views/{view.pk}/save/?q=refund&status=pending&view={view.pk}", {"revision": view.revision})

    view.refresh_from_db()
    assert (view.address, view.revision) == ("q=refund&status=pending", 2)


def test_who_comes_second_is_told_of_the_first(olga: User, desk: Desk, save: Save) -> None:
    view = save("Refunds", olga, "q=refund", whose="all")
    save_address(view, asked=QueryDict("q=money"), revision=1, by=olga)

    with pytest.raises(Conflict, match="Olga Ward has changed this view"):
        change_view(view, name="Other", icon="star", folder="", whose="all", revision=1, by=olga)
    page = desk(olga).post(f"/tickets/views/{view.pk}/edit/", NEW | {"whose": "all", "revision": 1})

    assert page.status_code == 422
    assert "Olga Ward has changed this view" in page.content.decode()
    assert SavedView.objects.get().name == "Refunds"


def test_an_owner_has_each_name_once_and_so_many_views(clara: User, erik: User, save: Save) -> None:
    first = save("Refunds", clara)
    save("Refunds", erik)
    with pytest.raises(DomainError, match="already a view of this name"):
        save(" refunds ", clara)
    with pytest.raises(DomainError, match="needs a name"):
        save(" \u202e ", clara)
    for number in range(1, MOST):
        save(f"View {number}", clara)

    with pytest.raises(DomainError, match="50 views there already"):
        save("One more", clara)
    change_view(first, name="Refunds", icon="heart", folder="x" * 90, whose="me", revision=1, by=clara)
    assert len(SavedView.objects.get(pk=first.pk).folder) == LONGEST_FOLDER


def test_views_move_among_their_neighbours(clara: User, desk: Desk, save: Save) -> None:
    one, two, three = save("One", clara), save("Two", clara, folder="Apart"), save("Three", clara)

    move_view(three, step=-1, by=clara)
    move_view(three, step=-1, by=clara)  # it is the first already
    move_view(two, step=1, by=clara)  # alone in its folder
    assert shown(desk(clara)) == ["Three", "One", "Two"]
    desk(clara).post(f"/tickets/views/{one.pk}/move/", {"way": "up"})

    assert shown(desk(clara)) == ["One", "Three", "Two"]


def test_a_deleted_view_can_be_taken_back_where_it_was(clara: User, desk: Desk, save: Save) -> None:
    view = save("Refunds", clara, "q=refund", folder="Money")
    client = desk(clara)
    client.post("/tickets/views/start/", {"view": view.pk})

    client.post(f"/tickets/views/{view.pk}/drop/")
    assert "The view “Refunds” is deleted." in client.get("/tickets/views/").content.decode()
    assert client.get("/").headers["Location"] == "/tickets/"
    client.post(f"/tickets/views/{view.pk}/back/")

    again = SavedView.objects.get()
    assert (again.pk, again.name, again.address, again.folder, again.user) == (view.pk, "Refunds", "q=refund", "Money", clara)
    assert client.get("/").headers["Location"] == f"/tickets/?q=refund&view={view.pk}"
    assert "is deleted" not in client.get("/tickets/views/").content.decode()


def test_what_was_deleted_a_day_ago_stays_deleted(clara: User, desk: Desk, save: Save, travel: Travel) -> None:
    view = save("Refunds", clara)
    client = desk(clara)
    client.post(f"/tickets/views/{view.pk}/drop/")

    travel.forward(days=1, minutes=1)
    told = client.post(f"/tickets/views/{view.pk}/back/", follow=True).content.decode()

    assert "It is too late to take that back." in told
    assert not SavedView.objects.exists()
