"""Keys that people enter are sealed, good for one purpose and place, never shown, and outlive a change of the master key."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connection

from helpdesk.audit.models import AuditEntry
from helpdesk.base import keys
from helpdesk.base.errors import DomainError
from helpdesk.base.models import EnteredKey
from helpdesk.base.outgoing.signing import signed, verify
from helpdesk.staff.models import User
from helpdesk.staff.services.keys import enter_key, remove_key
from tests.conftest import Travel

pytestmark = pytest.mark.django_db
NAME, PLACE, VALUE = "flows.hook.7", "api.example:443", "correct-horse-battery"
OLD, NEW = "the former master key of this desk, long enough for it", "the present master key of this desk, long enough for it"


@pytest.fixture(autouse=True)
def _master(settings: Any) -> None:
    settings.KEYS_SECRET, settings.KEYS_SECRET_FALLBACKS = OLD, []


def everything() -> str:
    """All that the database holds of keys and of what was done with them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT string_agg(k::text, ' ') FROM base_enteredkey k) || (SELECT string_agg(a::text, ' ') FROM audit_auditentry a)"
        )
        return str(cursor.fetchone()[0])


def test_a_key_is_sealed_and_comes_back_for_its_purpose_and_place(anna: User) -> None:
    enter_key(NAME, VALUE, place=PLACE, by=anna)

    assert keys.value_of(NAME, PLACE) == VALUE
    assert VALUE not in everything()


@pytest.mark.parametrize(("name", "place"), [("flows.hook.8", PLACE), (NAME, "evil.example:443"), (NAME, "api.example:8443")])
def test_for_another_purpose_or_place_there_is_none(anna: User, name: str, place: str) -> None:
    enter_key(NAME, VALUE, place=PLACE, by=anna)

    with pytest.raises(keys.Unusable):
        keys.value_of(name, place)


@pytest.mark.parametrize("change", [{"place": "evil.example:443"}, {"name": "flows.hook.8"}])
def test_a_row_that_is_bent_in_the_database_opens_nothing(anna: User, change: dict[str, str]) -> None:
    enter_key(NAME, VALUE, place=PLACE, by=anna)
    EnteredKey.objects.update(**change)

    with pytest.raises(keys.Unusable, match="another purpose or place"):
        keys.value_of(change.get("name", NAME), change.get("place", PLACE))
    assert keys.unreadable() == [change.get("name", NAME)]


def test_all_that_is_told_of_it_is_who_and_when(anna: User, travel: Travel) -> None:
    enter_key(NAME, VALUE, place=PLACE, by=anna)

    assert keys.told(NAME) == keys.Told(anna.pk, travel.moment, PLACE)
    assert VALUE not in f"{keys.told(NAME)} {EnteredKey.objects.values()} {keys.signing_keys(NAME, PLACE)}"


def test_the_audit_tells_what_was_done_and_never_the_value(anna: User) -> None:
    enter_key(NAME, VALUE, place=PLACE, by=anna)
    enter_key(NAME, f"{VALUE}2", place=PLACE, by=anna)
    remove_key(NAME, by=anna)
    remove_key(NAME, by=anna)

    told = AuditEntry.objects.order_by("pk").values_list("action", "actor_id", "data")
    assert list(told) == [
        ("keys.entered", anna.pk, {"purpose": NAME, "goes_to": PLACE}),
        ("keys.replaced", anna.pk, {"purpose": NAME, "goes_to": PLACE}),
        ("keys.removed", anna.pk, {"purpose": NAME}),
    ]
    assert keys.told(NAME) is None


def test_a_former_key_stays_good_until_its_end_and_is_forgotten_then(anna: User, travel: Travel) -> None:
    enter_key(NAME, VALUE, place=PLACE, by=anna)
    enter_key(NAME, "the next one", place=PLACE, by=anna, former_until=travel.moment + timedelta(days=2))

    both = keys.signing_keys(NAME, PLACE)
    assert [(key.id.rpartition(".")[2], key.secret.decode()) for key in both] == [("2", "the next one"), ("1", VALUE)]
    assert AuditEntry.objects.latest("pk").data["former_until"] == "2026-10-07T09:00:00+00:00"
    travel.forward(days=2, seconds=1)

    assert keys.signing_keys(NAME, PLACE) == both[:1]
    assert (keys.drop_former(), EnteredKey.objects.get().former) == (1, "")


def test_the_id_of_a_key_never_comes_again(anna: User) -> None:
    ids = set()
    for _time in range(3):
        enter_key(NAME, VALUE, place=PLACE, by=anna)
        ids |= {key.id for key in keys.signing_keys(NAME, PLACE)}
        enter_key(NAME, VALUE, place=PLACE, by=anna)
        ids |= {key.id for key in keys.signing_keys(NAME, PLACE)}
        remove_key(NAME, by=anna)

    assert len(ids) == 6


