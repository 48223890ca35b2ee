"""Every address of the house × who comes: a stranger, somebody without rights, somebody whose rights lie elsewhere, somebody with all."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from helpdesk.base import outward
from helpdesk.staff.models import User
from helpdesk.staff.rights import registered
from helpdesk.studio.models import Topic
from tests.factories.desk import make_ticket
from tests.factories.staff import RoleFactory, somebody
from tests.house.ground import none_of
from tests.house.studio import ALL, GUARDED, METHODS, OF_A_TICKET, WITH_RIGHTS, Door, House, able

pytestmark = pytest.mark.django_db

PUBLIC = {
    "livez", "readyz", "metrics",  # machines; the numbers ask for a token where one is set
    "set_language",
    "account_login", "account_logout", "account_inactive", "account_signup", "mfa_authenticate", "mfa_login_webauthn",
    "account_reset_password", "account_reset_password_done", "account_reset_password_from_key", "account_reset_password_from_key_done",
    "staff:new_address",  # a colleague, by a signed address
    "surveys:brand", "surveys:answer", "surveys:stop",  # a player, by a signed address
    "mail:receive", "mail:receive_kind", "mail:tracking",  # mail providers, who sign what they bring
}  # fmt: skip
FOR_EVERYBODY_AT_WORK = {
    "home", "desk:rail",
    "staff:account", "staff:appearance", "staff:sign_out_everywhere", "staff:notices", "staff:bell", "staff:notices_seen", "staff:notice",
    "staff:settings", "staff:away", "staff:plan",
    "staff:see_as_end",  # whoever sees the desk as somebody else is themselves again
    "staff:jobs", "staff:job", "staff:job_act", "staff:job_file",  # one's own; the file asks for the right of its kind
}  # fmt: skip
MAY_BE_WRITTEN = {"audit_auditentry", "audit_remark"}  # that somebody looked is told
WRITES = re.compile(r'\b(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)')
SIGN_IN = ("account_", "mfa_", "usersessions_")


def refused(house: House, door: Door, user: User) -> None:
    """403, or 405 where the door knows the method not at all; never a page."""
    statuses = {method: house.knock(user, method, house.address(door)).status_code for method in METHODS}
    assert 403 in statuses.values(), statuses
    assert set(statuses.values()) <= {403, 405}, statuses


@pytest.mark.parametrize("door", [door for door in ALL if door.ours], ids=repr)
def test_every_door_of_ours_says_what_it_asks_for(door: Door) -> None:
    known = hasattr(door.view, "requires") or door.name in PUBLIC

    assert known, f"{door.name} has no @requires and is not on the list of public addresses"
    if hasattr(door.view, "requires") and not door.view.requires:
        assert door.name in FOR_EVERYBODY_AT_WORK, f"{door.name} opens to everybody who is signed in"


def test_the_lists_name_doors_that_exist() -> None:
    assert {door.name for door in ALL} >= PUBLIC | FOR_EVERYBODY_AT_WORK


@pytest.mark.parametrize("door", [door for door in ALL if door.name not in PUBLIC], ids=repr)
def test_a_stranger_is_sent_to_sign_in(door: Door, house: House) -> None:
    for method in METHODS:
        response = house.knock(None, method, house.address(door))
        sign_in = response.status_code == 302 and (response["Location"].startswith(reverse("account_login")) or door.name == "home")
        assert sign_in or response.status_code in {401, 403, 404, 405} or (door.name.startswith(SIGN_IN) and response.status_code == 302), (
            method, response.status_code,
        )  # fmt: skip


@pytest.mark.parametrize("door", WITH_RIGHTS, ids=repr)
def test_without_the_right_it_asks_for_nobody_comes_in(door: Door, house: House) -> None:
    """Neither with no right at all, nor with every other one, nor with all of them for one game where the whole studio is concerned."""
    refused(house, door, house.nobody)
    refused(house, door, able(*door.view.requires))
    if door.view.everywhere:
        refused(house, door, house.of_this_game)


def test_who_sees_the_desk_without_rights_comes_in_nowhere(house: House) -> None:
    """Every right is asked of the grants that are lent, whatever one holds oneself; and nothing is changed meanwhile."""
    client = Client()
    client.force_login(house.boss)
    client.post(reverse("staff:see_as"), {"role": RoleFactory.create(rights=[]).pk})

    for door in WITH_RIGHTS:
        assert client.get(house.address(door)).status_code in {403, 405}, door
    with CaptureQueriesContext(connection) as asked:
        for door in GUARDED:
            if door.name != "staff:see_as_end":
                assert client.post(house.address(door)).status_code in {302, 403}, door
    none_of(sorted({table for query in asked.captured_queries for table in WRITES.findall(query["sql"])} - {"django_session"}))


@pytest.mark.parametrize("door", OF_A_TICKET, ids=repr)
def test_a_ticket_of_another_game_does_not_exist(door: Door, house: House) -> None:
    """Also not when one comes to its message through a ticket that one may see. What asks for a right everywhere tells of no ticket."""
    shut = {404, 405} | ({403} if door.view.everywhere else set())
    addresses = [house.address(door)]
    if {"pk", "number"} <= set(door.wants):
        addresses.append(house.address(door, number=make_ticket(game=house.other_game).number))
    for method in METHODS:
        for address in addresses:
            assert house.knock(house.of_another_game, method, address).status_code in shut, (method, address)


@pytest.mark.parametrize("door", GUARDED, ids=repr)
def test_nothing_that_an_able_person_asks_for_breaks(door: Door, house: House) -> None:
    junk = "?cursor=W1sx&page=-1&after=x&since=%00&q=%27%22%3C&status=gone&game=999999999999999999999&sort=drop&tab=none&pk=abc&ids=1,x"
    huge = {want: 10**30 for want in door.wants if want.endswith("pk")}
    for method in METHODS:
        for address in (house.address(door), house.address(door) + junk, house.address(door, **huge)):
            assert house.knock(house.boss, method, address).status_code < 500, (method, address)


@pytest.mark.parametrize("door", GUARDED, ids=repr)
def test_looking_changes_no_row(door: Door, house: House) -> None:
    """A GET, a fragment's too: whoever opens a page has begun no draft and looked at nothing as far as the rows tell."""
    outward.standing()  # where nobody ever asked, the first who does takes this database for the right one
    for headers in ({}, {"HX-Request": "true"}):
        with CaptureQueriesContext(connection) as asked:
            house.knock(house.boss, "get", house.address(door), headers=headers)
        written = {table for query in asked.captured_queries for table in WRITES.findall(query["sql"])}
        none_of(f"{door.name}: a GET writes into {table}" for table in sorted(written - MAY_BE_WRITTEN))


