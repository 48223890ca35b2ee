"""Seeing the desk as somebody else does: their rights and no more than one's own, nothing changed, for half an hour, and told of."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from helpdesk.audit.models import AuditEntry
from helpdesk.staff.models import Notice, Role, User
from helpdesk.staff.rights import Part, Right
from helpdesk.studio.models import Game
from tests.conftest import Travel
from tests.factories.desk import make_game, make_ticket
from tests.factories.staff import RoleFactory, somebody
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

Looks = Callable[..., Client]


@pytest.fixture
def game(db: None) -> Game:
    return make_game()


@pytest.fixture
def kim(db: None) -> User:
    """Who may look as others, and holds what they see."""
    return somebody(Right.SEE_AS, Right.MANAGE_ROLES, Right.MANAGE_STAFF, Right.VIEW, Right.SEE_PLAYER, name="Kim Roth")


@pytest.fixture
def looks(kim: User) -> Looks:
    def begin(**asked: object) -> Client:
        client = Client()
        client.force_login(kim)
        assert client.post("/settings/as/", asked).status_code == 302
        return client

    return begin


def told() -> list[tuple[str, str]]:
    entries = AuditEntry.objects.filter(action__startswith="staff.seeing").order_by("pk")
    return [(entry.action, entry.data.get("reason", "")) for entry in entries]


def test_the_desk_is_as_small_as_theirs(looks: Looks, game: Game) -> None:
    olga = somebody(Right.VIEW, name="Olga Ward", game=game)
    here, there = make_ticket(game=game), make_ticket(game=make_game("tideborn"))
    client = looks(person=olga.pk)

    page = client.get("/tickets/?status=all").content.decode()

    assert here.number in page and there.number not in page
    assert client.get(f"/tickets/{there.number}/").status_code == 404
    assert client.get("/settings/roles/").status_code == 403
    assert "You see the desk as Olga Ward sees it" in page


def test_a_role_is_seen_where_it_would_be_given(looks: Looks, game: Game, kim: User) -> None:
    reader = RoleFactory.create(name="Reader", rights=[Right.VIEW])
    here, there = make_ticket(game=game), make_ticket(game=make_game("tideborn"))
    client = looks(role=reader.pk, game=game.pk)

    page = client.get("/tickets/?status=all").content.decode()

    assert here.number in page and there.number not in page
    assert "as “Reader” sees it: Emberfall" in page
    began = AuditEntry.objects.get(action="staff.seeing_began")
    assert (began.actor_id, began.data["name"], began.data["part"]) == (kim.pk, "Reader", "Emberfall")


def test_never_more_is_seen_than_the_looker_holds(looks: Looks, kim: User, game: Game) -> None:
    able = RoleFactory.create(name="Able", rights=[Right.VIEW, Right.SEE_PLAYER, Right.SEE_PLAYER_PAYMENTS, Right.SEE_AUDIT])
    client = looks(role=able.pk)

    page = client.get("/tickets/").content.decode()

    assert client.get("/settings/audit/").status_code == 403
    assert "2 rights are left out" in page
    assert "See purchases" in page and "Audit" in page


def test_a_part_that_two_hold_differently_is_what_both_hold() -> None:
    ember, german = Part(game_id=1), Part(language="de")

    assert ember.shared_with(german) == Part(game_id=1, language="de")
    assert ember.shared_with(Part(game_id=2)) is None
    assert Part(topics=(5, 6, 7)).shared_with(Part(topics=(6, 7))) == Part(topics=(6, 7))
    assert Part(topics=(5,)).shared_with(Part(topics=(6,))) is None
    assert Part().shared_with(ember) == ember == ember.shared_with(ember)


def test_nothing_can_be_changed_and_that_is_said(looks: Looks, kim: User) -> None:
    role = RoleFactory.create(rights=[Right.VIEW, Right.NOTE, Right.SEE_NOTES, Right.MANAGE_ROLES])
    ticket, client = make_ticket(), looks(role=role.pk)
    note, words = f"/tickets/{ticket.number}/note/", "nothing can be changed"

    plain = client.post(note, {"mode": "note", "text": "Mine."}, follow=True)
    fragment = client.post(note, {"mode": "note", "text": "Mine."}, headers={"HX-Request": "true"})
    script = client.post(note, {"mode": "note", "text": "Mine."}, headers={"Accept": "application/json"})

    assert words in plain.content.decode()
    assert (fragment.status_code, words in fragment["HX-Trigger"]) == (204, True)
    assert (script.status_code, words in script.json()["error"]) == (403, True)
    assert ticket.messages.count() == 1
    for method in ("put", "patch", "delete"):
        assert getattr(client, method)("/account/").status_code == 302
    client.post(f"/settings/roles/{role.pk}/drop/")
    assert Role.objects.filter(pk=role.pk).exists()


def test_what_is_private_stays_ones_own(looks: Looks, kim: User) -> None:
    olga = somebody(Right.VIEW, name="Olga Ward")
    mine, hers = make_ticket(), make_ticket()
    Ticket.objects.filter(pk=mine.pk).update(assignee=kim)
    Ticket.objects.filter(pk=hers.pk).update(assignee=olga)
    for who, link in ((olga, "/hers/"), (kim, "/own/")):
        Notice.objects.create(user=who, kind="x", at=mine.created_at, text=f"For {who.name}", link=link)
    client = looks(person=olga.pk)

    notices, account = client.get("/notices/").content.decode(), client.get("/account/").content.decode()
    queue = client.get("/tickets/?status=all&assignee=me").content.decode()

    assert "For Kim Roth" in notices and "For Olga Ward" not in notices
    assert kim.email in account and olga.email not in account
    assert mine.number in queue and hers.number not in queue


def test_it_ends_when_asked_and_both_ends_are_told(looks: Looks) -> None:
    client = looks(role=RoleFactory.create(rights=[Right.VIEW]).pk)
    assert client.get("/settings/roles/").status_code == 403

    client.post("/settings/as/end/")

    assert client.get("/settings/roles/").status_code == 200
    assert told() == [("staff.seeing_began", ""), ("staff.seeing_ended", "asked")]


def test_after_half_an_hour_it_is_over(looks: Looks, travel: Travel) -> None:
    client = looks(role=RoleFactory.create(rights=[Right.VIEW]).pk)
    travel.forward(minutes=29)
    assert client.get("/settings/roles/").status_code == 403

    travel.forward(minutes=2)
    page = client.get("/settings/roles/")

    assert page.status_code == 200
    assert "You see the desk as yourself again" in page.content.decode()
    assert told()[-1] == ("staff.seeing_ended", "over")


def test_signing_out_ends_it(looks: Looks) -> None:
    client = looks(role=RoleFactory.create(rights=[Right.VIEW]).pk)

    client.post("/accounts/logout/")

    assert told()[-1] == ("staff.seeing_ended", "signed_out")


@pytest.mark.parametrize("gone", ["right", "person"])
def test_it_ends_with_the_right_to_look_and_with_whom_is_looked_as(gone: str, looks: Looks, kim: User) -> None:
    olga = somebody(Right.VIEW, name="Olga Ward")
    client = looks(person=olga.pk)
    if gone == "right":
        kim.grants.all().delete()
    else:
        User.objects.filter(pk=olga.pk).update(is_active=False)

    page = client.get("/account/")

    assert page.status_code == 200
    assert "You see the desk as Olga" not in page.content.decode()
    assert told()[-1] == ("staff.seeing_ended", "gone")


def test_who_may_not_look_and_looking_as_oneself_are_refused(kim: User, game: Game) -> None:
    olga, client = somebody(Right.SEE_AS, Right.MANAGE_ROLES, game=game), Client()
    client.force_login(olga)
    assert client.post("/settings/as/", {"person": kim.pk}).status_code == 403

    client.force_login(kim)
    for wrong in ({"person": kim.pk}, {"language": ""}, {"person": olga.pk, "role": Role.objects.all()[0].pk}):
        assert client.post("/settings/as/", wrong).status_code == 422
    assert told() == []
