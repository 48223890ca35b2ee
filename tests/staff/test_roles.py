"""Which rights may be given by whom, and never locking the last key in."""

from __future__ import annotations

import threading
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.db import connection

from helpdesk.audit.models import AuditEntry
from helpdesk.base.errors import DomainError, NotAllowed
from helpdesk.staff.models import Grant, Role, User
from helpdesk.staff.rights import ANY, Right, has_right, registered
from helpdesk.staff.services import people, roles
from helpdesk.staff.services.review import do_seen, newest
from helpdesk.staff.services.roles import GIVE, Cell, change_role, change_roles, drop_role, give_role, make_role, take_role
from helpdesk.studio.models import Topic
from tests.factories.desk import make_game
from tests.factories.staff import GrantFactory, RoleFactory, UserFactory, somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def vera() -> User:
    """The administrator: she may change roles, give every right, and look after people."""
    return somebody(Right.MANAGE_STAFF, Right.MANAGE_ROLES, name="Vera Holm")


def giver(*may_grant: str, name: str = "Olga", **part: Any) -> User:
    """Somebody who looks after people everywhere, and may give these rights in that part."""
    olga = somebody(Right.MANAGE_STAFF, name=name)
    GrantFactory.create(user=olga, role=RoleFactory.create(may_grant=list(may_grant)), **part)
    return olga


def on(role: Role, right: str, of: str = roles.DO) -> Cell:
    return Cell(role.pk, right, True, of)


def off(role: Role, right: str, of: str = roles.DO) -> Cell:
    return Cell(role.pk, right, False, of)


def test_a_right_is_given_where_a_role_of_ones_own_lists_it_and_nowhere_else() -> None:
    emberfall, tidewake = make_game("emberfall"), make_game("tidewake")
    payments, bans = Topic.objects.create(slug="payments", name="Payments"), Topic.objects.create(slug="bans", name="Bans")
    refund = Topic.objects.create(slug="refund", name="Refund", parent=payments)
    emil, seeing = UserFactory.create(), RoleFactory.create(rights=[Right.VIEW])
    olga, marta = giver(Right.VIEW, game=emberfall), giver(Right.VIEW, name="Marta", topic=payments)

    assert give_role(emil, seeing, by=olga, game=emberfall, language="ru").pk
    assert give_role(emil, seeing, by=marta, topic=refund).pk
    for part in ({}, {"game": tidewake}, {"topic": refund}, {"language": "ru"}):
        with pytest.raises(NotAllowed, match="See tickets"):
            give_role(emil, seeing, by=olga, **part)
    for part in ({}, {"topic": bans}, {"game": emberfall}):
        with pytest.raises(NotAllowed):
            give_role(emil, seeing, by=marta, **part)


def test_who_gives_a_right_need_not_have_it() -> None:
    olga, emil = giver(Right.SEE_PLAYER_PAYMENTS), UserFactory.create()

    give_role(emil, RoleFactory.create(rights=[Right.SEE_PLAYER_PAYMENTS]), by=olga)

    assert has_right(emil, Right.SEE_PLAYER_PAYMENTS) and not has_right(olga, Right.SEE_PLAYER_PAYMENTS)


def test_to_have_a_right_is_not_to_give_it() -> None:
    olga = somebody(Right.MANAGE_STAFF, Right.VIEW, name="Olga")

    with pytest.raises(NotAllowed):
        give_role(UserFactory.create(), RoleFactory.create(rights=[Right.VIEW]), by=olga)


def test_what_a_role_may_give_is_part_of_what_one_gives_with_it() -> None:
    """Else somebody would get, by way of a colleague, what he may not give."""
    olga, emil = giver(Right.VIEW), UserFactory.create()

    with pytest.raises(NotAllowed, match="Answer players"):
        give_role(emil, RoleFactory.create(rights=[Right.VIEW], may_grant=[Right.REPLY]), by=olga)
    with pytest.raises(NotAllowed, match="Every right"):
        give_role(emil, RoleFactory.create(may_grant=[ANY]), by=olga)