@pytest.mark.parametrize("side", ["game", "team", "language", "topic"])
def test_a_right_that_is_held_in_part_breaks_no_page_that_asks_for_it(side: str, house: House) -> None:
    """Whatever part a studio gives of whatever right: a page, or a refusal that says so."""
    topic = Topic.objects.create(slug="lost-purchase", name="Lost purchase")
    part = {side: {"game": house.game, "team": house.team, "language": "de", "topic": topic}[side]}
    broken = []
    for right in registered():
        olga = somebody(right, **part)
        for door in WITH_RIGHTS:
            if right in door.view.requires:
                answers = {method: house.knock(olga, method, house.address(door)).status_code for method in METHODS}
                broken += [(door.name, method, status) for method, status in answers.items() if status >= 500]

    assert broken == []


@pytest.mark.parametrize("door", [door for door in GUARDED if not door.wants], ids=repr)
def test_a_fragment_for_a_stranger_sends_the_whole_page_to_sign_in(door: Door, house: House) -> None:
    answers = [house.knock(None, method, house.address(door), headers={"HX-Request": "true"}) for method in METHODS]

    assert (204, reverse("account_login")) in [(response.status_code, response.get("HX-Redirect")) for response in answers]


def test_a_page_carries_its_security_policy(house: House) -> None:
    response = house.knock(house.boss, "get", reverse("desk:queue"))

    policy = response["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    for part in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert part in policy
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
