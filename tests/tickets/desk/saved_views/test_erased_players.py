"""When a player is erased, views are kept without what they say of him, and their owners are told."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from helpdesk.audit.models import AuditEntry
from helpdesk.staff.models import Notice, User
from players.erasure import ask, run_due
from players.models import Player
from players.services import remember_account
from tests.factories.desk import make_game, make_player, make_ticket
from tests.factories.search import index_all
from tests.factories.staff import somebody
from tests.tickets.desk.conftest import Desk
from tests.tickets.desk.saved_views.conftest import Save
from tickets.desk.exports import making
from tickets.desk.models import Export
from tickets.desk.rights import EXPORT
from tickets.desk.saved_views.models import SavedView

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def him() -> Player:
    """Whom all of it is about. Others speak of a jade and of a king, and somebody else is called Max too."""
    player = make_player("Max Übelacker", "max.ue@mail.example")
    remember_account(player, make_game(), "EF-77120", nickname="JadeKing")
    remember_account(player, make_game("tideborn"), "2026", nickname="Король Ёж")
    make_ticket("I am the JadeKing of this realm.", player=player)
    make_ticket("My jade is lost, says the king.", player=make_player("Max Anders"))
    index_all()
    return player


def erase(player: Player) -> None:
    ask(player, by=None, at_once=True)
    assert run_due() == 1


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ("jadeking lost", "lost"),
        ("jadeking", ""),
        ("(JADEKING OR sword) lost", "sword lost"),
        ("lost -(jadeking shield) status:new", "lost -shield status:new"),
        ("-jadeking game:emberfall", "game:emberfall"),
        ('"the jadeking of this realm" OR "jade king"', '"jade king"'),
        ("Max U\u0308belacker sword", "sword"),
        ("max übelackers", "max übelackers"),
        ("übelacker", ""),
        ("max lost", "max lost"),
        ("player_name:max", "player_name:max"),
        ("nickname:jadeking,sword", "nickname:sword"),
        ("ник:jadeking почта:Max.UE@mail.example", ""),
        ("account:ef-77120,EF-1 OR account:2026", "account:EF-1"),
        ("2026 created:>2026-01-01", "2026 created:>2026-01-01"),
        ("король еж", ""),
        ('staus:jadeking "lost', "lost"),
        ('staus:x "lost', 'staus:x "lost'),
        ("max.ue", ""),
        ("mail example", "mail example"),
        ("jade king", "jade king"),
    ],
)
def test_what_a_view_asks_for_is_asked_without_him(him: Player, clara: User, save: Save, asked: str, left: str) -> None:
    view = save("Lost", clara)
    SavedView.objects.filter(pk=view.pk).update(address=urlencode({"q": asked, "status": "all"}))

    erase(him)

    view.refresh_from_db()
    said = parse_qs(view.address)
    assert (said.get("q", [""])[0], said["status"]) == (left, ["all"])
    assert (view.revision == 1) == (left == asked)
    assert Notice.objects.filter(user=clara, kind="views.cleaned", link=f"/tickets/views/{view.pk}-view/").exists() == (left != asked)


def test_so_are_its_name_and_its_folder(him: Player, olga: User, erik: User, save: Save) -> None:
    named = save("JadeKing's swords", olga, "q=sword", whose="all", folder="Max Übelacker")
    king = save("The king of 2026", erik, "q=sword", folder="Max")

    erase(him)

    named.refresh_from_db()
    king.refresh_from_db()
    assert (named.name, named.folder, named.address, named.changed_by) == ("…'s swords", "…", "q=sword", None)
    assert (king.name, king.folder, king.revision) == ("The king of 2026", "Max", 1)
    assert list(Notice.objects.filter(kind="views.cleaned").values_list("user", "data")) == [(olga.pk, {})]
    entry = AuditEntry.objects.get(action="views.changed")
    assert (entry.subject_id, entry.data["fields"]) == (named.pk, ["folder", "name"])


def test_one_that_was_deleted_comes_back_only_where_it_says_nothing_of_him(him: Player, clara: User, desk: Desk, save: Save) -> None:
    client = desk(clara)
    his, other = save("All of JadeKing", clara), save("Swords", clara, "q=sword")
    for view in (his, other):
        client.post(reverse("saved_views:drop", args=[view.pk]))

    erase(him)

    page = client.get(reverse("saved_views:list")).content.decode()
    assert "JadeKing" not in page
    assert Client().get(reverse("saved_views:list")).status_code == 302
    for view in (his, other):
        client.post(reverse("saved_views:back", args=[view.pk]))
    assert list(SavedView.objects.values_list("name", flat=True)) == ["Swords"]


def test_a_list_that_was_asked_for_by_his_name_goes_even_if_nothing_was_found(him: Player) -> None:
    greta = somebody(EXPORT, "ticket.view", name="Greta")
    his, other = (making.start(QueryDict(f"status=all&q={asked}"), "csv", by=greta) for asked in ("jadeking+unicorn", "sword"))

    erase(him)

    assert [Export.objects.get(job=job).asked for job in (his, other)] == ["", "status=all&q=sword"]