@pytest.mark.parametrize("of", [roles.DO, GIVE])
def test_a_role_is_changed_by_who_may_give_what_changes(of: str, vera: User) -> None:
    nora = somebody(Right.MANAGE_ROLES, name="Nora Berg")
    Role.objects.filter(grants__user=nora).update(may_grant=[Right.VIEW])
    agent = RoleFactory.create(rights=[Right.REPLY], may_grant=[Right.REPLY])

    change_roles([on(agent, Right.VIEW, of)], by=nora)
    for cell in (off(agent, Right.REPLY, of), on(agent, Right.BULK, of), on(agent, ANY, GIVE)):
        with pytest.raises(NotAllowed):
            change_roles([cell], by=nora)
    with pytest.raises(NotAllowed):
        change_role(agent, by=nora, name=agent.name, requires_second_factor=True)  # it holds rights that Nora may not give

    agent.refresh_from_db()
    assert set(getattr(agent, of)) == {Right.VIEW, Right.REPLY}
    assert change_role(agent, by=vera, name=agent.name, requires_second_factor=True).requires_second_factor


def test_nobody_gives_himself_a_right_by_whatever_way(vera: User) -> None:
    own, other = Grant.objects.get(user=vera).role, RoleFactory.create(rights=[Right.VIEW], may_grant=[Right.VIEW])
    game = make_game()
    limited = somebody(Right.MANAGE_STAFF, Right.MANAGE_ROLES, name="Nora Berg")
    Role.objects.filter(grants__user=limited).update(may_grant=[Right.VIEW, Right.REPLY])
    ways: list[Callable[[], object]] = [
        lambda: give_role(vera, other, by=vera),
        lambda: give_role(vera, other, by=vera, game=game),
        lambda: change_roles([on(own, Right.VIEW)], by=vera),
        lambda: change_roles([on(limited.grants.get().role, Right.VIEW)], by=limited),
        lambda: give_role(limited, other, by=limited),
    ]

    for way in ways:
        with pytest.raises(NotAllowed, match="yourself"):
            way()

    assert not has_right(User.objects.get(pk=vera.pk), Right.VIEW)


def test_what_one_has_already_may_be_said_again_and_what_one_has_may_be_left(vera: User) -> None:
    somebody(Right.MANAGE_STAFF, Right.MANAGE_ROLES, name="Nora Berg")
    narrow = RoleFactory.create(rights=[Right.MANAGE_STAFF])

    grant = give_role(vera, narrow, by=vera, game=make_game())
    take_role(grant, by=vera)
    take_role(vera.grants.get(), by=vera)

    assert not vera.grants.exists()


WAYS_OUT: dict[str, Callable[[User, User], object]] = {
    "grant": lambda last, by: take_role(last.grants.get(), by=by),
    "roles": lambda last, by: change_roles([off(last.grants.get().role, Right.MANAGE_ROLES)], by=by),
    "staff": lambda last, by: change_roles([off(last.grants.get().role, Right.MANAGE_STAFF)], by=by),
    "giving": lambda last, by: change_roles([off(last.grants.get().role, ANY, GIVE)], by=by),
    "role": lambda last, by: drop_role(last.grants.get().role, by=by),
    "account": lambda last, by: people.deactivate(last, by=by),
}


@pytest.mark.parametrize("way", WAYS_OUT)
def test_the_last_administrator_is_locked_out_neither_by_himself_nor_by_others(way: str, vera: User) -> None:
    nora = somebody(Right.MANAGE_ROLES, name="Nora Berg")  # she may change roles, and cannot give one to anybody

    for by in [nora] if way == "account" else [vera, nora]:
        with pytest.raises(DomainError, match="Nobody who can sign in would be left"):
            WAYS_OUT[way](vera, by)

    assert User.objects.get(pk=vera.pk).is_active and vera.grants.get().role.rights


@pytest.mark.parametrize("way", WAYS_OUT)
def test_with_another_administrator_one_may_go(way: str, vera: User) -> None:
    other = somebody(Right.MANAGE_STAFF, Right.MANAGE_ROLES, name="Nora Berg")

    WAYS_OUT[way](vera, other)

    assert AuditEntry.objects.filter(actor_id=other.pk).exists()


@pytest.mark.parametrize(("passkey", "enough"), [(False, False), (True, True)])
def test_who_cannot_sign_in_is_no_administrator(passkey: bool, enough: bool, vera: User) -> None:
    invited = somebody(Right.MANAGE_STAFF, Right.MANAGE_ROLES, name="Nora Berg")
    invited.set_unusable_password()
    invited.save()
    if passkey:
        Authenticator.objects.create(user=invited, type=Authenticator.Type.WEBAUTHN, data={})

    if enough:
        take_role(vera.grants.get(), by=vera)
    else:
        with pytest.raises(DomainError, match="would be left"):
            take_role(vera.grants.get(), by=vera)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_close_each_others_accounts_at_once_leave_one() -> None:
    vera, nora = (somebody(Right.MANAGE_STAFF, Right.MANAGE_ROLES, name=name) for name in ("Vera Holm", "Nora Berg"))
    ready, refused = threading.Barrier(2), []

    def close(whom: User, by: User) -> None:
        by.held_grants()
        ready.wait(10)
        try:
            people.deactivate(whom, by=by)
        except DomainError as error:
            refused.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=close, args=pair) for pair in ((vera, nora), (nora, vera))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert User.objects.filter(is_active=True).count() == 1
    assert len(refused) == 1