def test_who_knows_either_key_knows_a_request_while_they_change(anna: User, travel: Travel) -> None:
    enter_key(NAME, VALUE, place=PLACE, by=anna)
    (theirs,) = keys.signing_keys(NAME, PLACE)
    enter_key(NAME, "the next one", place=PLACE, by=anna, former_until=travel.moment + timedelta(days=2))

    said = signed(keys.signing_keys(NAME, PLACE), "GET", "/", b"")["Helpdesk-Signature"]

    assert verify(said, keys=[theirs], method="GET", target="/", body=b"", once=lambda _nonce, _until: True) == theirs


def test_a_former_key_does_not_follow_to_another_place(anna: User, travel: Travel) -> None:
    enter_key(NAME, VALUE, place=PLACE, by=anna)
    enter_key(NAME, "the next one", place="evil.example:443", by=anna, former_until=travel.moment + timedelta(days=2))

    assert [key.secret for key in keys.signing_keys(NAME, "evil.example:443")] == [b"the next one"]
    assert EnteredKey.objects.get().former == ""


@pytest.mark.parametrize("days", [-1, 0, 31])
def test_a_former_key_ends_within_a_month(anna: User, travel: Travel, days: int) -> None:
    with pytest.raises(DomainError, match="30 days"):
        enter_key(NAME, VALUE, place=PLACE, by=anna, former_until=travel.moment + timedelta(days=days))


@pytest.mark.parametrize("value", ["", "x" * 4_001, "я" * 2_001, "a\0b", "a\x1bb"])
def test_what_cannot_be_a_key_is_refused(anna: User, value: str) -> None:
    with pytest.raises(DomainError, match="cannot be a key"):
        enter_key(NAME, value, place=PLACE, by=anna)


def test_the_longest_key_and_any_signs_come_back_whole(anna: User) -> None:
    for value in ("\N{OWL}" * 1_000, '"\\\n' * 1_300, " spaces around ", "several\r\nlines"):
        enter_key(NAME, value, place=PLACE, by=anna)
        assert keys.value_of(NAME, PLACE) == value.replace("\r", "")


def test_without_a_master_key_nothing_is_kept_and_nothing_opened(anna: User, settings: Any) -> None:
    enter_key(NAME, VALUE, place=PLACE, by=anna)
    settings.KEYS_SECRET = ""

    with pytest.raises(keys.Unusable):
        keys.value_of(NAME, PLACE)
    with pytest.raises(DomainError, match="KEYS_SECRET"):
        enter_key(NAME, VALUE, place=PLACE, by=anna)


def warned() -> list[str]:
    return [message.msg for message in run_checks(databases=["default"]) if message.id == "helpdesk.W011"]


def test_a_wrong_master_key_opens_nothing_and_the_check_names_what(anna: User, settings: Any) -> None:
    enter_key(NAME, VALUE, place=PLACE, by=anna)
    assert warned() == []

    settings.KEYS_SECRET = NEW

    with pytest.raises(keys.Unusable, match="another KEYS_SECRET"):
        keys.value_of(NAME, PLACE)
    assert len(warned()) == 1 and NAME in warned()[0] and VALUE not in warned()[0]


def test_a_master_key_is_replaced_without_entering_anything_anew(anna: User, settings: Any, travel: Travel) -> None:
    enter_key(NAME, VALUE, place=PLACE, by=anna)
    enter_key(NAME, "the next one", place=PLACE, by=anna, former_until=travel.moment + timedelta(days=2))
    settings.KEYS_SECRET, settings.KEYS_SECRET_FALLBACKS = NEW, [OLD]
    assert keys.value_of(NAME, PLACE) == "the next one"

    told = StringIO()
    call_command("reencrypt_keys", stdout=told)
    settings.KEYS_SECRET_FALLBACKS = []

    assert "1 keys" in told.getvalue()
    assert [key.secret.decode() for key in keys.signing_keys(NAME, PLACE)] == ["the next one", VALUE]
    assert warned() == []


def test_what_does_not_open_is_named_and_holds_up_no_other(anna: User, settings: Any) -> None:
    enter_key(NAME, VALUE, place=PLACE, by=anna)
    before = EnteredKey.objects.get().sealed
    settings.KEYS_SECRET = NEW
    enter_key("flows.hook.9", VALUE, place=PLACE, by=anna)
    settings.KEYS_SECRET, settings.KEYS_SECRET_FALLBACKS = "a third master key that is as long as it has to be", [NEW]

    with pytest.raises(CommandError, match=NAME):
        call_command("reencrypt_keys", stdout=StringIO())

    settings.KEYS_SECRET_FALLBACKS = []
    assert keys.value_of("flows.hook.9", PLACE) == VALUE
    assert EnteredKey.objects.get(name=NAME).sealed == before