@pytest.mark.django_db(transaction=True)
def test_what_one_may_give_is_asked_under_the_lock() -> None:
    """Nora's role loses the list between her click and her turn."""
    vera, nora = somebody(Right.MANAGE_STAFF, Right.MANAGE_ROLES, name="Vera Holm"), giver(Right.VIEW, name="Nora")
    nora.held_grants()
    listing = Role.objects.get(may_grant=[Right.VIEW])

    change_roles([off(listing, Right.VIEW, GIVE)], by=vera)

    with pytest.raises(NotAllowed):
        give_role(UserFactory.create(), RoleFactory.create(rights=[Right.VIEW]), by=nora)


@pytest.mark.django_db(transaction=True)
def test_a_role_is_given_while_the_account_is_closed() -> None:
    """Both want the same person's row: whoever comes second waits for the first, and neither for each other."""
    vera, nora = (somebody(Right.MANAGE_STAFF, Right.MANAGE_ROLES, name=name) for name in ("Vera Holm", "Nora Berg"))
    emil, agent = UserFactory.create(), RoleFactory.create(rights=[Right.VIEW])

    def close() -> None:
        try:
            people.deactivate(emil, by=nora)
        finally:
            connection.close()

    closing = threading.Thread(target=close)

    def give() -> None:
        closing.start()
        closing.join(1)  # it has come as far as it can
        give_role(emil, agent, by=vera)

    do_seen(give, newest())
    closing.join(30)

    assert emil.grants.exists() and not User.objects.get(pk=emil.pk).is_active


def test_a_role_that_is_dropped_is_taken_back_from_everybody(vera: User) -> None:
    game, agent = make_game("emberfall"), RoleFactory.create(name="Agent", rights=[Right.VIEW])
    emil = UserFactory.create(name="Emil")
    give_role(emil, agent, by=vera, game=game, language="de")

    drop_role(agent, by=vera)

    assert not emil.grants.exists() and not Role.objects.filter(pk=agent.pk).exists()
    taken = AuditEntry.objects.get(action="staff.role_taken")
    assert (taken.subject_id, taken.data) == (emil.pk, {"role": "Agent", "part": {"game": "Emberfall", "language": "de"}})


def test_a_role_that_is_gone_meanwhile_is_no_reason_to_change_the_others(vera: User) -> None:
    agent, gone = RoleFactory.create(), RoleFactory.create()
    drop_role(gone, by=vera)

    with pytest.raises(DomainError, match="gone"):
        change_roles([on(agent, Right.VIEW), on(gone, Right.VIEW)], by=vera)

    agent.refresh_from_db()
    assert agent.rights == []


def test_the_server_gives_the_administrator_back_what_nobody_may_give_himself() -> None:
    vera = somebody(Right.VIEW, name="Vera Holm")

    call_command("make_administrator", "Vera Holm", vera.email)
    call_command("make_administrator", "Vera Holm", vera.email)

    vera.forget_grants()
    assert all(has_right(vera, right) for right in registered())
    assert Grant.objects.filter(user=vera, role__slug="administrator").count() == 1
    assert make_role(name="Agent", rights=[Right.VIEW], may_grant=[Right.VIEW], by=vera).may_grant == [Right.VIEW]


def test_roles_of_the_former_release_may_give_what_their_holders_gave() -> None:
    keys, staff, agent, other = (
        RoleFactory.create(rights=rights, may_grant=[])
        for rights in ([Right.MANAGE_ROLES], [Right.MANAGE_STAFF], [Right.VIEW, Right.REPLY], [Right.BULK])
    )
    olga = UserFactory.create()
    for role in (staff, agent):
        GrantFactory.create(user=olga, role=role)
    GrantFactory.create(role=other)

    with connection.cursor() as cursor:
        cursor.execute(import_module("helpdesk.staff.migrations.0012_roles_may_grant").FILL)

    given = dict(Role.objects.values_list("pk", "may_grant"))
    assert given == {keys.pk: [ANY], staff.pk: [Right.MANAGE_STAFF], agent.pk: [Right.VIEW, Right.REPLY], other.pk: []}
